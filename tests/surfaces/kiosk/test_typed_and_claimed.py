"""A number for which the document was typed: offered to whoever lays the card, and theirs once they say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.identity.models import Person
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_numbers_found import book_at
from tests.town import Town, at

pytestmark = pytest.mark.django_db


def type_it(town: Town, machine: Client, category: str = "A", person: int = 1) -> Ticket:
    number = Person.objects.get(pk=town.person(person).pk).id_number
    machine.post(f"/kiosk/town/confirm?category={category}", {"presented": number})
    return Ticket.objects.latest("id")


def lay(machine: Client, town: Town, person: int = 1, to: str = "check-in") -> Any:
    return machine.post(f"/kiosk/town/{to}", {"chip": chip(town.person(person))})


def claim(machine: Client, page: str, ref: str) -> Any:
    (card,) = re.findall(r'name="card" value="([^"]+)"', page)
    return machine.post("/kiosk/town/numbers", {"card": card, "ref": ref})


@pytest.mark.parametrize("state", ["waiting", "parked", "missed"])
@pytest.mark.parametrize("to", ["check-in", "look-up"])
def test_the_card_is_offered_what_was_typed_and_takes_it_over(opened: Town, machine: Client, state: str, to: str):
    typed = type_it(opened, machine)
    Ticket.objects.filter(pk=typed.pk).update(state=state)

    page = lay(machine, opened, to=to).content.decode()
    given = claim(machine, page, typed.ref)

    mine = Ticket.objects.get()
    assert f'value="{typed.ref}"' in page
    assert (mine.number, mine.state, mine.limit_key, mine.ref == typed.ref) == (typed.number, state, "", False)
    assert given["Location"] == f"/kiosk/town/slip/{mine.ref}"
    assert (machine.get(given["Location"]).status_code, machine.get(f"/kiosk/town/slip/{typed.ref}").status_code) == (
        200,
        404,
    )


def test_of_several_only_the_chosen_one_is_taken_over(opened: Town, machine: Client):
    first, second = (type_it(opened, machine) for _ in range(2))

    claim(machine, lay(machine, opened).content.decode(), second.ref)

    assert list(Ticket.objects.order_by("id").values_list("ref", flat=True))[0] == first.ref
    assert [each.limit_key == "" for each in Ticket.objects.order_by("id")] == [False, True]


def test_laying_the_card_alone_takes_nothing_over(opened: Town, machine: Client):
    typed = type_it(opened, machine)

    lay(machine, opened)

    assert Ticket.objects.get().ref == typed.ref


def test_what_a_stranger_typed_stands_in_nobodys_way(opened: Town, machine: Client):
    """With a booking the card checks in at once; without one a number of one's own is given beside it."""
    type_it(opened, machine)
    row = book_at(opened, "09:15")

    given = lay(machine, opened)

    assert (given.status_code, Ticket.objects.latest("id").appointment_id) == (302, row.pk)


def test_too_early_the_typed_number_is_a_way_too(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    typed = type_it(opened, machine, "B")
    book_at(opened, "11:00")
    set_time(at("2026-03-10 09:06"))

    page = lay(machine, opened).content.decode()
    (way,) = re.findall(r'href="(/kiosk/town/numbers[^"]+)"', page)
    claim(machine, machine.get(way).content.decode(), typed.ref)

    assert Ticket.objects.get().limit_key == ""


def test_own_and_typed_numbers_stand_on_one_page(opened: Town, machine: Client):
    own = machine.post("/kiosk/town/confirm?category=B", {"chip": chip(opened.person(1))})["Location"]
    typed = type_it(opened, machine)

    page = lay(machine, opened).content.decode()

    assert (own.removesuffix("?new=1") in page, f'value="{typed.ref}"' in page) == (True, True)


@pytest.mark.parametrize("said", ["nobody", "another"])
def test_nobody_takes_over_by_a_made_up_token_or_another_card(opened: Town, machine: Client, said: str):
    typed, theirs = type_it(opened, machine), type_it(opened, machine, person=2)
    (card,) = re.findall(r'name="card" value="([^"]+)"', lay(machine, opened, 2).content.decode())

    no = machine.post("/kiosk/town/numbers", {"card": card if said == "another" else "1", "ref": typed.ref})

    assert no.status_code == 404
    assert [each.ref for each in Ticket.objects.order_by("id")] == [typed.ref, theirs.ref]


def test_a_number_in_the_same_line_already_is_said_and_nothing_changes(opened: Town, machine: Client):
    machine.post("/kiosk/town/confirm?category=A", {"chip": chip(opened.person(1))})
    typed = type_it(opened, machine)

    no = claim(machine, lay(machine, opened).content.decode(), typed.ref)

    assert (no.status_code, Ticket.objects.get(pk=typed.pk).ref) == (409, typed.ref)
