"""The periods as a booking may be moved: the earlier place that the waiting list keeps for it is free, for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Slot, Waiting
from tests.rooms.booking.test_place import book as book_for
from tests.rooms.booking.test_waiting import freed
from tests.surfaces.api.conftest import Calls, booking, person
from tests.town import CITIZEN, TUESDAY_NINE, at

FULL = {"free": 0, "bookable": False, "reason": "slot-full", "kept_until": None}
KEPT = {"free": 1, "bookable": True, "reason": None, "kept_until": "2026-03-10T09:30:00+08:00"}


@pytest.fixture
def full(calls: Calls) -> Slot:
    slot = calls.town.slot(quota=1)
    book_for(calls.town, slot, 7)
    return slot


@pytest.fixture
def code(calls: Calls, full: Slot) -> str:
    """Booked for Friday, with the place of Wednesday kept for it until 9:30."""
    later = calls.town.slot(quota=2, starts=at("2026-03-13 09:00"))
    made = calls("post", "/appointments", "channel", booking(later, person=person(1))).json()["code"]
    actions.join_earlier(code=made, by=CITIZEN, now=TUESDAY_NINE)
    freed(calls.town, full, 7)
    assert Waiting.objects.get().state == "offered"
    return str(made)


def listed(calls: Calls, slot: Slot, *, appointment: str = "", key: str = "channel") -> Any:
    query = f"&appointment={appointment}" if appointment else ""
    answer = calls("get", f"/halls/town/slots?item=pension&from=2026-03-11&to=2026-03-11{query}", key)
    if answer.status_code != 200:
        return answer.status_code, answer.json()["type"]
    (found,) = [each for each in answer.json()["data"] if each["id"] == slot.pk]
    return {name: found[name] for name in FULL}


def test_the_place_is_free_for_the_booking_it_is_kept_for(calls: Calls, code: str, full: Slot) -> None:
    before = listed(calls, full, appointment=code)
    moved = calls("post", f"/appointments/{code}/move", "channel", {"slot": full.pk})

    assert (before, moved.status_code, moved.json()["starts_at"]) == (KEPT, 200, "2026-03-11T09:00:00+08:00")
    assert Waiting.objects.get().state == "taken"


def test_nobody_else_finds_it_free(calls: Calls, code: str, full: Slot) -> None:
    later = calls.town.slot(quota=2, starts=at("2026-03-13 10:00"))
    other = calls("post", "/appointments", "channel", booking(later, person=person(2))).json()["code"]

    assert [listed(calls, full), listed(calls, full, appointment=other)] == [FULL, FULL]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("manage", KEPT),
        ("other-channel", (404, "nothing-found")),
        ("read", (403, "not-allowed")),
        ("kiosk", (403, "not-allowed")),
    ],
)
def test_who_may_not_move_the_booking_is_not_told_what_is_kept(
    calls: Calls, code: str, full: Slot, key: str, answer: Any
) -> None:
    assert listed(calls, full, appointment=code, key=key) == answer


@pytest.mark.parametrize("asked", ["limit=200", "limit=1", "from=2026-03-11&to=2026-03-11&limit=5&end_user=x"])
def test_the_list_is_asked_for_in_pages_as_before(calls: Calls, full: Slot, asked: str):
    answer = calls("get", f"/halls/town/slots?item=pension&{asked}", "channel")

    assert (answer.status_code, len(answer.json()["data"])) == (200, 1)
