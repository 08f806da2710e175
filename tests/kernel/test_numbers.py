from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.numbers import (
    ALPHABET,
    InvalidCode,
    check_character,
    code_from,
    from_rfc3339,
    grouped,
    normalise_code,
    parse_ticket_number,
    ticket_number,
    to_rfc3339,
)

bodies = st.binary(min_size=8, max_size=30)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(("sequence", "number"), [(1, "A001"), (12, "A012"), (999, "A999"), (1000, "A1000")])
def test_a_ticket_number_has_a_letter_and_at_least_three_digits(sequence, number):
    assert ticket_number("A", sequence) == number
    assert parse_ticket_number(number) == ("A", sequence)


@pytest.mark.parametrize(("prefix", "sequence"), [("a", 1), ("", 1), ("ABC", 1), ("1", 1), ("A", 0), ("A", -1)])
def test_a_ticket_without_a_letter_or_counted_from_nought_is_refused(prefix, sequence):
    with pytest.raises(ValueError, match="prefix|counted from 1"):
        ticket_number(prefix, sequence)


@pytest.mark.parametrize("text", ["", "A", "012", "A12", "A000", "A0012", "A01２x"])
def test_what_is_no_ticket_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a ticket number"):
        parse_ticket_number(text)


def test_a_ticket_number_is_read_in_small_and_full_width_letters():
    assert parse_ticket_number(" ａ０１２ ") == ("A", 12)


def test_a_reference_is_read_however_it_is_typed():
    code = code_from(bytes([0, 1, 10, 31, 32, 64, 255, 128]))

    assert code[:-1] == "01AZ00Z0"
    assert normalise_code(grouped(code).lower().replace("0", "o").replace("1", "l")) == code


def test_a_reference_is_printed_in_groups_of_four():
    assert grouped("K7Q29M4XA") == "K7Q2-9M4X-A"


@pytest.mark.parametrize("text", ["", "A", "ABCDU234", "预约号"])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(InvalidCode):
        normalise_code(text)


@pytest.mark.parametrize("length", [0, 31])
def test_a_reference_of_no_or_too_many_characters_is_refused(length):
    with pytest.raises(ValueError, match="1 to 30 bytes"):
        code_from(bytes(length))


@given(bodies, st.data())
def test_one_wrong_character_is_always_noticed(body, data):
    code = code_from(body)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([each for each in ALPHABET if each != code[place]]))

    with pytest.raises(InvalidCode):
        normalise_code(code[:place] + other + code[place + 1 :])


@given(bodies, st.data())
def test_two_swapped_characters_are_always_noticed(body, data):
    code = list(code_from(body))
    one = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.integers(0, len(code) - 1).filter(lambda place: code[place] != code[one]))
    code[one], code[other] = code[other], code[one]

    with pytest.raises(InvalidCode):
        normalise_code("".join(code))


def test_every_character_can_be_a_check_character():
    assert sorted({check_character(each) for each in ALPHABET}) == sorted(ALPHABET)


def test_a_moment_is_written_with_its_offset_and_utc_with_z():
    nine = datetime(2026, 11, 23, 9, tzinfo=CHINA)

    assert to_rfc3339(nine) == "2026-11-23T09:00:00+08:00"
    assert to_rfc3339(nine.astimezone(UTC)) == "2026-11-23T01:00:00Z"


def test_a_moment_without_a_zone_is_refused_both_ways():
    with pytest.raises(ValueError, match="without a time zone"):
        to_rfc3339(datetime(2026, 11, 23, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="not a moment with an offset"):
        from_rfc3339("2026-11-23T09:00:00")


@pytest.mark.parametrize("text", ["", "2026-11-23", "2026-11-31T09:00:00Z", "2026-11-23T25:00:00Z", "now"])
def test_a_malformed_moment_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        from_rfc3339(text)


@given(st.datetimes(timezones=st.sampled_from([UTC, CHINA])))
def test_a_moment_written_and_read_is_the_same_moment(moment):
    assert from_rfc3339(to_rfc3339(moment)) == moment
