"""What somebody else booked for a person, booked again by the person with their own proven account, is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.models import Message
from tests.rooms.booking.test_who_books import account, place
from tests.rooms.booking.test_whose_wait import CLIENT, citizen, proven
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
SON = "+8613900000009"


def theirs(town: Town, whose: str) -> Appointment:
    """Booked by somebody else, told to the son, and cancelled."""
    slot, stranger = town.slot(quota=5), account(9)
    by, more = {
        "the hall, card seen": (CLERK, {"evidence": Evidence.WINDOW, "source": "staff", "why": "没有手机"}),
        "the hall, on the telephone": (CLERK, {"source": "phone", "why": "没有手机", "behind": "cson"}),
        "an app": (Actor(ActorKind.CHANNEL, "3"), {"behind": "uson", "source": "api"}),
        "another account": (citizen(stranger.pk), {"account_id": stranger.pk}),
    }[whose]
    row = place(town, slot, CLIENT, by=by, name="林某", contact=SON, **more)
    return actions.cancel(code=row.code, by=by, now=TUESDAY_NINE, counts=False)


@pytest.mark.parametrize("whose", ["the hall, card seen", "the hall, on the telephone", "an app", "another account"])
def test_whoever_books_again_what_others_booked_for_them_has_it_and_is_told(town: Town, whose: str) -> None:
    client, before = proven(town), theirs(town, whose)

    again = actions.rebook(code=before.code, by=citizen(client.pk), now=TUESDAY_NINE)
    row = Appointment.objects.get(code=again.code)

    told = {each.to for each in Message.objects.filter(subject=f"appointment:{row.code}")}
    mine = [each.code for each in queries.of_account(client.pk, TUESDAY_NINE)]
    assert (row.account_id, row.holder, row.limit_key) == (client.pk, f"account:{client.pk}", "")
    assert (row.contact, row.language, row.on_behalf_why) == (client.phone, client.language, "")
    assert (told, mine) == ({client.phone}, [row.code])
    actions.sweep_no_shows(now=at("2026-03-11 18:00"))
    assert LedgerEntry.objects.get().party == f"person:{row.person_id}"


@pytest.mark.parametrize("by", ["the hall", "the link"])
def test_booked_again_by_the_hall_or_the_sons_link_it_stays_as_it_was(town: Town, by: str) -> None:
    proven(town)
    before = theirs(town, "the hall, card seen")
    who = CLERK if by == "the hall" else Actor(ActorKind.CITIZEN, f"link-{before.code}")

    again = actions.rebook(code=before.code, by=who, now=TUESDAY_NINE)
    row = Appointment.objects.get(code=again.code)

    assert (row.account_id, row.holder, row.contact) == (None, before.holder, SON)
    assert row.on_behalf_why == before.on_behalf_why


@pytest.mark.parametrize("shown", [True, False])
def test_it_is_in_the_name_on_their_card_and_not_in_what_a_stranger_typed(town: Town, shown: bool) -> None:
    client, person = proven(town), town.person(CLIENT)
    if not shown:
        Person.objects.filter(pk=person.pk).update(name_evidence=0)
    before = theirs(town, "another account")

    again = actions.rebook(code=before.code, by=citizen(client.pk), now=TUESDAY_NINE)

    assert Appointment.objects.get(code=again.code).name == (person.name if shown else "林某")


def test_an_account_that_proves_nothing_takes_nothing_over(town: Town) -> None:
    before, someone = theirs(town, "the hall, card seen"), account(8)

    again: Any = actions.rebook(code=before.code, by=citizen(someone.pk), now=TUESDAY_NINE)

    assert (again.account_id, Appointment.objects.get(code=again.code).contact) == (None, SON)
