"""Boards and desks say where a number is now, and how long it has really been served."""

from __future__ import annotations

import pytest

from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.test_line import minutes, next_at, take, work
from tests.town import Town

pytestmark = pytest.mark.django_db


def board(town: Town, n: float) -> list[tuple[str, str]]:
    return [(call.number, call.window) for call in queries.line(town.hall.pk, minutes(n)).calls]


def served(town: Town) -> Ticket:
    work(town)
    ticket = take(town)
    next_at(town)
    return actions.start(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(1))


def test_whoever_goes_on_at_another_window_is_not_sent_to_the_first(open_hall):
    ticket, clerk, other = served(open_hall), open_hall.clerk.pk, open_hall.second_clerk.pk
    at_first = board(open_hall, 2)
    actions.hold(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    on_hold = board(open_hall, 3)
    work(open_hall, "02", open_hall.second_clerk)

    actions.resume_held(ref=ticket.ref, staff_id=other, now=minutes(4))

    assert (at_first, on_hold, board(open_hall, 5)) == ([("A001", "01")], [], [])


def test_whoever_did_not_come_is_sent_to_no_window(open_hall):
    work(open_hall)
    ticket = take(open_hall)
    next_at(open_hall)
    called = board(open_hall, 1)

    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(2))

    assert (called, board(open_hall, 3)) == ([("A001", "01")], [])


def test_what_a_number_was_on_hold_is_no_time_at_the_window(open_hall):
    ticket, clerk = served(open_hall), open_hall.clerk.pk
    actions.hold(ref=ticket.ref, staff_id=clerk, now=minutes(4))
    actions.resume_held(ref=ticket.ref, staff_id=clerk, now=minutes(100))

    desk = queries.desk(clerk, minutes(102))
    shown = next(w for w in queries.line(open_hall.hall.pk, minutes(102)).windows if w.ticket_ref == ticket.ref)

    assert (desk.ticket.served_since, shown.since) == (minutes(97), minutes(97))
