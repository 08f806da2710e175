"""The end of a mandate and the number of what was booked under it, in the same instant: one comes first."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.journeys.person import mandates
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions as booking
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account
from banshi.rooms.tickets.models import Ticket
from tests.agents import agent as an_accepted_agent
from tests.rooms.tickets.conftest import open_town
from tests.together import together, until_somebody_waits_for_a_lock
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.race
KIOSK = Actor(ActorKind.KIOSK, "1", "town")
NOW = at("2026-03-10 13:50")


@pytest.fixture
def booked(committed_town: Town) -> tuple[Any, Any]:
    """A mandate, and what was booked under it for two o'clock."""
    open_town(committed_town)
    person, agent = committed_town.person(1), an_accepted_agent()
    mandate = identity.give_mandate(
        agent_id=agent.pk, name=person.name, id_type=person.id_type, id_number=person.id_number,
        valid_until=date(2026, 3, 31), paper="委托书", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    account = Account.objects.get(pk=agent.account_id)
    row = booking.place(
        slot_id=committed_town.slot(starts=at("2026-03-10 14:00")).pk, item_code="pension", person_id=person.pk,
        source="web", by=Actor(ActorKind.CITIZEN, str(account.pk)), account_id=account.pk, now=at("2026-03-09 10:00"),
    )  # fmt: skip
    return mandate, row


def arrives(row: Any) -> Ticket:
    return check_in.by_code(hall=row.hall, code=row.code, by=KIOSK, now=NOW, channel="kiosk")


def test_who_arrives_while_the_mandate_is_being_ended_waits_and_holds_the_number_alone(booked: tuple[Any, Any]) -> None:
    mandate, row = booked
    given: list[Ticket] = []

    def arrive() -> None:
        given.append(arrives(row))
        connection.close()

    arriving = threading.Thread(target=arrive)
    with transaction.atomic():
        mandates.end(mandate_id=mandate.pk, by=CLERK, now=NOW)
        arriving.start()
        until_somebody_waits_for_a_lock()
    arriving.join(timeout=60)

    assert [ticket.limit_key for ticket in given] == [row.holder]


def test_arriving_and_the_end_at_once_leave_no_key_to_the_persons_own_number(booked: tuple[Any, Any]) -> None:
    mandate, row = booked

    given, _ = together(2, lambda i: mandates.end(mandate_id=mandate.pk, by=CLERK, now=NOW) if i else arrives(row))

    after = Ticket.objects.get()
    first = (
        given.limit_key == ""
    )  # arrived before the end: the number is the person's, under another ref than was given
    assert (after.limit_key, after.ref == given.ref) == (("", False) if first else (row.holder, True))
