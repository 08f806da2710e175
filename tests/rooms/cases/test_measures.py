"""What a case is measured by: days saved and trips made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.rules.clocks import Stop, due
from banshi.rooms.cases.rules.measures import Happened, days_saved, trips
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

CALENDAR = WorkCalendar()
TUESDAY = date(2026, 3, 10)
FRIDAY = date(2026, 3, 13)
NEXT_WEDNESDAY = date(2026, 3, 18)


def saved(decided: date, limit: int = 20, unit: str = "working_day", **more: object) -> int | None:
    return days_saved(begun=TUESDAY, decided=decided, limit=limit, unit=unit, calendar=CALENDAR, **more)  # type: ignore[arg-type]


def test_what_is_decided_on_the_day_it_was_accepted_saves_the_whole_limit():
    assert saved(TUESDAY) == 20


@pytest.mark.parametrize(("decided", "days"), [(FRIDAY, 17), (date(2026, 3, 15), 17), (NEXT_WEDNESDAY, 14)])
def test_weekends_are_not_counted(decided, days):
    assert saved(decided) == days


def test_what_took_longer_than_the_law_allows_is_negative():
    assert saved(NEXT_WEDNESDAY, limit=4) == -2


def test_days_on_which_the_clock_stood_are_not_counted():
    assert saved(NEXT_WEDNESDAY, stops=[Stop(TUESDAY, FRIDAY)]) == 17


def test_a_limit_in_calendar_days_saves_the_working_days_left_of_it():
    assert saved(FRIDAY, limit=10, unit="day") == 5
    assert saved(NEXT_WEDNESDAY, limit=3, unit="day") == -3
    assert saved(FRIDAY, limit=10, unit="day", stops=[Stop(TUESDAY, FRIDAY)]) == 6


def test_a_limit_of_hours_ends_with_its_day_and_no_limit_saves_nothing():
    assert (saved(TUESDAY, limit=2, unit="hour"), saved(FRIDAY, limit=2, unit="hour")) == (0, -3)
    assert saved(FRIDAY, limit=0) is None


@given(took=st.integers(0, 60), limit=st.integers(1, 60), stop=st.tuples(st.integers(0, 60), st.integers(0, 20)))
def test_what_was_saved_is_what_the_clock_says_is_left_or_over(took, limit, stop):
    decided = TUESDAY + timedelta(days=took)
    since = TUESDAY + timedelta(days=min(stop[0], took))
    stops = [Stop(since, min(since + timedelta(days=stop[1]), decided))]

    counted = due(TUESDAY, days=limit + 60, stops=stops, calendar=CALENDAR, today=decided).counted

    assert saved(decided, limit=limit, stops=stops) == limit - counted


WINDOW = Happened("receive", TUESDAY, "draft", staff=True)
FETCHED = Happened("deliver", FRIDAY, "ready", staff=True, facts={"how": "counter"})
BY_POST = Happened("deliver", FRIDAY, "ready", facts={"how": "courier"})
ONLINE = Happened("receive", TUESDAY, "pre_passed", staff=True)
BOOKED = (
    Happened("expect", TUESDAY, "pre_passed", facts={"appointment": "K7"}),
    Happened("receive", FRIDAY, "await_receipt", staff=True),
)
DROPPED = (
    Happened("expect", TUESDAY, "pre_passed", facts={"cell": "A-01"}),
    Happened("receive", FRIDAY, "await_receipt", staff=True),
)


@pytest.mark.parametrize(
    ("story", "visited", "days"),
    [
        ((ONLINE, BY_POST), None, 0),
        ((WINDOW, BY_POST), None, 1),
        ((WINDOW, FETCHED), None, 2),
        ((WINDOW, Happened("deliver", TUESDAY, facts={"how": "kiosk"})), None, 1),
        ((ONLINE, BY_POST), TUESDAY, 1),
        ((*BOOKED, BY_POST), FRIDAY, 1),
        ((*BOOKED, FETCHED), None, 1),
        ((*DROPPED, BY_POST), None, 1),
        ((*DROPPED, FETCHED), None, 2),
        ((WINDOW, Happened("supplement", FRIDAY, "supplement", staff=True), BY_POST), None, 2),
        ((WINDOW, Happened("supplement", FRIDAY, "supplement"), BY_POST), None, 1),
        ((WINDOW, Happened("opine", FRIDAY, "in_review", staff=True)), None, 1),
    ],
)
def test_a_trip_is_a_day_on_which_somebody_came(story, visited, days):
    assert trips(story, visited=visited) == days


def test_a_decision_says_what_it_saved_and_the_end_how_often_somebody_came(matters: Matters):
    case = matters.in_review()
    decided_at = at("2026-03-13 15:00")
    cases.opine(case_no=case.no, says="refuse", text="不符合规划", by=matters.by["reviewer"], now=decided_at)

    decided = cases.decide(case_no=case.no, grant=False, reason="不符合规划", by=matters.by["approver"], now=decided_at)
    closed = cases.deliver(case_no=case.no, how="electronic", by=matters.by["issuer"], now=decided_at)

    assert TUESDAY_NINE.date() == TUESDAY
    assert (decided.days_saved, closed.trips) == (17, 1)


def test_an_extension_saves_nothing(matters: Matters):
    case = matters.in_review()
    cases.extend(case_no=case.no, days=10, reason="复杂", by=matters.by["approver"], now=TUESDAY_NINE)
    later = at("2026-04-13 15:00")
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=later)

    decided = cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=later)

    assert decided.due_statutory > later.date()
    assert decided.days_saved == -4
