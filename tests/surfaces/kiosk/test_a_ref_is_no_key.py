"""A number's ref stands on boards and before clerks; the key that steers and rates it stands on its slip alone."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.rooms.booking import queries as bookings
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import qr_text, read_keyed_qr
from banshi.surfaces.kiosk import slips
from tests.surfaces.kiosk.cards import chip
from tests.town import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Client:
    """Another machine, or the same one for the next person."""
    return Client(headers={"accept-language": "zh-CN"})


def given(machine: Client, **said: str) -> str:
    machine.post("/kiosk/town/confirm?category=A", said)
    return str(Ticket.objects.order_by("-id")[0].ref)


def pages(machine: Client, ref: str) -> list[Any]:
    return [
        machine.get(f"/kiosk/town/slip/{ref}"),
        machine.post(f"/kiosk/town/slip/{ref}/back"),
        machine.post(f"/kiosk/town/slip/{ref}/print"),
    ]


def test_the_machine_that_gave_it_shows_it_for_some_minutes(
    opened: Town, machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = given(machine)
    now = clock.wall()

    first = machine.get(f"/kiosk/town/slip/{ref}")
    monkeypatch.setattr(slips.clock, "wall", lambda: now + timedelta(seconds=slips.FOR_S + 60))
    later = machine.get(f"/kiosk/town/slip/{ref}")

    assert (first.status_code, later.status_code) == (200, 403)
    assert rating_key(ref) not in later.content.decode()


def test_a_number_whose_first_answer_was_lost_is_shown_when_the_form_comes_again(
    opened: Town, machine: Client, other: Client
) -> None:
    machine.get("/kiosk/town/confirm?category=A")
    other.cookies = copy(machine.cookies)  # what this one is answered never reaches the machine

    lost, again = (
        one.post("/kiosk/town/confirm?category=A", {"csrfmiddlewaretoken": "t" * 64}) for one in (other, machine)
    )

    assert (Ticket.objects.count(), again["Location"]) == (1, lost["Location"])
    assert machine.get(again["Location"]).status_code == 200


def test_a_ref_opens_no_slip_elsewhere(opened: Town, machine: Client, other: Client) -> None:
    ref = given(machine)
    Ticket.objects.update(state="parked")

    answers = pages(other, ref)

    assert [answer.status_code for answer in answers] == [403] * 3
    assert [rating_key(ref) in answer.content.decode() for answer in answers] == [False] * 3
    assert Ticket.objects.get().state == "parked"


@pytest.mark.parametrize(
    "text", ["BT1.{ref}", "BT1.{ref}.AAAAAAAAAAAAAAAA", "https://x.example/t/{ref}", "https://x.example/t/{ref}?k=A"]
)
@pytest.mark.parametrize("where", ["check-in", "look-up"])
def test_a_ref_typed_or_scanned_opens_none(opened: Town, machine: Client, other: Client, text: str, where: str) -> None:
    ref = given(machine)

    answer = other.post(f"/kiosk/town/{where}", {"presented": text.format(ref=ref)})

    assert (answer.status_code, rating_key(ref) in answer.content.decode()) == (403, False)
    assert "放身份证，或扫号票上的码" in answer.content.decode()
    assert other.get(f"/kiosk/town/slip/{ref}").status_code == 403


def test_the_slip_scanned_opens_it(opened: Town, machine: Client, other: Client) -> None:
    ref = given(machine)
    Ticket.objects.update(state="parked")

    other.post("/kiosk/town/check-in", {"presented": f"https://x.example/t/{ref}?k={rating_key(ref)}"})

    assert other.get(f"/kiosk/town/slip/{ref}").status_code == 200
    other.post(f"/kiosk/town/slip/{ref}/back")
    assert Ticket.objects.get().state == "waiting"


def test_the_card_opens_it(opened: Town, machine: Client, other: Client) -> None:
    ref = given(machine, chip=chip(opened.person(1)))

    other.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})

    assert other.get(f"/kiosk/town/slip/{ref}").status_code == 200


def test_a_bookings_reference_shows_no_slip_and_its_code_does(
    opened: Town, booked: Any, machine: Client, other: Client
) -> None:
    """Staff read references on their lists."""
    machine.post("/kiosk/town/check-in", {"presented": bookings.qr_text(booked.code)})
    ref = Ticket.objects.get().ref

    typed = other.post("/kiosk/town/check-in", {"presented": booked.code})
    refused = other.get(f"/kiosk/town/slip/{ref}").status_code
    scanned = other.post("/kiosk/town/check-in", {"presented": bookings.qr_text(booked.code)})

    assert (typed.status_code, ref in typed.content.decode(), refused) == (409, False, 403)
    assert scanned["Location"] == f"/kiosk/town/slip/{ref}"


def test_the_code_on_the_phone_carries_the_key_for_its_holder_alone(
    opened: Town, machine: Client, other: Client
) -> None:
    ref = given(machine)

    mine, anybodys = other.get(f"/t/{ref}?k={rating_key(ref)}"), machine.get(f"/t/{ref}")

    assert (mine.context["code"], anybodys.context["code"]) == (qr_text(ref, rating_key(ref)), "")
    assert read_keyed_qr(mine.context["code"]) == (ref, rating_key(ref))
