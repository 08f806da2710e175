"""The national calendar that is loaded, against two independent tables of the same notices."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays

from banshi.kernel.working_days import WorkCalendar, rows_from_table

NATIONAL = Path(__file__).parents[2] / "presets" / "calendar" / "national.csv"
ROWS = rows_from_table(NATIONAL.read_bytes())
CALENDAR = WorkCalendar.from_rows(ROWS)
DAYS = [date(2019, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2019, 1, 1)).days)]


def test_every_day_from_2019_to_2026_is_worked_exactly_when_chinesecalendar_says_so():
    other = [day for day in DAYS if CALENDAR.is_working(day) != chinese_calendar.is_workday(day)]

    assert other == []


def test_every_day_from_2019_to_2026_is_worked_exactly_when_holidays_says_so():
    china = holidays.country_holidays("CN", years=range(2019, 2027))

    other = [day for day in DAYS if CALENDAR.is_working(day) != china.is_working_day(day)]

    assert other == []


def test_every_named_day_off_is_one_in_chinesecalendar_and_every_other_way_round():
    named = {day for day in DAYS if chinese_calendar.get_holiday_detail(day)[1] and chinese_calendar.is_holiday(day)}

    assert {row.day for row in ROWS if row.kind == "restday" and row.state == "confirmed"} == named


def test_the_rows_are_in_order_and_hold_no_ordinary_working_day_or_weekend():
    assert [row.day for row in ROWS] == sorted({row.day for row in ROWS})
    assert [row.day for row in ROWS if row.kind == "workday" and row.day.weekday() < 5] == []


def test_2019_to_2026_are_confirmed_and_2027_waits_for_its_notice():
    assert CALENDAR.confirmed_years == frozenset(range(2019, 2027))
    assert CALENDAR.is_provisional(date(2027, 3, 1)) is True


def test_the_statutory_days_of_2027_are_known_and_nothing_is_made_up_for_them_yet():
    china = holidays.country_holidays("CN", years=2027)
    statutory = {day for day in china if "observed" not in china[day]}

    rows = [row for row in ROWS if row.day.year == 2027]

    assert {row.day for row in rows} == statutory
    assert {(row.kind, row.state) for row in rows} == {("restday", "provisional")}


def test_days_that_people_remember():
    assert CALENDAR.is_working(date(2019, 5, 5)) is True
    assert CALENDAR.is_working(date(2020, 1, 31)) is False  # the extension of 国办发明电〔2020〕1号
    assert CALENDAR.is_working(date(2024, 2, 9)) is True  # New Year's Eve was no day off that year
    assert CALENDAR.is_make_up_day(date(2026, 9, 20)) is True
