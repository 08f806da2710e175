"""Whatever document somebody has, the machine and the API find them by it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.journeys.visit import check_in
from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.identity import actions as identity
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.kiosk import presented
from tests.surfaces.api.conftest import Calls, keys_of
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def person(name: str, id_type: str, number: str) -> Any:
    return identity.enrol(name=name, id_type=id_type, id_number=number, now=at("2026-01-05 09:00"))


def book(town: Town, someone: Any, *, starts: str = "2026-03-10 09:15") -> Any:
    slot = town.slot(starts=at(starts))
    return booking.place(
        slot_id=slot.id, item_code="pension", person_id=someone.id, source="web", by=SYSTEM,
        contact="+8613800138000", now=at("2026-03-09 10:00"),
    )  # fmt: skip


def show(machine: Client, text: str, **more: str) -> Any:
    return machine.post("/kiosk/town/check-in", {"presented": text, "last4": "8000", **more})


def test_a_passport_number_that_could_be_a_home_return_permit_is_asked_about_and_then_found(
    opened: Town, machine: Client
) -> None:
    book(opened, person("Kim Min-jun", "passport", "M12345678"))

    asked = show(machine, "M12345678")
    kinds = re.findall(r'name="id_type" value="(\w+)"', asked.content.decode())
    there = show(machine, "M12345678", id_type="passport")

    assert kinds == ["home_return", "passport"]
    assert (there.status_code, Ticket.objects.get().kind) == (302, "booked")


def test_the_other_document_of_that_number_is_another_person(opened: Town, machine: Client) -> None:
    book(opened, person("Kim Min-jun", "passport", "M12345678"))

    other = show(machine, "M12345678", id_type="home_return")

    assert (other.status_code, Ticket.objects.count()) == (404, 0)


@pytest.mark.parametrize(
    ("name", "id_type", "number"),
    [
        ("何家明", "home_return", "H1234567801"),
        ("林怡君", "taiwan_pass", "0012345601"),
        ("Ana", "passport", "EA123456"),
    ],
)
def test_where_one_kind_fits_nobody_is_asked(
    opened: Town, machine: Client, name: str, id_type: str, number: str
) -> None:
    book(opened, person(name, id_type, number))

    assert show(machine, number).status_code == 302


def test_a_chip_that_says_what_it_is_needs_no_question(opened: Town, machine: Client) -> None:
    book(opened, person("何家明", "home_return", "H12345678"))

    assert machine.post("/kiosk/town/check-in", {"chip": "BC1|回乡证|H12345678|何家明"}).status_code == 302


def test_a_reference_is_a_reference_and_a_passport_number_like_one_is_a_passport(opened: Town) -> None:
    code = book(opened, person("Ana", "passport", "AB123456")).code

    assert presented.read(code).appointment == code
    assert presented.read("AB123456").id_type == "passport"


def test_walking_in_with_such_a_number_asks_too_and_keeps_what_was_chosen(opened: Town, machine: Client) -> None:
    person("Kim Min-jun", "passport", "M12345678")
    where = "/kiosk/town/confirm?category=A"

    asked = machine.post(where, {"presented": "M12345678", "lane": "disabled"}).content.decode()
    taken = machine.post(where, {"presented": "M12345678", "lane": "disabled", "id_type": "passport"})

    assert 'name="lane" value="disabled"' in asked
    assert (taken.status_code, Ticket.objects.get().lane) == (302, "disabled")


def by_number(town: Town, number: str, id_type: str | None = None) -> Any:
    return check_in.by_id(
        hall=town.hall,
        id_number=number,
        id_type=id_type,
        by=SYSTEM,
        now=TUESDAY_NINE,
        channel="api",
        evidence=Evidence.DECLARED,
    )


def test_the_number_alone_finds_every_kind_of_document(opened: Town) -> None:
    book(opened, person("Kim Min-jun", "passport", "M12345678"))

    assert by_number(opened, "M12345678").kind == "booked"


def test_of_two_people_with_one_number_it_is_the_one_who_is_booked_today(opened: Town) -> None:
    person("何家明", "home_return", "M12345678")
    kim = person("Kim Min-jun", "passport", "M12345678")
    book(opened, kim)

    assert by_number(opened, "M12345678").person_id == kim.pk


def test_where_both_are_booked_today_the_kind_must_be_said(opened: Town) -> None:
    ho, kim = person("何家明", "home_return", "M12345678"), person("Kim Min-jun", "passport", "M12345678")
    book(opened, ho)
    book(opened, kim, starts="2026-03-10 09:00")

    with pytest.raises(Refused) as refused:
        by_number(opened, "M12345678")

    assert (refused.value.slug, refused.value.facts["field"]) == ("invalid", "id_type")
    assert by_number(opened, "M12345678", "home_return").person_id == ho.pk


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        ("passport", "H12345678"),
        ("home_return", "H12345678"),
        ("taiwan_pass", "12345678"),
        ("passport", "E12345678"),
        ("resident_id", ""),
    ],
)
def test_the_api_checks_in_by_the_number_of_whatever_document(opened: Town, id_type: str, number: str) -> None:
    someone = person("Kim Min-jun", id_type, number or generate_resident_id("441900", date(1985, 3, 4), 21))
    book(opened, someone)
    calls = Calls(opened, keys_of(opened))

    answer = calls("post", "/halls/town/check-ins", "kiosk", {"id_number": someone.id_number, "phone_last4": "8000"})

    assert (answer.status_code, answer.json().get("kind")) == (201, "booked")
