"""How a service ends, whom a window turns away or passes by, and what may be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.visit import serve
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment
from banshi.rooms.insight import queries as insight
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import HandlingTime, Miss, Service, Skip, Ticket, Visit
from tests.rooms.tickets.line import (
    TUESDAY,
    YOUNG,
    booked,
    check_in,
    done,
    minutes,
    next_at,
    refused,
    take,
    work,
)
from tests.town import TUESDAY_NINE, Town


def at_desk(town: Town, *, start: bool = True, **more: Any) -> Ticket:
    """A number called to window 01 at 9:00 and, unless said otherwise, being served since 9:01."""
    work(town)
    ticket = take(town, **more)
    next_at(town)
    return actions.start(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(1)) if start else ticket


def figures(town: Town) -> dict[str, Any]:
    return insight.visits(halls=[town.hall], first=TUESDAY, last=TUESDAY)[0]


# --- Outcomes ------------------------------------------------------------------------------------------------------


def test_a_service_ends_with_an_outcome_done_unless_said(open_hall):
    clerk = open_hall.clerk.pk
    ends = ["done", "paper_missing", "advice_only", "refused"]
    work(open_hall)
    for n, outcome in enumerate(ends):
        ref = take(open_hall).ref
        next_at(open_hall, now=minutes(n * 10))
        actions.start(ref=ref, staff_id=clerk, now=minutes(n * 10))
        more = {} if outcome == "done" else {"outcome": outcome, "why": "超出受理范围"}
        serve.finish(ref=ref, staff_id=clerk, now=minutes(n * 10 + 5), **more)

    row = figures(open_hall)

    assert list(Ticket.objects.order_by("id").values_list("outcome", flat=True)) == ends
    assert [row[each] for each in (*ends, "served", "wasted", "one_stop")] == [1, 1, 1, 1, 4, 2, 1]
    assert (row["completion_share"], row["one_stop_share"]) == (0.25, 0.25)


def test_a_refusal_says_why_and_an_unknown_outcome_is_refused(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk

    def finish(**more: Any) -> str:
        return refused(lambda: actions.finish(ref=ticket.ref, staff_id=clerk, now=minutes(2), **more))[0]

    assert (finish(outcome="refused"), finish(outcome="lunch")) == ("invalid", "invalid")
    assert Ticket.objects.get().state == "serving"


def test_a_number_that_was_passed_on_is_no_one_stop(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk
    work(open_hall, "02", open_hall.second_clerk)
    actions.transfer(ref=ticket.ref, staff_id=clerk, window_code="town-02", now=minutes(3))
    next_at(open_hall, "02", open_hall.second_clerk, now=minutes(4))
    actions.start(ref=ticket.ref, staff_id=open_hall.second_clerk.pk, now=minutes(4))
    actions.finish(ref=ticket.ref, staff_id=open_hall.second_clerk.pk, now=minutes(9))

    row = figures(open_hall)

    assert (row["done"], row["one_stop"]) == (1, 0)


def test_a_category_ticket_is_given_its_matter(open_hall):
    ticket = at_desk(open_hall)

    named = actions.set_matter(ref=ticket.ref, item_code="pension", staff_id=open_hall.clerk.pk, now=minutes(2))

    assert (named.item.code, Service.objects.get().item_id) == ("pension", open_hall.items["pension"].pk)
    unknown = refused(
        lambda: actions.set_matter(ref=ticket.ref, item_code="moon", staff_id=open_hall.clerk.pk, now=minutes(2))
    )
    assert unknown[0] == "item-not-here"


def test_what_was_held_when_the_day_ended_counts_as_served(open_hall):
    ticket = at_desk(open_hall)
    actions.hold(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(11))

    account = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=minutes(600))

    ticket.refresh_from_db()
    row = figures(open_hall)
    assert account == {"finished": 1}
    assert (ticket.closed_why, ticket.handling_s, ticket.finished_at) == ("held", 600, minutes(11))
    assert (row["served"], row["held"], row["unserved"]) == (1, 1, 0)


# --- A wrong person ------------------------------------------------------------------------------------------------


def mismatch(town: Town, *, start: bool) -> Ticket:
    ticket = at_desk(town, start=start, person_id=town.person(YOUNG).pk)
    actions.identity_checked(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(1), ok=False)
    return ticket


@pytest.mark.parametrize("start", [False, True])
def test_a_mismatch_stops_the_next_step_until_it_is_decided(open_hall, start):
    ticket, clerk = mismatch(open_hall, start=start), open_hall.clerk.pk
    step = actions.finish if start else actions.start

    stopped = refused(lambda: step(ref=ticket.ref, staff_id=clerk, now=minutes(2)))[0]
    actions.identity_checked(ref=ticket.ref, staff_id=clerk, now=minutes(2), ok=True)

    assert stopped == "identity-mismatch"
    assert step(ref=ticket.ref, staff_id=clerk, now=minutes(2)).state == ("finished" if start else "serving")


def test_a_lead_lets_it_go_on_with_a_trail(open_hall):
    ticket, clerk = mismatch(open_hall, start=False), open_hall.clerk.pk

    no_reason = refused(lambda: actions.override_mismatch(ref=ticket.ref, staff_id=clerk, why=" ", now=minutes(2)))[0]
    actions.override_mismatch(ref=ticket.ref, staff_id=clerk, why="新换的证", now=minutes(2))

    assert (no_reason, trail(action="overrode_mismatch")[0].facts) == ("invalid", {"why": "新换的证"})
    assert actions.start(ref=ticket.ref, staff_id=clerk, now=minutes(3)).state == "serving"


@pytest.mark.parametrize("start", [False, True])
def test_a_wrong_person_is_turned_away_with_a_reason(open_hall, start):
    ticket, clerk = mismatch(open_hall, start=start), open_hall.clerk.pk

    actions.turn_away(ref=ticket.ref, staff_id=clerk, why="非本人", now=minutes(3))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.outcome, ticket.outcome_why) == ("finished", "refused", "非本人")
    assert (Service.objects.filter(ended_at=None).count(), next_at(open_hall, now=minutes(3))) == (0, None)


@pytest.mark.parametrize("others", [True, False])
def test_who_is_not_the_cards_person_keeps_no_other_number_of_the_visit(open_hall, others):
    clerk = open_hall.clerk.pk
    ticket = at_desk(open_hall, person_id=open_hall.person(YOUNG).pk)
    added = actions.add_matter(ref=ticket.ref, item_code="id-card", staff_id=clerk, now=minutes(2))
    actions.identity_checked(ref=ticket.ref, staff_id=clerk, now=minutes(2), ok=False)
    more = refused(lambda: actions.add_matter(ref=ticket.ref, item_code="medical", staff_id=clerk, now=minutes(2)))
    actions.turn_away(ref=ticket.ref, staff_id=clerk, why="人证不符", others=others, now=minutes(3))
    ended = Ticket.objects.get(pk=added.pk).state

    actions.undo(ref=ticket.ref, staff_id=clerk, now=minutes(4))

    assert (more[0], ended) == ("identity-mismatch", "closed" if others else "waiting")
    assert Ticket.objects.get(pk=added.pk).state == "waiting"


# --- Undo ----------------------------------------------------------------------------------------------------------


def test_a_finish_is_taken_back_and_handling_is_what_it_then_is(open_hall):
    work(open_hall)
    ticket = check_in(open_hall, booked(open_hall))
    next_at(open_hall)
    actions.start(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(1))
    serve.finish(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(2))
    actions.learn(now=minutes(4))

    back = serve.undo(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(5))
    state = Appointment.objects.get().state
    left = Visit.objects.get().left_at
    serve.finish(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(11))

    ticket.refresh_from_db()
    assert (back.state, back.outcome, state, left) == ("serving", "", "checked_in", None)
    assert (ticket.handling_s, Service.objects.count(), Appointment.objects.get().state) == (600, 1, "served")
    assert (Entry.objects.get(action="undone").facts, HandlingTime.objects.count()) == ({"verb": "finish"}, 0)


def test_of_a_service_with_a_break_only_the_last_stretch_is_taken_back(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk
    actions.hold(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    actions.resume_held(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    actions.finish(ref=ticket.ref, staff_id=clerk, now=minutes(2))

    serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(3))

    stretches = list(Service.objects.order_by("id").values_list("outcome", "ended_at"))
    assert stretches == [("held", minutes(2)), ("", None)]


def test_the_desk_offers_the_number_put_away_last_whoever_was_called_last(open_hall):
    held, clerk = at_desk(open_hall), open_hall.clerk.pk
    actions.hold(ref=held.ref, staff_id=clerk, now=minutes(2))
    take(open_hall)
    next_at(open_hall, now=minutes(2))
    done(open_hall, "A002", now=minutes(3))
    actions.resume_held(ref=held.ref, staff_id=clerk, now=minutes(4))
    actions.finish(ref=held.ref, staff_id=clerk, now=minutes(5))

    offered = queries.undoable(queries.desk(clerk, minutes(5)), now=minutes(5))

    assert offered == queries.Undoable(held.ref, held.number, "finish", minutes(8), "done")


def test_a_miss_and_a_start_are_taken_back(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk

    called = actions.undo(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    actions.miss(ref=ticket.ref, staff_id=clerk, now=minutes(3))
    again = actions.undo(ref=ticket.ref, staff_id=clerk, now=minutes(4))

    assert (called.state, called.started_at, called.way_s, Service.objects.count()) == ("called", None, None, 0)
    assert (again.state, again.misses, Miss.objects.count()) == ("called", 0, 0)
    assert actions.start(ref=ticket.ref, staff_id=clerk, now=minutes(5)).way_s == 300


def test_nothing_is_taken_back_too_late_by_another_or_over_somebody_else(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk
    work(open_hall, "02", open_hall.second_clerk)
    take(open_hall)
    actions.finish(ref=ticket.ref, staff_id=clerk, now=minutes(5))

    def undo(who: int, n: float) -> str:
        return refused(lambda: actions.undo(ref=ticket.ref, staff_id=who, now=minutes(n)))[0]

    assert (undo(open_hall.second_clerk.pk, 6), undo(clerk, 8.1)) == ("wrong-state", "too-late")
    next_at(open_hall, now=minutes(6))
    assert undo(clerk, 6) == "window-busy"


def test_the_desk_offers_to_take_back_the_last_step_while_it_may(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk

    def offered(n: float) -> str | None:
        found = queries.undoable(queries.desk(clerk, minutes(n)), now=minutes(n))
        return found.verb if found else None

    fresh, later = offered(2), offered(5)
    actions.finish(ref=ticket.ref, staff_id=clerk, now=minutes(6))

    assert [fresh, later, offered(8), offered(10)] == ["start", None, "finish", None]


# --- Not this one --------------------------------------------------------------------------------------------------


def test_a_number_passed_by_keeps_its_place_for_others(open_hall):
    work(open_hall)
    work(open_hall, "02", open_hall.second_clerk)
    first, _ = take(open_hall), take(open_hall)
    actions.skip(ref=first.ref, staff_id=open_hall.clerk.pk, why="要双人办理", now=TUESDAY_NINE)

    shown = [t.number for t in queries.desk(open_hall.clerk.pk, TUESDAY_NINE).line]

    assert shown == ["A002"]
    assert (next_at(open_hall), next_at(open_hall, "02", open_hall.second_clerk)) == ("A002", "A001")
    assert Skip.objects.get().why == "要双人办理"


def test_a_number_passed_by_by_everybody_is_still_called(open_hall):
    work(open_hall)
    first = take(open_hall)
    actions.skip(ref=first.ref, staff_id=open_hall.clerk.pk, why="要双人办理", now=TUESDAY_NINE)

    assert [t.number for t in queries.desk(open_hall.clerk.pk, TUESDAY_NINE).line] == ["A001"]
    assert next_at(open_hall) == "A001"


def test_a_number_kept_for_the_window_that_passes_it_by_is_for_the_others_then(open_hall):
    ticket = at_desk(open_hall)
    work(open_hall, "02", open_hall.second_clerk)
    added = actions.add_matter(ref=ticket.ref, item_code="id-card", staff_id=open_hall.clerk.pk, now=minutes(2))
    actions.finish(ref=ticket.ref, staff_id=open_hall.clerk.pk, now=minutes(3))
    kept = added.only_window.number
    actions.skip(ref=added.ref, staff_id=open_hall.clerk.pk, why="要双人办理", now=minutes(3))

    called = next_at(open_hall, now=minutes(3)), next_at(open_hall, "02", open_hall.second_clerk, now=minutes(3))

    assert (kept, called) == ("01", (None, added.number))


def test_a_number_sent_back_to_the_window_that_passed_it_by_is_called_there(open_hall):
    ticket = at_desk(open_hall)
    work(open_hall, "02", open_hall.second_clerk)
    actions.transfer(ref=ticket.ref, staff_id=open_hall.clerk.pk, window_code="town-02", now=minutes(2))
    next_at(open_hall, "02", open_hall.second_clerk, now=minutes(2))
    actions.transfer(ref=ticket.ref, staff_id=open_hall.second_clerk.pk, window_code="town-01", now=minutes(3))

    shown = [t.number for t in queries.desk(open_hall.clerk.pk, minutes(3)).line]

    assert (shown, next_at(open_hall, now=minutes(3))) == ([ticket.number], ticket.number)


def test_a_transferred_number_does_not_come_straight_back_to_the_sender(open_hall):
    ticket = at_desk(open_hall)
    work(open_hall, "02", open_hall.second_clerk)
    take(open_hall)
    actions.transfer(ref=ticket.ref, staff_id=open_hall.clerk.pk, category_code="B", now=minutes(2))

    sender = next_at(open_hall, now=minutes(2))

    assert (sender, next_at(open_hall, "02", open_hall.second_clerk, now=minutes(2))) == ("A002", "A001")


# --- In the trail --------------------------------------------------------------------------------------------------


def facts(action):
    return [each.facts for each in trail(action=action)]


def test_a_mismatch_a_lead_let_go_on_is_no_match_and_proves_nothing(open_hall):
    ticket, clerk = mismatch(open_hall, start=False), open_hall.clerk.pk
    actions.override_mismatch(ref=ticket.ref, staff_id=clerk, why="新换的证", now=minutes(2))
    let_go = Ticket.objects.get(pk=ticket.pk)

    actions.identity_checked(ref=ticket.ref, staff_id=clerk, now=minutes(3), ok=True)

    compared = Ticket.objects.get(pk=ticket.pk)
    assert (let_go.identity_ok, let_go.mismatch_allowed) == (True, True)
    assert (compared.identity_ok, compared.mismatch_allowed) == (True, False)


@pytest.mark.parametrize("start", [False, True])
def test_a_turning_away_taken_back_reads_as_one_and_is_where_it_was(open_hall, start):
    ticket, clerk = mismatch(open_hall, start=start), open_hall.clerk.pk
    actions.turn_away(ref=ticket.ref, staff_id=clerk, why="非本人", now=minutes(3))

    actions.undo(ref=ticket.ref, staff_id=clerk, now=minutes(4))

    back = Ticket.objects.get(pk=ticket.pk)
    assert (facts("undone"), back.state) == ([{"verb": "turn_away"}], "serving" if start else "called")
    assert Service.objects.filter(ticket=ticket, ended_at=None).count() == int(start)


def test_who_is_passed_by_is_on_record_once_with_the_window_and_why(open_hall):
    ticket, clerk = take(open_hall), open_hall.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=minutes(1))

    for _ in range(2):
        actions.skip(ref=ticket.ref, staff_id=clerk, why="去打印材料", now=minutes(2))

    assert facts("skipped") == [{"window": "01", "why": "去打印材料"}]


def test_who_is_passed_on_is_on_record_with_where_to(open_hall):
    ticket, clerk = at_desk(open_hall), open_hall.clerk.pk
    actions.transfer(ref=ticket.ref, staff_id=clerk, category_code="B", why="户籍的事", now=minutes(3))

    assert facts("transferred") == [{"window": "01", "to_category": "B", "why": "户籍的事"}]


def test_a_number_ended_by_staff_or_called_out_of_turn_is_on_record(open_hall):
    one, other, clerk = take(open_hall), take(open_hall), open_hall.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=minutes(1))

    actions.leave(ref=one.ref, by=Actor(ActorKind.STAFF, str(clerk), "town"), now=minutes(2))
    actions.call_ticket(window_code="town-01", ref=other.ref, staff_id=clerk, why="赶车", now=minutes(2))

    assert (facts("given_up"), facts("called_out_of_turn")) == ([{}], [{"window": "01", "why": "赶车"}])
