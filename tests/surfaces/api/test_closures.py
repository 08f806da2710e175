"""Closures by API: announced, counted, followed up, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.hours import follow_up
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from tests.surfaces.api.conftest import Calls
from tests.town import CITIZEN

pytestmark = pytest.mark.django_db
DAY = {"starts_at": "2026-03-11T00:00:00+08:00", "ends_at": "2026-03-11T23:59:00+08:00", "reason": "停电"}


@pytest.fixture
def row(calls: Calls) -> Appointment:
    """Somebody who booked for the tenth hour of the eleventh."""
    booking.materialise(hall=calls.town.hall, now=clock.now())
    slot = Slot.objects.filter(hall=calls.town.hall, business="cat:A", day="2026-03-11").order_by("starts_at")[0]
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=calls.town.person(1).pk, source="web", by=CITIZEN,
        now=clock.now(),
    )  # fmt: skip


def test_a_closure_counts_whom_it_touches_and_moves_them_afterwards(calls: Calls, row: Appointment) -> None:
    made = calls("post", "/halls/town/closures", "manage", {**DAY, "then": "move"})
    follow_up.work_off(now=clock.now())
    listed = calls("get", "/halls/town/closures", "manage").json()["data"]

    row.refresh_from_db()
    assert made.status_code == 201
    assert made.json()["affected"] == {"appointments": 1, "tickets": 0, "waiting": 0}
    assert str(row.day) != "2026-03-11"
    assert [(each["id"], each["progress"]["moved"], each["progress"]["due"]) for each in listed] == [
        (made.json()["id"], 1, 0)
    ]


def test_a_closure_announced_twice_is_one(calls: Calls, row: Appointment) -> None:
    first, second = (calls("post", "/halls/town/closures", "manage", DAY).json() for _ in range(2))

    assert first["id"] == second["id"]


def test_a_closure_taken_back_opens_its_periods(calls: Calls, row: Appointment) -> None:
    made = calls("post", "/halls/town/closures", "manage", {**DAY, "category": "A", "then": "cancel"}).json()

    gone = calls("delete", f"/halls/town/closures/{made['id']}", "manage")

    assert (gone.status_code, gone.json()["withdrawn"]) == (200, True)
    assert Slot.objects.filter(business="cat:A", day="2026-03-11", closed=True).count() == 0


@pytest.mark.parametrize(
    ("more", "status", "slug"),
    [
        ({"zone": "nowhere"}, 404, "nothing-found"),
        ({"item": "nowhere"}, 409, "item-not-here"),
        ({"zone": "main", "category": "A"}, 422, "invalid"),
        ({"ends_at": "2026-03-10T00:00:00+08:00"}, 422, "invalid"),
        ({"then": "forget"}, 422, "invalid"),
        ({"reason": ""}, 422, "invalid"),
        ({"reason": "停电\u202e开放"}, 422, "invalid"),
        ({"reason": "停电", "reason_en": "Power\u200bcut"}, 422, "invalid"),
        ({"ends_at": "2027-03-12T23:59:00+08:00"}, 422, "invalid"),
        ({"starts_at": "2027-03-20T00:00:00+08:00", "ends_at": "2027-03-20T12:00:00+08:00"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_closed_is_refused_with_its_reason(calls: Calls, more: Any, status: int, slug: str) -> None:
    no = calls("post", "/halls/town/closures", "manage", {**DAY, **more})

    assert (no.status_code, no.json()["type"]) == (status, slug)
