"""A number comes back into the line by the clerk's hand, and its person has taken another one meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import YOUNG, minutes, next_at, take, work
from tests.together import until_somebody_waits_for_a_lock
from tests.town import CITIZEN, Town

pytestmark = pytest.mark.django_db


def called(town: Town) -> Ticket:
    """Of a person, at window 01."""
    work(town)
    ticket = take(town, person_id=town.person(YOUNG).pk)
    next_at(town)
    return ticket


def another(town: Town, category: str = "A", now: int = 5) -> Ticket:
    return take(town, category, person_id=town.person(YOUNG).pk, now=minutes(now))


def states() -> list[tuple[str, str, bool]]:
    return list(Ticket.objects.order_by("id").values_list("number", "state", "alone"))


def test_a_miss_is_taken_back_although_its_person_took_a_new_number(open_hall: Town):
    ticket = called(open_hall)
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    another(open_hall, now=2)

    back = actions.undo(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(3))

    assert (back.state, states()) == ("called", [("A001", "called", False), ("A002", "waiting", True)])


def test_a_turning_away_is_taken_back_although_its_person_took_new_numbers(open_hall: Town):
    staff = open_hall.clerk.pk
    ticket = called(open_hall)
    beside = another(open_hall, "B", now=0)
    Ticket.objects.filter(pk=beside.pk).update(visit=ticket.visit_id)
    actions.identity_checked(ref=ticket.ref, staff_id=staff, ok=False, now=minutes(1))
    actions.turn_away(ref=ticket.ref, staff_id=staff, why="人证不符", others=True, now=minutes(2))
    for category in ("A", "B"):
        another(open_hall, category, now=3)

    actions.undo(ref=ticket.ref, staff_id=staff, now=minutes(4))

    assert states() == [
        ("A001", "called", False), ("B001", "waiting", False), ("A002", "waiting", True), ("B002", "waiting", True),
    ]  # fmt: skip


def test_a_missed_number_is_called_out_of_turn_although_its_person_took_a_new_one(open_hall: Town):
    ticket = called(open_hall)
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    another(open_hall, now=2)

    again = actions.call_ticket(
        window_code="town-01", ref=ticket.ref, staff_id=open_hall.clerk.pk, why="人到了", now=minutes(3)
    )

    assert (again.state, states()) == ("called", [("A001", "called", False), ("A002", "waiting", True)])


def test_who_comes_back_by_themselves_keeps_to_the_number_they_have(open_hall: Town):
    ticket = called(open_hall)
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    new = another(open_hall, now=2)

    with pytest.raises(Refused) as no:
        actions.reinstate(ref=ticket.ref, by=CITIZEN, now=minutes(3))

    assert (no.value.slug, no.value.facts["number"]) == ("already-waiting", new.number)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_number_taken_in_the_very_moment_of_the_undo_is_seen_too(committed_town: Town):
    """The new number is made and not committed; the undo does not see it and meets it at the table."""
    town = committed_town
    open_town(town)
    ticket = called(town)
    actions.miss(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(1))
    person = town.person(YOUNG).pk
    found: list[Any] = []

    def undo() -> None:
        try:
            found.append(actions.undo(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(3)).state)
        except Exception as trouble:
            found.append(trouble)
        finally:
            connection.close()

    undoing = threading.Thread(target=undo)
    with transaction.atomic():
        take(town, person_id=person, now=minutes(2))
        undoing.start()
        until_somebody_waits_for_a_lock()
    undoing.join(timeout=30)

    assert (found, states()) == (["called"], [("A001", "called", False), ("A002", "waiting", True)])
