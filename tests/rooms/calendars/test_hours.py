"""A hall's hours, read once: what is asked of the value is what is asked of the document, the table and the closures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure as ClosureRow
from banshi.rooms.calendars.rules import Closure, Hours, What, Words, load, sessions_on
from tests.town import TUESDAY_NINE

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.from_rows([])
MONDAY = date(2026, 3, 9)
TUESDAY, THURSDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)


def document(*hours: list[str]):
    return load(
        {
            "timezone": "Asia/Shanghai",
            "rules": [
                {"code": "day", "name": {"zh": "上班", "en": "Day"}, "kind": "regular", "when": "working",
                 "hours": list(hours)},
            ],
        }
    )  # fmt: skip


LONG, SHORT = document(["09:00", "12:00"], ["12:00", "17:00"]), document(["09:00", "12:00"])
HOURS = Hours(ZONE, ((THURSDAY, SHORT), (MONDAY, LONG)), CALENDAR)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def closure(day: date, since: int, until: int, **of: str) -> Closure:
    return Closure(at(day, since), at(day, until), Words(zh="停电", en="Power cut"), **of)


def test_each_day_is_under_the_version_in_force_on_it():
    before = MONDAY - timedelta(days=3)

    assert [(len(HOURS.on(day)), HOURS.ruled(day)) for day in (before, MONDAY, THURSDAY)] == [
        (0, False), (2, True), (1, True),
    ]  # fmt: skip
    assert HOURS.between(MONDAY, THURSDAY)[TUESDAY] == sessions_on(LONG, TUESDAY, CALENDAR)
    assert len(HOURS.under(SHORT).on(before)) == 1


def test_sessions_that_touch_are_open_until_the_last_ends():
    assert HOURS.open_until(at(TUESDAY, 9)) == at(TUESDAY, 17)
    assert HOURS.open_until(at(TUESDAY, 17)) is None
    assert HOURS.also_closed([closure(TUESDAY, 11, 13)]).open_until(at(TUESDAY, 9)) == at(TUESDAY, 11)


def test_the_next_start_is_a_later_one_within_the_days_asked_about():
    assert HOURS.next_start(at(TUESDAY, 9), last=TUESDAY) == at(TUESDAY, 12)
    assert HOURS.next_start(at(TUESDAY, 13), last=TUESDAY) is None
    assert HOURS.next_start(at(TUESDAY, 13), last=THURSDAY) == at(TUESDAY + timedelta(days=1), 9)


def test_the_next_opening_may_be_running_and_leaves_closures_out():
    running = HOURS.next_opening(at(TUESDAY, 10), last=TUESDAY)
    closed = HOURS.also_closed([closure(TUESDAY, 9, 17)])

    assert running is not None
    assert running.starts_at == at(TUESDAY, 9)
    assert closed.next_opening(at(TUESDAY, 10), last=TUESDAY) is None
    later = closed.next_opening(at(TUESDAY, 10), last=THURSDAY)
    assert later is not None
    assert later.starts_at == at(TUESDAY + timedelta(days=1), 9)


def test_a_closure_of_a_part_stops_that_part_alone():
    hours = HOURS.also_closed([closure(TUESDAY, 10, 11, category="A")])

    assert hours.session_at(at(TUESDAY, 10), What(category="A")) is None
    assert hours.closure_at(at(TUESDAY, 10), What(category="A")) == hours.closures[0]
    assert hours.session_at(at(TUESDAY, 10), What(category="B")) is not None
    assert hours.closure_at(at(TUESDAY, 10), What(category="B")) is None


def test_without_a_kind_of_closure_the_rest_still_holds():
    hours = HOURS.also_closed([closure(TUESDAY, 9, 10, kind="evacuation"), closure(TUESDAY, 16, 17)])
    spans = [(each.starts_at.hour, each.ends_at.hour) for each in hours.but_for("evacuation").on(TUESDAY)]

    assert spans == [(9, 12), (12, 16)]


def test_why_is_asked_of_the_day_and_of_the_moment():
    hours = HOURS.also_closed([closure(TUESDAY, 10, 11)])
    why = hours.why_closed(TUESDAY, at=at(TUESDAY, 10))

    assert why is not None
    assert why.words.en == "Temporarily closed: Power cut"
    assert hours.why_closed(TUESDAY) is None


@pytest.mark.django_db
def test_hours_of_many_halls_take_as_many_queries_as_those_of_one(town):
    halls = [town.hall, town.other_hall]
    for hall in halls:
        ClosureRow.objects.create(
            hall=hall, starts_at=TUESDAY_NINE, ends_at=TUESDAY_NINE + timedelta(hours=1), reason_zh="停电",
            reason_en="Power cut", made_at=TUESDAY_NINE, made_by="staff:1",
        )  # fmt: skip
    calendars.hours_of(halls, TUESDAY, TUESDAY)  # documents are known from here on
    counts = []
    for asked in (halls[:1], halls):
        with CaptureQueriesContext(connection) as seen:
            found = calendars.hours_of(asked, TUESDAY, TUESDAY)
        counts.append(len(seen))
        assert [len(found[hall.pk].closures) for hall in asked] == [1] * len(asked)

    assert counts == [3, 3]
    assert calendars.hours(town.hall, TUESDAY).on(TUESDAY) == calendars.sessions(town.hall, TUESDAY, TUESDAY)[TUESDAY]
    assert calendars.hours_of([], TUESDAY, TUESDAY) == {}
