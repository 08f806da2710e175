"""Calling: who is next at which window."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import (
    Call,
    Ticket,
)
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import (
    KIOSK,
    YOUNG,
    booked,
    check_in,
    done,
    minutes,
    next_at,
    order,
    refused,
    take,
    work,
)
from tests.town import TUESDAY_NINE, at


def test_booked_numbers_are_called_before_walk_in_numbers(open_hall):
    work(open_hall)
    take(open_hall)
    take(open_hall, lane="pregnant")
    check_in(open_hall, booked(open_hall))

    assert order(open_hall) == ["A002", "A003", "A001"]


def test_a_special_window_calls_its_own_categories_only(open_hall):
    work(open_hall, "03")
    take(open_hall, "A")
    take(open_hall, "B")

    assert order(open_hall, window="03") == ["B001"]


def test_nobody_waiting_is_no_refusal(open_hall):
    work(open_hall)

    assert next_at(open_hall) is None


def test_yesterdays_numbers_are_not_called_today(open_hall):
    take(open_hall, now=at("2026-03-09 16:00"))
    work(open_hall)

    assert next_at(open_hall) is None


def test_a_window_without_its_clerk_calls_nobody(open_hall):
    take(open_hall)
    work(open_hall)

    slug = refused(lambda: next_at(open_hall, "01", open_hall.second_clerk))[0]
    assert (slug, refused(lambda: next_at(open_hall, "02"))[0]) == ("not-signed-in", "not-signed-in")


def test_a_busy_window_calls_nobody_and_says_who_is_there(open_hall):
    work(open_hall)
    take(open_hall)
    take(open_hall)
    next_at(open_hall)

    assert refused(lambda: next_at(open_hall)) == ("window-busy", {"number": "A001"})


def test_a_paused_window_calls_nobody_and_serves_to_the_end(open_hall):
    clerk = work(open_hall)
    take(open_hall)
    take(open_hall)
    next_at(open_hall)
    actions.pause(staff_id=clerk.pk, reason="打印机卡纸", now=TUESDAY_NINE)
    done(open_hall, "A001")

    slug, facts = refused(lambda: next_at(open_hall))
    actions.resume(staff_id=clerk.pk, now=TUESDAY_NINE)

    assert (slug, facts["state"], next_at(open_hall)) == ("wrong-state", "paused", "A002")


def test_calling_next_is_one_round_trip(open_hall, monkeypatch):
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)  # prepared statements are not counted
    work(open_hall)
    for _ in range(3):
        take(open_hall)

    with CaptureQueriesContext(connection) as captured:
        next_at(open_hall)

    statements = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(statements) == 1


def test_busy_statements_give_the_same_when_they_are_prepared_on_the_server(open_hall, monkeypatch):
    monkeypatch.setattr(connection.connection, "prepare_threshold", 2)
    work(open_hall)
    person = open_hall.person(YOUNG).pk
    for _ in range(8):
        take(open_hall)
    take(open_hall, "B", person_id=person, lane="disabled")

    assert refused(lambda: take(open_hall, "B", person_id=person)) == ("already-waiting", {"number": "B001"})
    assert order(open_hall) == ["B001", *(f"A00{i}" for i in range(1, 9))]


def test_a_call_is_a_fact_an_event_and_a_message(open_hall):
    work(open_hall)
    ticket = take(open_hall, person_id=open_hall.person(YOUNG).pk)
    before = queries.line(open_hall.hall.pk, TUESDAY_NINE).version
    next_at(open_hall, now=minutes(1))

    call = Call.objects.get()
    message = Message.objects.get()
    after = queries.line(open_hall.hall.pk, minutes(1))
    assert (call.ticket_id, call.kind, call.at) == (ticket.pk, "call", minutes(1))
    assert (message.key, message.subject, message.to) == ("your_turn", f"ticket:{ticket.ref}", "+8613800130030")
    assert message.params["window"] == "01"
    assert after.version == before + 1
    assert [(c.number, c.window, c.masked_name) for c in after.calls] == [("A001", "01", "测**")]


@pytest.mark.parametrize("on_call", [True, False])
@pytest.mark.parametrize("how", ["next", "together", "out of turn"])
def test_the_called_person_is_told_where_the_hall_tells_the_called(open_hall, how, on_call):
    open_hall.policy(messages={"on_call": on_call})
    clerk = work(open_hall)
    ticket = take(open_hall, person_id=open_hall.person(YOUNG).pk)

    if how == "next":
        next_at(open_hall, now=minutes(1))
    elif how == "together":
        actions.call_next_many(asked=[("town-01", clerk.pk)], now=minutes(1))
    else:
        actions.call_ticket(window_code="town-01", ref=ticket.ref, staff_id=clerk.pk, why="孕妇", now=minutes(1))

    ticket.refresh_from_db()
    assert ticket.state == "called"
    assert list(Message.objects.values_list("key", flat=True)) == (["your_turn"] if on_call else [])


def test_a_person_at_one_window_is_not_called_to_another(open_hall):
    town, person = open_hall, open_hall.person(YOUNG).pk
    work(town)
    work(town, "02", town.second_clerk)
    take(town, "A", person_id=person)
    take(town, "B", person_id=person)
    take(town, "B")

    calls = next_at(town), next_at(town, "02", town.second_clerk)
    done(town, "A001")

    assert (calls, next_at(town)) == (("A001", "B002"), "B001")


def test_weighted_calling_calls_two_of_a_for_one_of_b(open_hall):
    open_hall.policy(tickets={"weights": {"A": 2, "B": 1}})
    work(open_hall)
    for _ in range(4):
        take(open_hall, "B")
    for _ in range(6):
        take(open_hall, "A")

    assert "".join(number[0] for number in order(open_hall)) == "BAABAABAAB"


def test_weighted_calling_lets_urgent_numbers_through(open_hall):
    open_hall.policy(tickets={"weights": {"A": 9, "B": 1}})
    work(open_hall)
    take(open_hall, "A")
    take(open_hall, "A")
    urgent = take(open_hall, "B")
    order_before = next_at(open_hall)
    done(open_hall, "A001")
    actions.put_first(ref=urgent.ref, why="突发不适", by=KIOSK, now=TUESDAY_NINE)

    assert (order_before, order(open_hall)) == ("A001", ["B001", "A002"])


def test_a_walk_in_who_has_waited_too_long_is_called_before_booked_people(open_hall):
    open_hall.policy(tickets={"finally_call_after": 30})
    work(open_hall)
    take(open_hall)
    take(open_hall, now=minutes(20))
    check_in(open_hall, booked(open_hall), now=minutes(25))

    assert order(open_hall, now=minutes(30)) == ["A001", "A003", "A002"]


def test_extended_sessions_serve_booked_people_first_then_walk_ins_once_those_are_done(town):
    open_town(town, walk_ins="after_booked", kind="extended")
    coming = booked(town, starts=minutes(0), session_kind="extended")
    work(town)
    take(town)

    before = next_at(town)
    arrived = check_in(town, coming)
    first = next_at(town)
    done(town, arrived.number)

    assert (before, first, next_at(town)) == (None, "A002", "A001")


def test_walk_ins_of_an_extended_session_wait_no_longer_for_those_who_never_came(town):
    open_town(town, walk_ins="after_booked", kind="extended")
    booked(town, starts=minutes(0), session_kind="extended")
    work(town)
    take(town)

    assert (next_at(town, now=minutes(59)), next_at(town, now=minutes(60))) == (None, "A001")


def test_an_arriving_number_is_called_at_once_where_a_window_has_been_idle_longest(open_hall):
    town = open_hall
    town.policy(tickets={"auto_call": True})
    work(town, "02", town.second_clerk, now=minutes(-5))
    work(town, "01", now=minutes(-1))

    first, second, third = (take(town, "A") for _ in range(3))

    where = [(t.state, t.window and t.window.number) for t in (first, second, third)]
    assert where == [("called", "02"), ("called", "01"), ("waiting", None)]


def test_calling_out_of_turn_needs_a_reason_and_keeps_it(open_hall):
    town = open_hall
    clerk = work(town)
    take(town)
    later = take(town)

    def call(why: str) -> Ticket:
        return actions.call_ticket(window_code="town-01", ref=later.ref, staff_id=clerk.pk, why=why, now=TUESDAY_NINE)

    assert refused(lambda: call(" "))[0] == "invalid"
    assert call("孕妇").number == "A002"
    assert Call.objects.get().out_of_order_why == "孕妇"
    assert refused(lambda: call("再叫"))[0] == "wrong-state"
