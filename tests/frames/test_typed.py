"""What people type is read one way: signs of a Chinese keyboard, other alphabets' digits, numbers that are too long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from banshi.frames.typed import (
    clean,
    day_asked,
    day_or_none,
    int_or_none,
    ints_of,
    invalid,
    key_or_none,
    lines_of,
    moment_or_none,
    time_or_none,
)

DAY = date(2026, 10, 1)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2026-10-01", DAY), (" 2026-10-01 ", DAY), ("1.10.2026", None), ("2026-02-30", None), ("0001-01-01", None),
     ("", None), (None, None)],
)  # fmt: skip
def test_a_day(typed, read):
    assert day_or_none(typed) == read
    assert day_asked(typed, date(2026, 1, 1)) == (read or date(2026, 1, 1))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("9:05", time(9, 5)), ("09:05", time(9, 5)), ("9：05", time(9, 5)), ("09:05:30", time(9, 5)), ("25:00", None),
     ("9", None), (None, None)],
)  # fmt: skip
def test_a_time(typed, read):
    assert time_or_none(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-10-01T09:00:00+08:00", datetime(2026, 10, 1, 9, tzinfo=CHINA)),
        ("2026-10-01T09:00", None),
        ("0001-01-01T00:00+23:59", None),
        ("9999-12-31T23:59-23:59", None),
        ("2026-10-01T09:00+08:00:30.5", None),
        ("2026-10-01T09:00+08:00:30", None),
        ("1999-12-31T23:59+08:00", None),
        ("2099-12-31T23:59-12:00", None),
        ("2000-01-01T00:00+08:00", datetime(2000, 1, 1, tzinfo=CHINA)),
        ("2099-12-31T23:59+08:00", datetime(2099, 12, 31, 23, 59, tzinfo=CHINA)),
        ("soon", None),
        (None, None),
    ],
)
def test_a_moment_has_its_offset(typed, read):
    assert moment_or_none(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("7", 7), (" 7 ", 7), ("007", 7), ("101", None), ("-1", None), ("7.0", None), ("٧", None), ("²", None),
     ("1" * 5000, None), (None, None)],
)  # fmt: skip
def test_a_whole_number(typed, read):
    assert int_or_none(typed, 0, 100) == read


def test_what_was_ticked():
    assert ints_of(["0", "6", "7", "x", ""], 0, 6) == [0, 6]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1", 1), (str(2**63 - 1), 2**63 - 1), (str(2**63), None), ("0", None), ("9" * 19, None), ("", None)],
)
def test_a_key_fits_its_column(typed, read):
    assert key_or_none(typed) == read


def test_a_line_and_several_lines():
    assert clean(" a\nb\0\x7fc ", 3) == "abc"
    assert lines_of(" a\r\nb\0\x7fc ", 9) == "a\nbc"


def test_what_cannot_be_right_names_its_field():
    assert invalid("day", "There is no such day.").facts == {"field": "day", "reason": "There is no such day."}
