"""After the end of a mandate the booking is the client's, who is told; nobody answers for what they could not cancel."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.foundation.crypto import link_key
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions
from banshi.rooms.booking.actions import handing
from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.booking.queries import link_ok, qr_text, read_qr
from banshi.rooms.booking.queries.joining import told_elsewhere
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Agent, Mandate, Person
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.rooms.booking.test_agents import books, mandate
from tests.rooms.booking.test_place import book, refused
from tests.rooms.booking.test_whose_wait import CLIENT, proven
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
AFTER = at("2026-03-11 18:00")


@pytest.fixture
def booked(town: Town) -> tuple[Agent, Mandate]:
    one = agent()
    given = mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=20), CLIENT) == "done"
    return one, given


def end(how: str, one: Agent, given: Mandate) -> None:
    if how == "ended":
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    elif how == "suspended":
        identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    elif how == "expired":
        Mandate.objects.update(valid_until=TUESDAY_NINE.date() - timedelta(days=1))


@pytest.mark.parametrize("how", ["ended", "suspended", "expired", "stands"])
def test_whoever_could_cancel_no_more_is_not_struck(town: Town, booked: Any, how: str) -> None:
    end(how, *booked)
    Person.objects.filter(pk=town.person(CLIENT).pk).update(phone=None, phone_index="")

    assert actions.pass_on(now=TUESDAY_NINE) == 0  # nothing of the client's is proven
    actions.sweep_no_shows(now=AFTER)

    assert Appointment.objects.get().state == "no_show"
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == int(how == "stands")
    assert Message.objects.filter(key="no_show").count() == int(how == "stands")


@pytest.mark.parametrize("how", ["ended", "suspended", "expired", "stands"])
def test_the_booking_passes_to_the_client_who_is_told_and_answers_for_it(town: Town, booked: Any, how: str) -> None:
    client = proven(town)
    end(how, *booked)

    passed = [actions.pass_on(now=TUESDAY_NINE), actions.pass_on(now=TUESDAY_NINE)]
    row = Appointment.objects.get()
    told = Message.objects.filter(key="booking_yours")
    reminded = {each.to for each in Message.objects.filter(key="reminder", state="due")}
    actions.sweep_no_shows(now=AFTER)

    if how == "stands":
        assert (passed, row.account_id, told.count()) == ([0, 0], booked[0].account_id, 0)
        return
    assert (passed, row.account_id, row.contact) == ([1, 0], client.pk, client.phone)
    assert ([each.to for each in told], reminded) == ([client.phone], {client.phone})
    assert LedgerEntry.objects.get().party == f"person:{row.person_id}"


def test_the_link_of_before_opens_nothing_as_it_passes_and_the_clients_own_does(town: Town, booked: Any) -> None:
    proven(town)
    old = Appointment.objects.get()
    agents = qr_text(old.code)
    end("ended", *booked)
    actions.pass_on(now=TUESDAY_NINE)

    row = Appointment.objects.get()
    said = [each.params.get("turn") for each in Message.objects.filter(state="due", subject=f"appointment:{row.code}")]

    assert [link_ok(row.code, link_key(row.code, turn)) for turn in (0, 1)] == [False, True]
    assert [read_qr(agents), read_qr(qr_text(row.code, row.link_turn))] == [None, row.code]
    assert set(said) == {1}


@pytest.mark.parametrize(
    ("how", "why"),
    [("ended", "你的代办委托结束了"), ("expired", "你的代办委托到那天已过期"), ("suspended", "大厅停用了你的代办人")],
)
def test_the_client_is_told_what_became_of_the_mandate(town: Town, booked: Any, how: str, why: str) -> None:
    proven(town)
    end(how, *booked)

    actions.pass_on(now=TUESDAY_NINE)

    assert json.loads(Message.objects.get(key="booking_yours").sealed or "{}")["reason_zh"] == why


def test_what_passed_stays_the_clients_after_the_agent_is_restored(town: Town, booked: Any) -> None:
    client = proven(town)
    end("suspended", *booked)
    actions.pass_on(now=TUESDAY_NINE)
    identity.restore_agent(agent_id=booked[0].pk, by=CLERK, now=TUESDAY_NINE)

    actions.pass_on(now=TUESDAY_NINE)

    assert Appointment.objects.get().account_id == client.pk


def test_what_the_hall_moved_beyond_the_mandates_last_day_passes_at_once(town: Town, booked: Any) -> None:
    """Not at midnight, hours before the visit: whoever is to come is told while awake, and reminded the day before."""
    client = proven(town)
    row = Appointment.objects.get()
    Mandate.objects.update(valid_until=row.day)
    before = actions.pass_on(now=TUESDAY_NINE)
    later = town.slot(quota=9, starts=row.starts_at + timedelta(days=1))
    hall = Actor(ActorKind.STAFF, "1", "town")
    actions.move(code=row.code, slot_id=later.pk, by=hall, now=TUESDAY_NINE, by_hall=True)

    assert (before, actions.pass_on(now=TUESDAY_NINE)) == (0, 1)
    told = Message.objects.get(key="booking_yours")
    reminded = {each.to for each in Message.objects.filter(key="reminder", state="due")}
    assert (told.to, reminded, Appointment.objects.get().account_id) == (client.phone, {client.phone}, client.pk)
    assert json.loads(told.sealed or "{}")["reason_zh"] == "你的代办委托到那天已过期"


@pytest.mark.parametrize("own_account", [True, False])
def test_the_agents_wait_for_an_earlier_place_of_it_goes_with_it(town: Town, own_account: bool) -> None:
    """Restored, the agent would be offered the place, and move what is the client's by now."""
    one = agent()
    mandate(one, town, CLIENT)
    assert books(town, one, town.slot(quota=9, starts=at("2026-03-13 09:00")), CLIENT) == "done"
    full = town.slot(quota=1)
    other, row = book(town, full, 7), Appointment.objects.get(account_id=one.account_id)
    waits = actions.join_earlier(code=row.code, by=Actor(ActorKind.CITIZEN, str(one.account_id)), now=TUESDAY_NINE)
    client = proven(town) if own_account else None
    identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)

    actions.pass_on(now=TUESDAY_NINE)
    identity.restore_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
    actions.cancel(code=other.code, by=CLERK, now=TUESDAY_NINE)

    waits.refresh_from_db()
    told = [each.to for each in Message.objects.filter(key="earlier_offer").exclude(state="dropped")]
    if client is None:
        assert (waits.state, told) == ("left", [])
    else:
        assert (waits.state, waits.account_id, told) == ("offered", client.pk, [client.phone])


def test_the_client_cancels_what_passed_to_them(town: Town, booked: Any) -> None:
    client = proven(town)
    end("ended", *booked)
    actions.pass_on(now=TUESDAY_NINE)

    actions.cancel(code=Appointment.objects.get().code, by=Actor(ActorKind.CITIZEN, str(client.pk)), now=TUESDAY_NINE)

    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("own_account", [True, False])
def test_what_the_agent_cancelled_before_the_end_its_client_books_again_as_their_own(
    town: Town, booked: Any, own_account: bool
) -> None:
    client = proven(town) if own_account else None
    code, agents = Appointment.objects.get().code, Actor(ActorKind.CITIZEN, str(booked[0].account_id))
    actions.cancel(code=code, by=agents, now=TUESDAY_NINE)
    end("ended", *booked)
    by = Actor(ActorKind.CITIZEN, str(client.pk)) if client else CLERK  # the link went to the agent

    again = actions.rebook(code=code, by=by, now=TUESDAY_NINE)

    whose = (client.pk, f"account:{client.pk}") if client else (None, "client")
    phone = client.phone if client else town.person(CLIENT).phone
    told = {each.to for each in Message.objects.filter(subject=f"appointment:{again.code}").exclude(state="dropped")}
    assert (again.account_id, again.holder, again.limit_key, again.contact) == (*whose, "", phone)
    assert told == {phone}


@pytest.mark.parametrize("whose", ["the client's", "the agent's", "the hall's"])
def test_what_the_agent_cancelled_while_the_mandate_stands_is_of_whoever_books_it_again(
    town: Town, booked: Any, whose: str
) -> None:
    client, agents = proven(town), Actor(ActorKind.CITIZEN, str(booked[0].account_id))
    before = Appointment.objects.get()
    actions.cancel(code=before.code, by=agents, now=TUESDAY_NINE)
    by = {"the client's": Actor(ActorKind.CITIZEN, str(client.pk)), "the agent's": agents, "the hall's": CLERK}[whose]

    again = actions.rebook(code=before.code, by=by, now=TUESDAY_NINE)
    actions.sweep_no_shows(now=AFTER)

    theirs = whose == "the client's"
    told = {each.to for each in Message.objects.filter(subject=f"appointment:{again.code}", key="confirmation")}
    struck = LedgerEntry.objects.get(kind="no_show").party
    assert again.account_id == (client.pk if theirs else booked[0].account_id)
    assert told == {client.phone if theirs else before.contact}
    assert struck == (f"person:{again.person_id}" if theirs else f"account:{booked[0].account_id}")


def test_what_the_client_has_sent_to_their_own_telephone_is_not_what_the_agent_booked(town: Town, booked: Any) -> None:
    client, before = proven(town), Appointment.objects.get()
    index = identity.number_index(str(client.phone))
    standing = (told_elsewhere(before.person_id, index, now=TUESDAY_NINE), moved_to(client, before))
    end("ended", *booked)
    over = (told_elsewhere(before.person_id, index, now=TUESDAY_NINE), moved_to(client, before))

    assert (standing, over) == ((0, before.contact), (1, client.phone))


def moved_to(client: Any, row: Appointment) -> str | None:
    handing.send_to(person_id=row.person_id, phone=str(client.phone), now=TUESDAY_NINE)
    return Appointment.objects.get().contact


def test_without_an_account_the_link_on_the_proven_telephone_steers_it(town: Town, booked: Any) -> None:
    end("ended", *booked)

    passed = [actions.pass_on(now=TUESDAY_NINE), actions.pass_on(now=TUESDAY_NINE)]
    row = Appointment.objects.get()
    told = [each.to for each in Message.objects.filter(key="booking_yours")]
    actions.cancel(code=row.code, by=Actor(ActorKind.CITIZEN, f"link-{row.code}"), now=TUESDAY_NINE)

    assert (passed, told) == ([1, 0], [town.person(CLIENT).phone])
    assert Appointment.objects.get().state == "cancelled"
    assert not LedgerEntry.objects.exists()


def test_without_an_account_it_is_the_agents_no_more_even_when_the_hall_trusts_them_again(
    town: Town, booked: Any
) -> None:
    end("suspended", *booked)
    actions.pass_on(now=TUESDAY_NINE)
    identity.restore_agent(agent_id=booked[0].pk, by=CLERK, now=TUESDAY_NINE)

    row = Appointment.objects.get()
    actions.sweep_no_shows(now=AFTER)

    assert (row.account_id, row.holder) == (None, "client")
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


def test_without_an_account_what_passed_still_counts_as_the_clients(town: Town, booked: Any) -> None:
    end("ended", *booked)
    actions.pass_on(now=TUESDAY_NINE)
    row = Appointment.objects.get()
    link = Actor(ActorKind.CITIZEN, f"link-{row.code}")

    first, later = (town.slot(starts=at(f"2026-03-11 {hour}:00")) for hour in (14, 15))
    moved = actions.move(code=row.code, slot_id=first.pk, by=link, now=TUESDAY_NINE)

    assert (moved.limit_key, refused(book, town, later, CLIENT, evidence=3).refusal.slug) == ("", "limit-half-day")
