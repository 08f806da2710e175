"""The client is told of a mandate and of what is done under it, once, at their proven telephone; the agent of its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from banshi.foundation.words import words
from banshi.journeys.person import tell_mandates
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_who_books import place
from tests.rooms.booking.test_whose_wait import CLIENT, proven
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def told(phone: str) -> list[str]:
    tell_mandates.tell(now=TUESDAY_NINE)
    tell_mandates.tell(now=TUESDAY_NINE)
    keys = ("mandate_given", "mandate_over", "agent_booked", "agent_moved", "agent_cancelled")
    rows = Message.objects.filter(key__in=keys).order_by("id")
    return [row.key for row in rows if row.to == phone]


def test_the_client_is_told_of_every_step_once(town: Town) -> None:
    one, client = agent(), proven(town)
    by = Actor(ActorKind.CITIZEN, str(one.account_id))
    given = mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"
    code = Appointment.objects.get().code
    said = [told(client.phone)]
    actions.move(code=code, slot_id=town.slot(quota=9, starts=at("2026-03-12 09:00")).pk, by=by, now=TUESDAY_NINE)
    said.append(told(client.phone))
    actions.cancel(code=code, by=by, now=TUESDAY_NINE)
    said.append(told(client.phone))
    identity.end_mandate(mandate_id=given.pk, by=by, now=TUESDAY_NINE)

    assert said[0] == ["mandate_given", "agent_booked"]
    assert said[2] == ["mandate_given", "agent_booked", "agent_moved", "agent_cancelled"]
    assert one.account is not None
    assert told(one.account.phone) == ["mandate_over"]
    assert told(client.phone) == said[2]


def test_what_the_hall_does_to_an_agents_booking_its_client_hears_as_well(town: Town) -> None:
    one, client = agent(), proven(town)
    mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"
    code = Appointment.objects.get().code
    hall = Actor(ActorKind.STAFF, "1", "town")

    other = town.slot(quota=9, starts=at("2026-03-12 09:00"))
    actions.move(code=code, slot_id=other.pk, by=hall, now=TUESDAY_NINE, by_hall=True)
    actions.cancel(code=code, by=hall, now=TUESDAY_NINE, by_hall=True)

    assert one.account is not None
    told = {
        key: sorted(str(each.to) for each in Message.objects.filter(key=key))
        for key in ("moved_by_hall", "cancelled_by_hall")
    }
    both = sorted([one.account.phone, client.phone])
    assert told == {"moved_by_hall": both, "cancelled_by_hall": both}


def heard(key: str) -> list[str]:
    return sorted(str(each.to) for each in Message.objects.filter(key=key))


def moved_and_cancelled(town: Town, by: Actor) -> str:
    """By somebody, each told in its time."""
    code = Appointment.objects.get().code
    actions.move(code=code, slot_id=town.slot(quota=9, starts=at("2026-03-12 09:00")).pk, by=by, now=TUESDAY_NINE)
    tell_mandates.tell(now=TUESDAY_NINE)
    actions.cancel(code=code, by=by, now=TUESDAY_NINE)
    tell_mandates.tell(now=TUESDAY_NINE)
    return code


STEPS = ("agent_moved", "agent_cancelled", "moved", "cancelled")


@pytest.mark.parametrize("way", ["account", "link", "system"])
def test_what_the_agent_does_by_whatever_way_its_client_hears_in_its_name(town: Town, way: str) -> None:
    one, client = agent(), proven(town)
    mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"
    row = Appointment.objects.get()
    if way == "system":
        Appointment.objects.update(booked_by="channel:3")
    by = {
        "account": Actor(ActorKind.CITIZEN, str(one.account_id)),
        "link": Actor(ActorKind.CITIZEN, f"link-{row.code}"),
        "system": Actor(ActorKind.CHANNEL, "3"),
    }

    moved_and_cancelled(town, by[way])

    assert one.account is not None
    agents, clients = [one.account.phone], [client.phone]
    assert {key: heard(key) for key in STEPS} == {
        "agent_moved": clients, "agent_cancelled": clients, "moved": agents, "cancelled": agents,
    }  # fmt: skip


@pytest.mark.parametrize("way", ["account", "link"])
def test_what_the_client_does_the_agent_hears(town: Town, way: str) -> None:
    one, client = agent(), proven(town)
    mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"
    whose = str(client.pk) if way == "account" else f"client-{Appointment.objects.get().code}"

    moved_and_cancelled(town, Actor(ActorKind.CITIZEN, whose))

    assert one.account is not None
    agents = [one.account.phone]
    assert {key: heard(key) for key in STEPS} == {
        "agent_moved": [], "agent_cancelled": [], "moved": agents, "cancelled": agents,
    }  # fmt: skip


@pytest.mark.parametrize("by", [CLERK, Actor(ActorKind.CHANNEL, "8"), Actor(ActorKind.KIOSK, "k1")])
def test_what_the_hall_does_for_whoever_asked_both_hear_and_nobody_in_the_agents_name(town: Town, by: Actor) -> None:
    one, client = agent(), proven(town)
    mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"

    code = moved_and_cancelled(town, by)

    assert one.account is not None
    both = sorted([one.account.phone, client.phone])
    assert {key: heard(key) for key in STEPS} == {
        "agent_moved": [], "agent_cancelled": [], "moved": both, "cancelled": both,
    }  # fmt: skip
    links = {str(each.to): bool(each.params.get("to_client")) for each in Message.objects.filter(key="moved")}
    assert (links, Appointment.objects.get().code) == ({one.account.phone: False, client.phone: True}, code)


def test_whoever_books_for_themselves_hears_of_the_halls_step_once(town: Town) -> None:
    client = proven(town)
    by = Actor(ActorKind.CITIZEN, str(client.pk))
    place(town, town.slot(quota=20), CLIENT, by=by, account_id=client.pk)

    moved_and_cancelled(town, CLERK)

    assert {key: heard(key) for key in STEPS} == {
        "agent_moved": [], "agent_cancelled": [], "moved": [client.phone], "cancelled": [client.phone],
    }  # fmt: skip


def test_the_same_mandate_again_changes_and_says_nothing_and_others_not_without_end(town: Town) -> None:
    one, client = agent(), proven(town)
    first = [mandate(one, town, CLIENT).pk for _ in range(3)]
    said = [len(told(client.phone))]
    for day in range(8):
        identity.give_mandate(
            agent_id=one.pk, name=town.person(CLIENT).name, id_type=IdType(town.person(CLIENT).id_type),
            id_number=town.person(CLIENT).id_number, valid_until=TUESDAY_NINE.date() + timedelta(days=40 + day),
            paper="委托书", by=CLERK, now=TUESDAY_NINE + timedelta(minutes=day + 1),
        )  # fmt: skip
        tell_mandates.tell(now=TUESDAY_NINE + timedelta(minutes=day + 1))
    capped = len(told(client.phone))
    tell_mandates.tell(now=TUESDAY_NINE + timedelta(hours=13))

    assert len(set(first)) == 1
    assert (said, capped, len(told(client.phone))) == ([1], 3, 4)


def test_each_of_many_agents_is_told_of_once_more(town: Town) -> None:
    """A forged mandate is found out by the message alone: others of the day do not use it up."""
    client = proven(town)
    for i in range(5):
        mandate(agent(phone=f"1390000008{i}"), town, CLIENT)

    assert told(client.phone) == ["mandate_given"] * 5


def test_the_agent_hears_of_a_mandate_that_ran_out_in_the_morning_after(town: Town) -> None:
    one = agent()
    mandate(one, town, CLIENT, valid_until=TUESDAY_NINE.date())
    said = []

    for when in ("2026-03-10 23:59", "2026-03-11 00:01", "2026-03-11 07:59", "2026-03-11 08:00", "2026-03-11 08:01"):
        tell_mandates.tell(now=at(when))
        said.append([each.to for each in Message.objects.filter(key="mandate_over")])

    assert one.account is not None
    assert said == [[], [], [], [one.account.phone], [one.account.phone]]


def test_nobody_is_told_at_a_number_that_nothing_proves(town: Town) -> None:
    one = agent()
    Person.objects.filter(pk=town.person(CLIENT).pk).update(phone=None, phone_index="")
    mandate(one, town, CLIENT)
    books(town, one, town.slot(quota=20), CLIENT)

    assert tell_mandates.tell(now=TUESDAY_NINE) == 0


def test_no_day_after_the_last_of_the_mandate_and_it_says_until_when(town: Town) -> None:
    one = agent()
    by = Actor(ActorKind.CITIZEN, str(one.account_id))
    last = town.slot(quota=9)
    after = town.slot(quota=9, starts=last.starts_at + timedelta(days=1))
    mandate(one, town, CLIENT, valid_until=last.day)

    assert [books(town, one, after, CLIENT), books(town, one, last, CLIENT)] == ["mandate-missing", "done"]
    with pytest.raises(Refused) as no:
        actions.move(code=Appointment.objects.get().code, slot_id=after.pk, by=by, now=TUESDAY_NINE)
    with translation.override("zh-hans"):
        assert words(no.value.refusal)[0] == "那天委托已到期"
    assert no.value.facts["until"] == last.day
    actions.move(code=Appointment.objects.get().code, slot_id=after.pk, by=CLERK, now=TUESDAY_NINE)
