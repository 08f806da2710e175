"""A machine that speaks the API empties nobody's day: its numbers to nobody known are counted as at the kiosk's page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices import rules
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.actions import create_key
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.api.conftest import Calls
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
NUMBERS = "/halls/town/tickets"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the test, no second passes on the machine's clock."""
    at_once = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: at_once)


def person(i: int) -> dict[str, str]:
    number = generate_resident_id("441900", date(1990, 1, 1), i)
    return {"name": "张三丰", "id_type": "resident_id", "id_number": number}


def statuses(calls: Calls, n: int, key: str = "kiosk", **body: Any) -> list[int]:
    return [calls("post", NUMBERS, key, {"category": "A", **body}).status_code for _ in range(n)]


def test_a_kiosks_key_gives_thirty_in_a_row_to_nobody_known(calls: Calls) -> None:
    given = statuses(calls, 30)

    refused = calls("post", NUMBERS, "kiosk", {"category": "A"})

    assert given == [201] * 30
    assert (refused.status_code, refused.json()["type"]) == (429, "rate-limited")
    assert int(refused.headers["Retry-After"]) == 8
    assert Ticket.objects.count() == 30


def test_a_typed_number_is_nobody_and_a_card_that_was_read_is_somebody(calls: Calls) -> None:
    for i in range(1, 31):
        assert calls("post", NUMBERS, "kiosk", {"category": "A", "person": person(i)}).status_code == 201

    typed = calls("post", NUMBERS, "kiosk", {"category": "A", "person": person(31)})
    read = calls("post", NUMBERS, "kiosk", {"category": "A", "person": person(32), "presented": "read"})

    assert (typed.status_code, read.status_code) == (429, 201)


def test_what_was_given_counts_and_what_was_refused_or_said_again_does_not(calls: Calls) -> None:
    for _ in range(40):
        assert calls("post", NUMBERS, "kiosk", {"category": "Z"}).status_code == 404
        assert calls("post", NUMBERS, "kiosk", {"category": "A"}, Idempotency_Key="k1").status_code == 201

    assert statuses(calls, 30) == [201] * 29 + [429]


def test_who_is_told_to_wait_asks_again_with_the_same_key(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses(calls, 30)
    asked = {"category": "A"}
    refused = [calls("post", NUMBERS, "kiosk", asked, Idempotency_Key="k1") for _ in range(2)]
    later = clock.wall() + timedelta(seconds=int(refused[0].headers["Retry-After"]))
    monkeypatch.setattr(clock, "wall", lambda: later)

    heard = calls("post", NUMBERS, "kiosk", asked, Idempotency_Key="k1")
    again = calls("post", NUMBERS, "kiosk", asked, Idempotency_Key="k1")

    assert [(r.status_code, r.get("Idempotency-Replayed")) for r in refused] == [(429, None), (429, None)]
    assert (heard.status_code, heard.get("Idempotency-Replayed")) == (201, None)
    assert (again.status_code, again["Idempotency-Replayed"], Ticket.objects.count()) == (201, "true", 31)


def test_each_key_counts_for_itself_and_a_halls_own_system_does_not(calls: Calls) -> None:
    another = create_key(name="second machine", scope="kiosk", hall="town", now=TUESDAY_NINE)
    statuses(calls, 30)

    assert statuses(calls, 1) == [429]
    assert statuses(calls, 1, another) == [201]
    assert statuses(calls, 40, "manage") == [201] * 40


def test_a_machines_key_counts_with_its_page_and_the_guide_hears_of_it(calls: Calls) -> None:
    kiosk = Device.objects.create(hall=calls.town.hall, code="town-kiosk-1", name="取号机", kind="kiosk")
    key = create_key(name="its program", scope="kiosk", hall="town", device=kiosk.code, now=TUESDAY_NINE)

    statuses(calls, 16, key)

    assert devices.much_used(calls.town.hall) == [kiosk]


@pytest.mark.parametrize(("speed", "per_minute"), [(0.0, 8.0), (1.0, 8.0), (60.0, 480.0)])
def test_in_a_demo_people_arrive_as_fast_as_its_clock_runs(speed: float, per_minute: float) -> None:
    assert rules.numbers_a_minute(speed) == per_minute


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_forty_hands_at_one_key_thirty_get_a_number(committed_calls: Calls) -> None:
    found = together(40, lambda _: committed_calls("post", NUMBERS, "kiosk", {"category": "A"}).status_code)

    assert sorted(found) == [201] * 30 + [429] * 10
    assert Ticket.objects.count() == 30
