"""What is measured is what happened: a wait is the sum of the stretches in which somebody was here and waited."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.db import connection

from banshi.kernel.actors import SYSTEM
from banshi.rooms.insight import queries as insight
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Call, Estimate, Ticket
from tests.rooms.tickets.line import (
    KIOSK,
    TUESDAY,
    YOUNG,
    booked,
    check_in,
    minutes,
    next_at,
    take,
    work,
)
from tests.town import Town


def served(town: Town, number: str, called: float, *, way_s: int = 20) -> Ticket:
    assert next_at(town, now=minutes(called)) == number
    ref = Ticket.objects.get(number=number).ref
    actions.start(ref=ref, staff_id=town.clerk.pk, now=minutes(called + way_s / 60))
    return actions.finish(ref=ref, staff_id=town.clerk.pk, now=minutes(called + 5))


def wait_mean(town: Town) -> Any:
    row = insight.visits(halls=[town.hall], first=TUESDAY, last=TUESDAY)[0]
    return row["wait_mean_s"], row["way_mean_s"]


def test_the_way_to_the_window_is_no_part_of_the_wait(open_hall):
    work(open_hall)
    take(open_hall)

    done = served(open_hall, "A001", 10.05, way_s=37)

    assert (done.wait_s, done.way_s, wait_mean(open_hall)) == (603, 37, (603, 37))


def test_whoever_comes_early_for_an_appointment_waits_from_its_time(open_hall):
    work(open_hall)
    check_in(open_hall, booked(open_hall, starts=minutes(30)), now=minutes(0))
    check_in(open_hall, booked(open_hall, person=YOUNG + 1, starts=minutes(60)), now=minutes(5))

    waits = [served(open_hall, "A001", 42).wait_s, served(open_hall, "A002", 50).wait_s]

    assert waits == [12 * 60, 0]
    assert queries.line(open_hall.hall.pk, minutes(50)).waiting == 0


def test_time_parked_is_neither_waited_nor_held_against_the_promise(open_hall):
    work(open_hall)
    blocker, ticket = take(open_hall), take(open_hall)
    next_at(open_hall)
    actions.park(ref=ticket.ref, by=KIOSK, now=minutes(4), until=minutes(64))
    actions.start(ref=blocker.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    actions.finish(ref=blocker.ref, staff_id=open_hall.clerk.pk, now=minutes(9))
    promised = Estimate.objects.create(
        ticket=ticket, hall=open_hall.hall, day=TUESDAY, at=minutes(0), ahead=1, likely_s=600, at_most_s=900
    )
    actions.unpark_due(now=minutes(65))

    done = served(open_hall, "A002", 70)

    promised.refresh_from_db()
    assert (done.wait_s, done.away_s, promised.actual_s) == (10 * 60, 60 * 60, 10 * 60)


def test_time_missed_is_not_waited(open_hall):
    work(open_hall)
    ticket = take(open_hall)
    next_at(open_hall, now=minutes(6))
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(8))
    actions.reinstate(ref=ticket.ref, by=KIOSK, now=minutes(96))
    seen = queries.line(open_hall.hall.pk, minutes(98))

    done = served(open_hall, "A001", 99)

    assert (done.wait_s, list(Call.objects.order_by("id").values_list("waited_s", flat=True))) == (540, [360, 180])
    assert (seen.tickets[0].waited_s, seen.categories[0].longest_wait_s) == (480, 480)


def promise(ticket: Ticket) -> Any:
    """What was promised, as it is filed: from when, about how long, and what it came to."""
    one = Estimate.objects.get(ticket=ticket)
    return one.at, one.likely_s, one.actual_s, one.actual_s is not None and one.actual_s <= one.at_most_s


def test_who_missed_the_call_and_came_back_was_promised_the_first_call(open_hall):
    work(open_hall)
    ticket = take(open_hall)
    next_at(open_hall, now=minutes(0.5))
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(2))
    actions.reinstate(ref=ticket.ref, by=KIOSK, now=minutes(90))

    served(open_hall, "A001", 99)

    assert promise(ticket) == (minutes(0), 0, 30, True)


def test_who_missed_a_call_of_the_clerk_s_choice_and_came_back_neither(open_hall):
    work(open_hall)
    first, ticket = take(open_hall), take(open_hall)
    told = Estimate.objects.get(ticket=ticket).likely_s
    actions.call_ticket(ref=ticket.ref, window_code="town-01", staff_id=open_hall.clerk.pk, why="老人", now=minutes(1))
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(3))
    actions.reinstate(ref=ticket.ref, by=KIOSK, now=minutes(90))
    served(open_hall, first.number, 91)

    served(open_hall, ticket.number, 99)

    assert promise(ticket) == (minutes(0), told, 60, True)


def test_the_time_before_the_appointment_breaks_no_promise(open_hall):
    """Half an hour early, told ten minutes; others come for earlier periods and go first."""
    work(open_hall)
    take(open_hall)
    next_at(open_hall)
    early = check_in(open_hall, booked(open_hall, starts=minutes(30)), now=minutes(0))

    done = served_after(open_hall, early, 32)

    assert (done.wait_s, promise(early)) == (120, (minutes(30), 0, 120, True))


def test_who_is_called_before_the_appointment_waited_nothing_and_was_promised_it(open_hall):
    work(open_hall)
    take(open_hall)
    next_at(open_hall)
    early = check_in(open_hall, booked(open_hall, starts=minutes(30)), now=minutes(0))

    done = served_after(open_hall, early, 14)

    assert (done.wait_s, promise(early)) == (0, (minutes(30), 0, 0, True))


def test_a_promise_to_who_came_early_is_broken_by_a_wait_from_the_appointment_on(open_hall):
    work(open_hall)
    take(open_hall)
    next_at(open_hall)
    early = check_in(open_hall, booked(open_hall, starts=minutes(30)), now=minutes(0))

    served_after(open_hall, early, 140)

    assert promise(early) == (minutes(30), 0, 110 * 60, False)


def served_after(town: Town, ticket: Ticket, called: float) -> Ticket:
    """Whoever is at the window goes, and this number is called at that minute."""
    first = Ticket.objects.get(state="called")
    actions.start(ref=first.ref, staff_id=town.clerk.pk, now=minutes(1))
    actions.finish(ref=first.ref, staff_id=town.clerk.pk, now=minutes(called - 1))
    return served(town, ticket.number, called)


def test_a_further_matter_waits_from_the_end_of_the_one_before(open_hall):
    work(open_hall)
    first = take(open_hall, None, item_code="pension")
    next_at(open_hall, now=minutes(1))
    actions.start(ref=first.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    actions.add_matter(ref=first.ref, item_code="medical", staff_id=open_hall.clerk.pk, now=minutes(2))
    actions.finish(ref=first.ref, staff_id=open_hall.clerk.pk, now=minutes(20))

    assert served(open_hall, "A002", 21).wait_s == 60


def test_who_is_passed_on_waits_again_and_both_stretches_count(open_hall):
    town = open_hall
    work(town)
    work(town, "02", town.second_clerk)
    ticket = take(town)
    next_at(town, "02", town.second_clerk, now=minutes(4))
    actions.start(ref=ticket.ref, staff_id=town.second_clerk.pk, now=minutes(5))
    actions.transfer(ref=ticket.ref, staff_id=town.second_clerk.pk, window_code="town-01", now=minutes(15))

    assert served(town, "A001", 18).wait_s == 7 * 60


def test_nobody_who_was_never_served_is_in_the_mean(open_hall):
    work(open_hall)
    ticket = take(open_hall)
    next_at(open_hall, now=minutes(50))
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(52))
    actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=minutes(600))

    assert wait_mean(open_hall) == (None, None)


@pytest.mark.django_db
def test_earlier_rows_get_the_waits_they_can_still_tell(open_hall):
    work(open_hall)
    ticket = check_in(open_hall, booked(open_hall, starts=minutes(30)), now=minutes(0))
    next_at(open_hall, now=minutes(36))
    actions.miss(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(38))
    actions.reinstate(ref=ticket.ref, by=KIOSK, now=minutes(90))
    served(open_hall, "A001", 93, way_s=25)
    Ticket.objects.update(wait_s=5600, way_s=None, waits_from=None, outcome="")
    Call.objects.update(waited_s=None)

    with connection.cursor() as cursor:
        cursor.execute(
            importlib.import_module("banshi.rooms.tickets.migrations.0003_stretches_and_outcomes").CARRY_OVER
        )

    ticket.refresh_from_db()
    assert (ticket.wait_s, ticket.way_s, ticket.outcome) == (9 * 60, 25, "done")
    assert list(Call.objects.order_by("id").values_list("waited_s", flat=True)) == [360, 180]
