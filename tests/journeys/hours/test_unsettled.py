"""What is still unsettled stands on one page: people and periods of an old grid, sessions that overlap."""

from __future__ import annotations

import re
from datetime import date

import pytest

from banshi.foundation import clock
from banshi.journeys.hours.unsettled import unsettled
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import CalendarVersion
from tests.rooms.booking.test_capacity import cut, placed, slot_at
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def page(town: Town, language: str = "zh-CN") -> str:
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    client = signed_in(town.manager)
    client.cookies["django_language"] = "en" if language == "en" else "zh-hans"
    return " ".join(re.sub(r"<[^>]*>", "", client.get("/office/town/unsettled/").content.decode()).split())


def test_who_is_booked_in_periods_of_an_earlier_grid_is_listed_until_nobody_is(town: Town):
    cut(town, 60, 10)
    old = slot_at("09:00", "10:00")
    rows = placed(town, old, 2)
    before = unsettled(hall=town.hall, now=TUESDAY_NINE).old_grid

    cut(town, 30, 5)

    found = unsettled(hall=town.hall, now=TUESDAY_NINE)
    assert (before, [each.pk for each in found.old_grid], found.any) == ([], [old.pk], True)
    assert "9:00–10:00 A 社保: 2" in page(town)
    for row in rows:
        booking.cancel(code=row.code, by=CITIZEN, now=TUESDAY_NINE)
    assert unsettled(hall=town.hall, now=TUESDAY_NINE).old_grid == []


def test_sessions_that_overlap_are_listed_once_with_their_first_day(town: Town):
    open_town(town)
    before = unsettled(hall=town.hall, now=TUESDAY_NINE).overlaps
    version = CalendarVersion.objects.get(hall=town.hall)
    version.document["rules"].append(
        {"code": "second", "name": {"zh": "加场", "en": "Second"}, "when": "every_day", "hours": [["16:00", "19:00"]]}
    )
    version.pk, version.version = None, 2
    version.save()

    found = unsettled(hall=town.hall, now=TUESDAY_NINE)

    assert before == []
    assert [(day, {one.rule, other.rule}) for day, one, other in found.overlaps] == [
        (date(2026, 3, 10), {"daily", "second"})
    ]
    assert "9:00–17:00 每日 / 16:00–19:00 加场" in page(town)
    assert "9:00–17:00 Daily / 16:00–19:00 Second" in page(town, "en")
