"""Boards and desks say where a number is now, and how long it has really been served."""

from __future__ import annotations

import pytest

from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.line import minutes, next_at, take, work
from tests.town import CITIZEN, Town

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


# --- What is over is no call any more ------------------------------------------------------------------------------


def call(town: Town, n: float, window: str = "01", staff: object = None) -> Ticket:
    ticket = take(town, now=minutes(n))
    next_at(town, window, now=minutes(n), **({"staff": staff} if staff else {}))
    return ticket


@pytest.mark.parametrize("over", ["finish", "miss", "leave", "transfer"])
def test_a_number_that_is_over_leaves_the_calls_and_the_others_stay_newest_first(open_hall, over):
    work(open_hall)
    work(open_hall, "02", open_hall.second_clerk)
    gone = call(open_hall, 0)
    call(open_hall, 1, "02", open_hall.second_clerk)
    before = board(open_hall, 2)
    by = {"staff_id": open_hall.clerk.pk, "now": minutes(2)}

    if over == "finish":
        actions.start(ref=gone.ref, **by)
        served = board(open_hall, 2)
        actions.finish(ref=gone.ref, **by)
    elif over == "miss":
        actions.miss(ref=gone.ref, **by)
    elif over == "transfer":
        actions.transfer(ref=gone.ref, category_code="B", **by)
    else:
        actions.leave(ref=gone.ref, by=CITIZEN, now=minutes(2))

    assert before == [("A002", "02"), ("A001", "01")]
    assert over != "finish" or served == before
    assert board(open_hall, 2) == [("A002", "02")]


def test_the_next_call_at_the_window_takes_the_place_of_the_one_that_is_done(open_hall):
    first = served(open_hall)
    actions.finish(ref=first.ref, staff_id=open_hall.clerk.pk, now=minutes(4))
    call(open_hall, 4)

    assert board(open_hall, 4) == [("A002", "01")]


@pytest.mark.parametrize(("seconds", "stays"), [(3, True), (9, True), (10, False)])
def test_who_is_done_in_the_moment_of_the_call_is_shown_as_long_as_a_new_call_stands_out(open_hall, seconds, stays):
    work(open_hall)
    ticket = call(open_hall, 0)
    by = {"ref": ticket.ref, "staff_id": open_hall.clerk.pk, "now": minutes(seconds / 60)}
    actions.start(**by)
    actions.finish(**by)

    assert board(open_hall, seconds / 60) == ([("A001", "01")] if stays else [])


def test_a_finish_taken_back_puts_the_number_on_the_board_again(open_hall):
    ticket = served(open_hall)
    actions.finish(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(3))
    done = board(open_hall, 3)

    actions.undo(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(4))

    assert (done, board(open_hall, 4)) == ([], [("A001", "01")])
