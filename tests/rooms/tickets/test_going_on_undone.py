"""Going on to the next matter of a visit was one press, and is one undo (接着办, 撤销)."""

from __future__ import annotations

from typing import Any

from banshi.journeys.visit import serve
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Estimate, Miss, Service, Ticket, Visit
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import booked, check_in, minutes, next_at, refused, work
from tests.together import together
from tests.town import TUESDAY_NINE, Town, at


def visit_of_two(town: Town) -> tuple[Ticket, Ticket]:
    """Two matters of one booked visit, both numbers given at 9:00."""
    rows = [
        booked(town, item=item, starts=at(f"2026-03-10 {hour}:00"))
        for item, hour in (("pension", "09"), ("id-card", "10"))
    ]
    Appointment.objects.update(visit_group="VISIT")
    Appointment.objects.update(starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 10:00"))
    first, second = [check_in(town, Appointment.objects.get(pk=row.pk)) for row in rows]
    return first, second


def gone_on(town: Town) -> tuple[Ticket, Ticket]:
    """Two matters of one visit: the first served since 9:01, J pressed at 9:05, the second served since."""
    first, second = visit_of_two(town)
    work(town)
    next_at(town)
    actions.start(ref=first.ref, staff_id=town.clerk.pk, now=minutes(1))
    serve.go_on(ref=first.ref, then=second.ref, staff_id=town.clerk.pk, now=minutes(5), why="少一页")
    return first, second


def now_of(*numbers: Ticket) -> list[str]:
    return [Ticket.objects.get(pk=each.pk).state for each in numbers]


def facts_of(ticket: Ticket) -> dict[str, Any]:
    names = (
        "state",
        "wait_s",
        "waits_from",
        "away_s",
        "called_at",
        "started_at",
        "window_id",
        "identity_ok",
        "rank_key",
    )
    return Ticket.objects.values(*names).get(pk=ticket.pk)


def test_going_on_by_mistake_is_taken_back_by_one_undo(open_hall):
    first, second = visit_of_two(open_hall)
    clerk, waiting = open_hall.clerk.pk, facts_of(second)
    work(open_hall)
    next_at(open_hall)
    actions.start(ref=first.ref, staff_id=clerk, now=minutes(1))
    actions.identity_checked(ref=first.ref, staff_id=clerk, now=minutes(1), ok=True)
    serve.go_on(ref=first.ref, then=second.ref, staff_id=clerk, now=minutes(5), why="少一页")
    offered = queries.undoable(queries.desk(clerk, minutes(6)), now=minutes(6))

    back = serve.undo(ref=second.ref, staff_id=clerk, now=minutes(6))

    first.refresh_from_db()
    assert offered == queries.Undoable(second.ref, second.number, "go_on", minutes(8), "done", first.ref, first.number)
    assert (back.pk, first.state, first.outcome, first.outcome_why) == (first.pk, "serving", "", "")
    assert facts_of(second) == waiting
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["checked_in", "checked_in"]
    assert list(Service.objects.values_list("ticket_id", "ended_at")) == [(first.pk, None)]
    assert not Estimate.objects.filter(ticket=second).exclude(actual_s=None).exists()
    assert Visit.objects.filter(left_at=None).count() == 1
    undone = Entry.objects.filter(action="undone").order_by("id")
    assert [(each.subject, each.facts) for each in undone] == [
        (f"ticket:{second.ref}", {"verb": "go_on"}), (f"ticket:{first.ref}", {"verb": "finish"})
    ]  # fmt: skip
    # And forwards again, as if nothing had been pressed.
    serve.go_on(ref=first.ref, then=second.ref, staff_id=clerk, now=minutes(9))
    assert now_of(first, second) == ["finished", "serving"]
    assert Ticket.objects.get(pk=second.pk).wait_s == 9 * 60


def test_the_second_that_was_missed_before_is_missed_again(open_hall):
    first, second = visit_of_two(open_hall)
    clerk = open_hall.clerk.pk
    work(open_hall)
    actions.call_ticket(window_code="town-01", ref=second.ref, staff_id=clerk, why="先办", now=minutes(0))
    actions.miss(ref=second.ref, staff_id=clerk, now=minutes(1))
    missed = facts_of(second)
    next_at(open_hall, now=minutes(2))
    actions.start(ref=first.ref, staff_id=clerk, now=minutes(2))
    serve.go_on(ref=first.ref, then=second.ref, staff_id=clerk, now=minutes(5))

    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(6))

    assert facts_of(second) == missed
    assert Miss.objects.get(ticket=second).reinstated_at is None


def test_who_had_stepped_out_stands_at_the_window_and_waits(open_hall):
    first, second = visit_of_two(open_hall)
    clerk = open_hall.clerk.pk
    actions.park(ref=second.ref, by=SYSTEM, now=minutes(0))
    work(open_hall)
    next_at(open_hall)
    actions.start(ref=first.ref, staff_id=clerk, now=minutes(1))
    serve.go_on(ref=first.ref, then=second.ref, staff_id=clerk, now=minutes(5))

    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(6))

    second.refresh_from_db()
    assert (second.state, second.waits_from, second.parked_at) == ("waiting", minutes(5), None)


def test_going_on_is_not_taken_back_too_late_or_by_another(open_hall):
    first, second = gone_on(open_hall)
    work(open_hall, "02", open_hall.second_clerk)

    def undo(who: int, n: float) -> str:
        return refused(lambda: serve.undo(ref=second.ref, staff_id=who, now=minutes(n)))[0]

    assert (undo(open_hall.clerk.pk, 8.1), undo(open_hall.second_clerk.pk, 6)) == ("too-late", "wrong-state")
    assert now_of(first, second) == ["finished", "serving"]


def test_where_the_second_waits_for_the_card_one_undo_is_enough_too(open_hall):
    open_hall.policy(tickets={"start_without_identity": False})
    first, second = visit_of_two(open_hall)
    clerk = open_hall.clerk.pk
    work(open_hall)
    next_at(open_hall)
    actions.identity_checked(ref=first.ref, staff_id=clerk, now=minutes(0), ok=True)
    actions.start(ref=first.ref, staff_id=clerk, now=minutes(1))
    Ticket.objects.filter(pk=first.pk).update(identity_ok=None)  # not carried over: the second is only called
    serve.go_on(ref=first.ref, then=second.ref, staff_id=clerk, now=minutes(5))
    called = now_of(second)

    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(6))

    assert (called, now_of(first, second)) == (["called"], ["serving", "waiting"])


def test_a_start_by_hand_after_going_on_is_an_undo_of_its_own(open_hall):
    first, second = gone_on(open_hall)
    clerk = open_hall.clerk.pk
    Service.objects.filter(ticket=second).delete()
    Ticket.objects.filter(pk=second.pk).update(state="called", started_at=None)
    actions.start(ref=second.ref, staff_id=clerk, now=minutes(6))

    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(7))
    one = now_of(first, second), Appointment.objects.filter(state="served").count()
    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(7))

    assert one == (["finished", "called"], 1)
    assert (now_of(first, second), Appointment.objects.filter(state="served").count()) == (["serving", "waiting"], 0)


def test_taken_back_once_however_often_it_is_pressed_and_never_beside_a_lead(committed_town: Town) -> None:
    open_town(committed_town)
    first, second = gone_on(committed_town)
    work(committed_town, "02", committed_town.second_clerk)
    lead, clerk = committed_town.second_clerk.pk, committed_town.clerk.pk

    def act(i: int) -> Any:
        if i == 2:
            return actions.take_over(ref=second.ref, window_code="town-01", staff_id=lead, why="帮忙", now=minutes(6))
        return serve.undo(ref=second.ref, staff_id=clerk, now=minutes(6))

    results = together(3, act)

    done = [each for each in results if isinstance(each, Ticket)]
    assert (len(done), all(isinstance(each, Ticket | Refused) for each in results)) == (1, True)
    assert now_of(first, second) in (["serving", "waiting"], ["finished", "serving"])
    assert Ticket.objects.filter(state__in=["called", "serving"]).count() == 1
