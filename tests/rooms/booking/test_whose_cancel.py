"""What an agent booked, and somebody else cancels: it counts on whose doing it was, and they are told."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, LedgerEntry, Suspension
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_whose_wait import CLIENT, citizen, proven
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
SYSTEM_OF_THE_AGENT = Actor(ActorKind.CHANNEL, "3")
DAYS = ("2026-03-11", "2026-03-12", "2026-03-13", "2026-03-16")


@pytest.fixture
def pair(town: Town) -> tuple[Agent, Account]:
    one, client = agent(), proven(town)
    mandate(one, town, CLIENT)
    return one, client


def booked(town: Town, one: Agent, *, day: str = DAYS[0]) -> Appointment:
    assert books(town, one, town.slot(quota=20, starts=at(f"{day} 09:00")), CLIENT) == "done"
    return Appointment.objects.order_by("-id")[0]


def party() -> list[str]:
    return list(LedgerEntry.objects.filter(forgiven_at=None).values_list("party", flat=True))


def cancelled(row: Appointment, by: Actor, **more: Any) -> Appointment:
    return actions.cancel(code=row.code, by=by, now=TUESDAY_NINE, **more)


@pytest.mark.parametrize(
    ("way", "whose"),
    [
        ("the agent's account", "agent"),
        ("the agent's link", "agent"),
        ("the agent's system", "agent"),
        ("the client's account", "client"),
        ("the client's link", "client"),
        ("the link that the agent let go to the client", "client"),
        ("the hall, for who asks", "client"),
        ("a machine of the hall", "client"),
        ("the hall, for itself", ""),
    ],
)
def test_a_cancellation_counts_on_whose_doing_it_was(town: Town, pair: Any, way: str, whose: str) -> None:
    one, client = pair
    row = booked(town, one)
    Appointment.objects.update(booked_by=str(SYSTEM_OF_THE_AGENT))
    if way == "the link that the agent let go to the client":
        Appointment.objects.update(contact=client.phone, contact_index=identity.number_index(client.phone))
    by = {
        "the agent's account": citizen(one.account_id),
        "the agent's link": Actor(ActorKind.CITIZEN, f"link-{row.code}"),
        "the link that the agent let go to the client": Actor(ActorKind.CITIZEN, f"link-{row.code}"),
        "the agent's system": SYSTEM_OF_THE_AGENT,
        "the client's account": citizen(client.pk),
        "the client's link": Actor(ActorKind.CITIZEN, f"client-{row.code}"),
        "a machine of the hall": Actor(ActorKind.KIOSK, "k1"),
    }

    cancelled(row, by.get(way, CLERK), by_hall=way == "the hall, for itself")

    parties = {"agent": [f"account:{one.account_id}"], "client": [f"person:{row.person_id}"], "": []}
    assert party() == parties[whose]


def test_the_client_who_cancels_too_often_is_suspended_and_told_and_the_agent_goes_on(town: Town, pair: Any) -> None:
    one, client = pair
    for day in DAYS:
        cancelled(booked(town, one, day=day), citizen(client.pk))
    bar = Suspension.objects.get()
    actions.lift(suspension_id=bar.pk, why="说明了情况", by=CLERK, now=TUESDAY_NINE)
    entry = LedgerEntry.objects.order_by("id")[0]
    appeal = actions.appeal(entry_id=entry.pk, text="住院了", by=citizen(client.pk), now=TUESDAY_NINE)
    actions.answer_appeal(appeal_id=appeal.pk, upheld=True, answer="属实", by=CLERK, now=TUESDAY_NINE)

    told = {
        key: [each.to for each in Message.objects.filter(key=key)] for key in ("suspended", "lifted", "appeal_answered")
    }
    assert (bar.party, bar.reason) == (f"person:{town.person(CLIENT).pk}", "cancels")
    assert told == {"suspended": [client.phone], "lifted": [client.phone], "appeal_answered": [client.phone]}
    assert booked(town, one, day="2026-03-17").account_id == one.account_id


def test_the_agent_who_cancels_too_often_is_told_itself(town: Town, pair: Any) -> None:
    one, _ = pair
    for day in DAYS:
        cancelled(booked(town, one, day=day), citizen(one.account_id))

    assert one.account is not None
    assert Suspension.objects.get().party == f"account:{one.account_id}"
    assert [each.to for each in Message.objects.filter(key="suspended")] == [one.account.phone]


def test_a_visit_that_the_agent_cancelled_and_the_client_books_again_and_cancels_is_the_clients(
    town: Town, pair: Any
) -> None:
    one, client = pair
    other, row = actions.place_several(
        slot_id=town.slot(quota=20).pk, item_codes=["pension", "medical"], person_id=town.person(CLIENT).pk,
        source="web", by=citizen(one.account_id), now=TUESDAY_NINE, account_id=one.account_id,
    )  # fmt: skip
    cancelled(other, citizen(one.account_id))
    cancelled(row, citizen(one.account_id))
    before = party()
    again = actions.rebook(code=row.code, by=citizen(client.pk), now=TUESDAY_NINE)
    between = party()

    cancelled(again, citizen(client.pk))

    own = f"person:{row.person_id}"
    assert (before, between, party()) == ([f"account:{one.account_id}"], [], [own])


def test_the_clients_mistake_with_what_the_agent_booked_is_forgiven_once_a_day(town: Town, pair: Any) -> None:
    one, client = pair
    row, standing = booked(town, one), []
    for _ in range(3):
        cancelled(row, citizen(client.pk))
        row = actions.rebook(code=row.code, by=citizen(client.pk), now=TUESDAY_NINE)
        standing.append(party())

    own = f"person:{row.person_id}"
    assert standing == [[], [own], [own, own]]


@pytest.mark.parametrize("moved_by", ["nobody", "the client"])
def test_a_no_show_stays_with_the_agent_whose_booking_it_is(town: Town, pair: Any, moved_by: str) -> None:
    """Who moved it said when; who comes for it is the agent, which was told."""
    one, client = pair
    row = booked(town, one)
    if moved_by == "the client":
        later = town.slot(quota=9, starts=at("2026-03-11 14:00"))
        actions.move(code=row.code, slot_id=later.pk, by=citizen(client.pk), now=TUESDAY_NINE)

    actions.sweep_no_shows(now=at("2026-03-11 18:00"))

    assert party() == [f"account:{one.account_id}"]
