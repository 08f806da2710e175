from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.working_days import DayInfo, WorkCalendar, rows_from_table

# Spring Festival 2026 as the notice has it, 国办发明电〔2025〕7号.
SPRING_2026 = [
    DayInfo(date(2026, 2, 14), "workday", "春节调休上班", "Make-up day for Spring Festival"),
    *(DayInfo(date(2026, 2, day), "restday", "春节", "Spring Festival") for day in range(15, 24)),
    DayInfo(date(2026, 2, 28), "workday", "春节调休上班", "Make-up day for Spring Festival"),
]
CALENDAR = WorkCalendar.from_rows(SPRING_2026)

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_an_ordinary_week_works_monday_to_friday():
    working = [CALENDAR.is_working(date(2026, 11, day)) for day in range(23, 30)]

    assert working == [True, True, True, True, True, False, False]


def test_a_saturday_before_spring_festival_is_a_make_up_day():
    saturday = date(2026, 2, 14)

    assert (CALENDAR.is_working(saturday), CALENDAR.is_make_up_day(saturday)) == (True, True)
    assert CALENDAR.is_holiday(saturday) is False


def test_a_sunday_inside_a_holiday_is_a_holiday_and_an_ordinary_sunday_is_not():
    assert CALENDAR.is_holiday(date(2026, 2, 15)) is True
    assert CALENDAR.is_holiday(date(2026, 2, 8)) is False


def test_the_next_working_day_jumps_the_whole_holiday():
    assert CALENDAR.next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)


def test_five_working_days_across_spring_festival_end_on_the_make_up_saturday():
    due = CALENDAR.add_working_days(date(2026, 2, 14), 5)

    assert due == date(2026, 2, 28)


def test_no_working_days_on_from_a_sunday_is_the_same_sunday():
    assert CALENDAR.add_working_days(date(2026, 2, 15), 0) == date(2026, 2, 15)


def test_the_last_working_day_of_a_week_with_a_make_up_saturday_is_that_saturday():
    assert CALENDAR.last_working_day_of_week(date(2026, 2, 10)) == date(2026, 2, 14)


def test_a_holiday_week_has_no_last_working_day():
    assert CALENDAR.last_working_day_of_week(date(2026, 2, 18)) is None


def test_a_week_runs_from_monday_to_sunday_across_the_turn_of_the_year():
    week = CALENDAR.week_of(date(2027, 1, 1))

    assert week == tuple(date(2026, 12, 28) + timedelta(days=n) for n in range(7))


def test_a_year_without_rows_follows_weekdays_and_is_provisional():
    wednesday, saturday = date(2031, 1, 1), date(2031, 1, 4)

    assert (CALENDAR.is_working(wednesday), CALENDAR.is_working(saturday)) == (True, False)
    assert CALENDAR.is_provisional(wednesday) is True


def test_a_year_of_which_only_the_statutory_days_are_known_stays_provisional_as_a_whole():
    calendar = WorkCalendar.from_rows([DayInfo(date(2027, 1, 1), "restday", "元旦", "New Year's Day", "provisional")])

    assert calendar.is_holiday(date(2027, 1, 1)) is True
    assert calendar.is_provisional(date(2027, 6, 1)) is True
    assert CALENDAR.is_provisional(date(2026, 6, 1)) is False


def test_a_day_named_twice_is_refused():
    with pytest.raises(ValueError, match="2026-02-14 is in the calendar twice"):
        WorkCalendar.from_rows([SPRING_2026[0], SPRING_2026[0]])


def test_a_calendar_without_any_working_day_says_so_instead_of_searching_for_ever():
    start = date(2026, 1, 1)
    calendar = WorkCalendar.from_rows(DayInfo(start + timedelta(days=n), "restday", "休", "off") for n in range(500))

    with pytest.raises(ValueError, match="no working day within a year"):
        calendar.next_working_day(start)


def test_rows_are_read_from_a_table():
    text = "day,kind,name_zh,name_en,notice,state\n2026-02-17,restday,春节,Spring Festival,,confirmed\n"

    assert rows_from_table(text.encode()) == [DayInfo(date(2026, 2, 17), "restday", "春节", "Spring Festival")]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2026-02-30,restday,春节,Spring Festival,,confirmed", "row 2, column day: “2026-02-30” is no day"),
        (
            "2026-02-17,holiday,春节,Spring Festival,,confirmed",
            "row 2, column kind: “holiday” is none of workday, restday",
        ),
        (
            "2026-02-17,restday,春节,Spring Festival,,sure",
            "row 2, column state: “sure” is none of confirmed, provisional",
        ),
    ],
)
def test_a_wrong_line_is_named(line, sentence):
    with pytest.raises(ValueError) as refused:
        rows_from_table(f"day,kind,name_zh,name_en,notice,state\n{line}\n".encode())

    assert str(refused.value).startswith(sentence)


@given(days, st.integers(0, 60))
def test_counting_back_gives_the_number_of_working_days_that_was_added(day, count):
    due = CALENDAR.add_working_days(day, count)

    assert CALENDAR.working_days_between(day, due) == count
    assert CALENDAR.working_days_between(due, day) == -count


@given(days, st.integers(1, 60))
def test_a_due_day_is_always_a_working_day(day, count):
    assert CALENDAR.is_working(CALENDAR.add_working_days(day, count)) is True
    assert CALENDAR.is_working(CALENDAR.add_working_days(day, -count)) is True
