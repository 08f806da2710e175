"""期限: what counts and what does not, at the edges."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.working_days import DayInfo, WorkCalendar
from banshi.rooms.cases.rules.clocks import Stop, due, due_at, light, reminders

# 2026: New Year 1–3 January, Sunday the 4th is worked.
HOLIDAYS = [
    DayInfo(date(2026, 1, 1), "restday", "元旦", "New Year"),
    DayInfo(date(2026, 1, 2), "restday", "元旦", "New Year"),
    DayInfo(date(2026, 1, 3), "restday", "元旦", "New Year"),
    DayInfo(date(2026, 1, 4), "workday", "元旦", "New Year"),
]
CALENDAR = WorkCalendar.from_rows(HOLIDAYS)
TUESDAY = date(2026, 3, 10)


def test_the_day_of_the_event_is_day_nought():
    assert due(TUESDAY, days=1, calendar=CALENDAR, today=TUESDAY).on == date(2026, 3, 11)


def test_weekends_do_not_count():
    assert due(TUESDAY, days=4, calendar=CALENDAR, today=TUESDAY).on == date(2026, 3, 16)


def test_a_make_up_sunday_counts_and_a_holiday_does_not():
    assert due(date(2025, 12, 31), days=1, calendar=CALENDAR, today=TUESDAY).on == date(2026, 1, 4)


def test_natural_days_count_all():
    assert due(TUESDAY, days=5, unit="day", calendar=CALENDAR, today=TUESDAY).on == date(2026, 3, 15)


def test_hours_end_with_their_day():
    assert due(TUESDAY, days=2, unit="hour", calendar=CALENDAR, today=TUESDAY).on == TUESDAY


def test_days_on_which_the_clock_stood_are_not_counted():
    stood = Stop(date(2026, 3, 11), date(2026, 3, 13))

    found = due(TUESDAY, days=4, stops=[stood], calendar=CALENDAR, today=date(2026, 3, 20))

    # 11 counts (it stood from its end on), 12 and 13 do not, 16, 17, 18 do.
    assert (found.on, found.counted, found.stopped) == (date(2026, 3, 18), 4, 2)


def test_a_clock_that_still_stands_moves_the_day_with_every_day():
    stands = Stop(date(2026, 3, 11), None)

    found = [
        due(TUESDAY, days=4, stops=[stands], calendar=CALENDAR, today=day).on
        for day in (date(2026, 3, 12), date(2026, 3, 13))
    ]

    assert found == [date(2026, 3, 17), date(2026, 3, 18)]


def test_stops_that_overlap_count_once():
    stops = [Stop(date(2026, 3, 10), date(2026, 3, 12)), Stop(date(2026, 3, 11), date(2026, 3, 13))]

    assert due(TUESDAY, days=1, stops=stops, calendar=CALENDAR, today=date(2026, 4, 1)).stopped == 3


def test_a_day_in_a_year_without_a_published_calendar_is_provisional():
    published = WorkCalendar.from_rows(HOLIDAYS)

    assert due(date(2026, 12, 30), days=1, calendar=published, today=TUESDAY).provisional is False
    assert due(date(2026, 12, 30), days=2, calendar=published, today=TUESDAY).provisional is True


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 3, 12), "green"),
        (date(2026, 3, 13), "yellow"),
        (date(2026, 3, 17), "yellow"),
        (date(2026, 3, 18), "red"),
    ],
)
def test_the_light_turns_yellow_two_working_days_before(today: date, said: str):
    assert light(due_on=date(2026, 3, 17), today=today, calendar=CALENDAR, stopped=False) == said


def test_nothing_lights_while_the_clock_stands_or_nothing_runs():
    assert light(due_on=date(2026, 3, 1), today=TUESDAY, calendar=CALENDAR, stopped=True) == ""
    assert light(due_on=None, today=TUESDAY, calendar=CALENDAR, stopped=False) == ""


def test_reminders_come_three_working_days_and_one_before():
    assert reminders(date(2026, 3, 17), calendar=CALENDAR) == (date(2026, 3, 12), date(2026, 3, 16))


@given(days=st.integers(1, 60), gap=st.integers(0, 30), length=st.integers(0, 40))
def test_a_stop_never_makes_it_due_earlier_and_by_no_more_than_it_lasted(days: int, gap: int, length: int):
    since = TUESDAY + timedelta(days=gap)
    stop = Stop(since, since + timedelta(days=length))
    later = TUESDAY + timedelta(days=400)

    without = due(TUESDAY, days=days, calendar=CALENDAR, today=later)
    with_it = due(TUESDAY, days=days, stops=[stop], calendar=CALENDAR, today=later)

    assert with_it.on >= without.on
    assert CALENDAR.working_days_between(without.on, with_it.on) == with_it.stopped
    assert with_it.stopped <= length


def on(hour: int, minute: int = 0, day: int = 10) -> datetime:
    return datetime(2026, 3, day, hour, minute)


OPEN = [(on(9), on(12)), (on(14), on(17)), (on(9, day=11), on(12, day=11))]


def test_minutes_run_while_the_hall_is_open():
    found = due_at(on(11, 30), minutes=120, sessions=OPEN, now=on(14, 15))

    assert (found.at, found.counted, found.stopped, found.left) == (on(15, 30), 45, 0, 75)


def test_a_limit_of_the_evening_ends_on_the_next_morning():
    assert due_at(on(16), minutes=120, sessions=OPEN, now=on(16)).at == on(10, day=11)
    assert due_at(on(20), minutes=60, sessions=OPEN, now=on(20)).at == on(10, day=11)


def test_minutes_in_which_the_clock_stood_do_not_count():
    stops = [(on(9, 30), on(10, 30))]

    found = due_at(on(9), minutes=60, sessions=OPEN, stops=stops, now=on(10, 45))

    assert (found.at, found.counted, found.stopped, found.left) == (on(11), 45, 60, 15)


def test_a_clock_that_still_stands_runs_no_further():
    found = due_at(on(9), minutes=60, sessions=OPEN, stops=[(on(9, 30), None)], now=on(11))

    assert (found.counted, found.stopped, found.left) == (30, 90, 30)


def test_minutes_that_are_over_are_negative():
    found = due_at(on(9), minutes=60, sessions=OPEN, now=on(11))

    assert (found.at, found.counted, found.left) == (on(10), 60, -60)
