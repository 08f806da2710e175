"""Two matters of one visit at the machine: two numbers, each on the page and on paper of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.kernel.actors import SYSTEM
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Person
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of
from tests.surfaces.kiosk.cards import chip
from tests.town import Town, at


@pytest.fixture
def visit(opened: Town) -> list[Any]:
    """Person 1 of the town, two matters today at 9:15."""
    slots = [opened.slot(starts=at("2026-03-10 09:15"), category=letter) for letter in "AB"]
    return booking.place_several(
        slot_id=slots[0].pk, item_codes=["pension", "id-card"], person_id=opened.person(1).pk, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip


@pytest.mark.parametrize("shown", ["card", "code"])
def test_both_numbers_stand_on_the_slips_page(opened: Town, kiosk: Device, machine: Client, visit: Any, shown: str):
    code = {"presented": bookings.qr_text(visit[0].code)}
    what = {"chip": chip(opened.person(1))} if shown == "card" else code

    page = machine.post("/kiosk/town/check-in", what, follow=True).content.decode()

    other = Ticket.objects.get(number="B001")
    assert page.count("同一趟还办") == 1
    assert f'href="/kiosk/town/slip/{other.ref}"' in page
    assert machine.get(f"/kiosk/town/slip/{other.ref}").status_code == 200


def test_the_slips_are_printed_one_after_the_other(
    opened: Town, kiosk: Device, machine: Client, visit: Any, tmp_path: Path
):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})
    first, second = Ticket.objects.order_by("number")

    machine.post(f"/kiosk/town/slip/{first.ref}/print", {"all": "1"})

    paper = (tmp_path / "slips").read_bytes()
    assert [paper.count(f"/t/{each.ref}".encode()) for each in (first, second)] == [1, 1]
    assert paper.count("同一趟还办".encode("gb18030")) == 2


def test_printed_again_it_is_one_slip(opened: Town, kiosk: Device, machine: Client, visit: Any, tmp_path: Path):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})
    first, second = Ticket.objects.order_by("number")

    machine.post(f"/kiosk/town/slip/{first.ref}/print")

    paper = (tmp_path / "slips").read_bytes()
    assert [paper.count(f"/t/{each.ref}".encode()) for each in (first, second)] == [1, 0]


def test_the_card_again_shows_both(opened: Town, kiosk: Device, machine: Client, visit: Any):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})

    page = machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))}, follow=True).content.decode()

    assert (Ticket.objects.count(), "A001" in page, "B001" in page) == (2, True, True)


def test_on_the_phone_one_number_leads_to_the_other(opened: Town, kiosk: Device, machine: Client, visit: Any):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})
    first, second = Ticket.objects.order_by("number")
    phone = Client(headers={"accept-language": "zh-CN"})

    mine = phone.get(f"/t/{first.ref}?k={rating_key(first.ref)}", follow=True).content.decode()
    anybody = Client().get(f"/t/{first.ref}", follow=True).content.decode()

    link = f"/t/{second.ref}?k={rating_key(second.ref)}"
    assert (link in mine, link in anybody, second.number in anybody) == (True, False, False)


def test_who_comes_late_reads_and_prints_both_walk_in_numbers(
    opened: Town, kiosk: Device, machine: Client, visit: Any, tmp_path: Path
):
    Appointment.objects.update(starts_at=at("2026-03-10 08:00"), ends_at=at("2026-03-10 08:30"))

    page = machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))}, follow=True).content.decode()
    machine.post(f"/kiosk/town/slip/{Ticket.objects.get(number='A001').ref}/print", {"all": "1"})

    assert list(Ticket.objects.order_by("number").values_list("number", "kind")) == [
        ("A001", "walk_in"), ("B001", "walk_in"),
    ]  # fmt: skip
    assert page.count("同一趟还办") == 1
    assert (tmp_path / "slips").read_bytes().count("同一趟还办".encode("gb18030")) == 2


def test_the_card_again_shows_the_first_number_first(opened: Town, kiosk: Device, machine: Client, visit: Any):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})

    page = machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))}, follow=True)

    assert page.context["ticket"].number == "A001"


def test_one_press_has_the_phone_told_of_every_number_of_the_visit(opened: Town, kiosk: Device, machine: Client):
    Person.objects.update(phone=None, phone_index=None)
    slots = [opened.slot(starts=at("2026-03-10 09:15"), category=letter) for letter in "AB"]
    booking.place_several(
        slot_id=slots[0].pk, item_codes=["pension", "id-card"], person_id=opened.person(1).pk, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"), contact="+8613900139000",
    )  # fmt: skip
    shown = machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))}, follow=True)
    first = Ticket.objects.get(number="A001")
    assert shown.content.decode().index("进展发到尾号 9000 的手机") < shown.content.decode().index('class="kiosk-slot"')

    machine.post(f"/kiosk/town/slip/{first.ref}/tell")

    assert [contact_of(each) for each in Ticket.objects.order_by("number")] == ["+8613900139000"] * 2


def test_the_second_number_says_that_it_comes_after_the_first(
    opened: Town, kiosk: Device, machine: Client, visit: Any, tmp_path: Path
):
    machine.post("/kiosk/town/check-in", {"chip": chip(opened.person(1))})
    first, second = Ticket.objects.order_by("number")
    phone = Client(headers={"accept-language": "zh-CN"})

    slips = [machine.get(f"/kiosk/town/slip/{each.ref}").content.decode() for each in (first, second)]
    pages = [phone.get(f"/t/{each.ref}?k={rating_key(each.ref)}").content.decode() for each in (first, second)]
    machine.post(f"/kiosk/town/slip/{second.ref}/print")

    said = "A001 办完接着办"
    assert [said in page for page in (*slips, *pages)] == [False, True, False, True]
    assert (tmp_path / "slips").read_bytes().count(said.encode("gb18030")) == 1
