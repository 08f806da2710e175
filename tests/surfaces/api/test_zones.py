"""Night zones over HTTP: the machine at the door lets in and out, once; another's key does neither."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel import cards
from banshi.rooms.devices.models import DeviceOrder
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Account
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Entry
from tests.surfaces.api.conftest import Calls
from tests.town import TUESDAY_NINE
from tests.zones import a_zone, the_door

pytestmark = pytest.mark.django_db
ENTRIES = "/zones/town-zone/entries"


@pytest.fixture
def door(calls: Calls) -> Calls:
    """`calls` with the key of a zone's door, which asks whatever the hour."""
    a_zone(calls.town, free_by_day=False)
    calls.keys["door"] = create_key(
        name="d", scope="kiosk", hall="town", device="town-zone-door", now=TUESDAY_NINE
    )  # fmt: skip
    return calls


def card(door: Calls, i: int = 0) -> dict[str, Any]:
    person = door.town.person(i)
    return {"card": f"{cards.MARK}|{person.id_number}|{person.name}|"}


def test_a_card_lets_in_once_however_often_it_is_sent_and_the_door_says_how_it_went(door: Calls) -> None:
    answers = [door("post", ENTRIES, "door", card(door), idempotency_key="k1") for _ in range(2)]
    again = door("post", ENTRIES, "door", card(door)).json()

    assert [a.status_code for a in answers] == [201, 201]
    entry = answers[0].json()
    assert (entry["state"], entry["people"], entry["why"], again["id"]) == ("opening", 1, "", entry["id"])
    assert DeviceOrder.objects.filter(kind="open_door", device__code="town-zone-door").count() == 1


def test_the_last_place_is_refused_with_the_next_chance(door: Calls) -> None:
    door("post", ENTRIES, "door", {**card(door), "people": 3})

    no = door("post", ENTRIES, "door", card(door, 1))

    assert (no.status_code, no.json()["type"]) == (409, "zone-full")
    assert (no.json()["facts"]["inside"], no.json()["facts"]["limit"]) == (3, 3)
    assert no.json()["next"] is not None


def test_a_code_opens_once_and_guesses_are_counted_though_they_are_refused(door: Calls) -> None:
    area = queries.with_doors()[0]
    mine = Account.objects.create(phone="13800138000", phone_index="x", created_at=TUESDAY_NINE).pk
    code = actions.draw_code(area=area, account_id=mine, now=TUESDAY_NINE)
    let_in = door("post", ENTRIES, "door", {"code": code})
    guesses = [door("post", ENTRIES, "door", {"code": f"{i:06d}"}) for i in range(14)]

    assert let_in.status_code == 201
    assert {a.json()["type"] for a in guesses} == {"zone-code-wrong", "rate-limited"}


def test_whoever_leaves_is_out_and_twice_is_once(door: Calls) -> None:
    entry = door("post", ENTRIES, "door", card(door)).json()["id"]
    the_door("done")

    first, again = (door("post", f"{ENTRIES}/{entry}/left", "door").json() for _ in range(2))

    assert (first["state"], first["out_at"] == again["out_at"]) == ("left", True)
    assert door("get", "/zones/town-zone", "read").json()["inside"] == 0


def test_how_full_it_is_is_told_and_who_is_there_is_not(door: Calls) -> None:
    door("post", ENTRIES, "door", {**card(door), "people": 2})

    seen = door("get", "/zones/town-zone", "read").json()

    assert (seen["mode"], seen["inside"], seen["limit"], seen["help"]) == ("card-or-code", 2, 3, False)
    assert set(seen) == {
        "code", "name", "name_en", "hall", "place", "place_en", "mode", "inside", "limit", "stay_minutes", "night", "lights",
        "opens_at", "closed_until", "help",
    }  # fmt: skip


def test_another_machine_or_hall_opens_no_door_here(door: Calls) -> None:
    a_zone(door.town, "town-zone-2")
    entry = door("post", ENTRIES, "door", card(door)).json()["id"]

    answers = [
        door("post", "/zones/town-zone-2/entries", "door", card(door)),
        door("post", ENTRIES, "other-kiosk", card(door)),
        door("post", f"/zones/town-zone-2/entries/{entry}/left", "door"),
        door("post", ENTRIES, "channel", card(door)),
    ]

    assert [a.status_code for a in answers] == [404, 403, 404, 403]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"card": "BC1|x", "code": "123456"}, {"code": "12345"}, {"code": "123456", "people": 7}]
)
def test_what_is_neither_or_both_is_invalid(door: Calls, body: dict[str, Any]) -> None:
    assert door("post", ENTRIES, "door", body).status_code == 422
    assert Entry.objects.count() == 0
