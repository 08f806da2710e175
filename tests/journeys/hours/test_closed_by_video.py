"""A closure over a time by video offers its person another time by video, and who is booked at a window one at a window."""

from __future__ import annotations

import pytest

from banshi.journeys.hours import change_hours, follow_up
from banshi.journeys.hours.follow_up import Outcome
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from tests.journeys.hours.test_closures import NOON, TEN
from tests.rooms.booking.test_slots import MORNINGS, calendar
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def booked(town: Town, business: str, person: int) -> Appointment:
    slot = Slot.objects.get(hall=town.hall, business=business, starts_at=TEN)
    return booking.place(
        slot_id=slot.pk,
        item_code="pension",
        person_id=town.person(person).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )


def test_each_is_moved_to_a_time_at_the_same_place(town: Town) -> None:
    town.policy(booking={"same_day": True}, video={"booked_seats": 2})
    calendar(town, {**MORNINGS, "hours": [["09:00", "12:00"]]})
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    rows = [booked(town, "video", 1), booked(town, "cat:A", 2)]

    _, follow = change_hours.close(
        hall=town.hall, starts_at=TEN, ends_at=NOON, reason_zh="漏水", reason_en="A leak", choices={}, others="move",
        by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    follow_up.work_off(now=TUESDAY_NINE)

    assert follow_up.outcome_of(follow) == Outcome(moved=2)
    for row, place in zip(rows, ("video", "window"), strict=True):
        row.refresh_from_db()
        assert (row.place, row.state, row.starts_at != TEN) == (place, "booked", True)
