"""The situation that was booked, on the slip: on the screen and on paper, with what to have ready."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking import actions as booking
from banshi.rooms.devices.models import Device
from banshi.rooms.tickets.models import Ticket
from tests.matters import ANSWERS, matters_of
from tests.town import Town, at

pytestmark = pytest.mark.django_db


def test_the_slip_says_the_situation_and_the_papers(opened: Town, kiosk: Device, machine: Client, tmp_path: Path):
    matters_of(opened)
    row = booking.place(
        slot_id=opened.slot(starts=at("2026-03-10 09:15")).pk, item_code="pension", person_id=opened.person(1).pk,
        source="web", by=SYSTEM, now=at("2026-03-09 10:00"), answers=ANSWERS,
    )  # fmt: skip
    machine.post("/kiosk/town/check-in", {"presented": row.code})
    ticket = Ticket.objects.get()

    screen = machine.get(f"/kiosk/town/slip/{ticket.ref}").content.decode()
    machine.post(f"/kiosk/town/slip/{ticket.ref}/print")

    paper = (tmp_path / "slips").read_bytes().decode("gb18030", "replace").replace("\n", "").replace(" ", "")
    assert ["开店" in screen, "身份证；租约；店面照片" in screen] == [True, True]
    assert ["情形开店" in paper, "备好材料身份证；租约；店面照片" in paper] == [True, True]


def test_a_number_without_a_booking_says_neither(opened: Town, kiosk: Device, machine: Client):
    matters_of(opened)
    machine.post("/kiosk/town/confirm?item=pension", {})

    screen = machine.get(f"/kiosk/town/slip/{Ticket.objects.get().ref}").content.decode()

    assert "备好材料" not in screen
