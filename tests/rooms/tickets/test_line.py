"""In the line, and the line as it is seen."""

from __future__ import annotations

import pytest

from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import (
    Visit,
)
from tests.rooms.tickets.line import (
    KIOSK,
    YOUNG,
    done,
    minutes,
    next_at,
    order,
    take,
    work,
)
from tests.town import TUESDAY_NINE

# --- In the line ---------------------------------------------------------------------------------------------------


def test_a_parked_number_is_passed_over_and_keeps_its_rank(open_hall):
    work(open_hall)
    first = take(open_hall)
    for _ in range(2):
        take(open_hall)
    actions.park(ref=first.ref, by=KIOSK, now=TUESDAY_NINE, until=minutes(10))
    called = next_at(open_hall)
    done(open_hall, "A002")

    early, due = actions.unpark_due(now=minutes(9)), actions.unpark_due(now=minutes(10))

    assert (called, early, due, order(open_hall)) == ("A002", 0, 1, ["A001", "A003"])


def test_put_first_goes_before_those_who_waited_too_long_and_is_audited(open_hall):
    from banshi.rooms.audit.queries import trail

    open_hall.policy(tickets={"finally_call_after": 1})
    work(open_hall)
    take(open_hall)
    urgent = take(open_hall)
    actions.put_first(ref=urgent.ref, why="突发疾病", by=KIOSK, now=minutes(5))

    assert order(open_hall, now=minutes(5)) == ["A002", "A001"]
    assert trail(action="put_first")[0].facts == {"why": "突发疾病"}


def test_whoever_leaves_is_not_called_and_the_visit_is_over(open_hall):
    work(open_hall)
    ref = take(open_hall).ref
    actions.leave(ref=ref, by=KIOSK, now=minutes(3))

    assert next_at(open_hall) is None
    assert Visit.objects.get().left_at == minutes(3)


def test_people_are_told_once_that_it_is_nearly_their_turn(open_hall):
    open_hall.policy(messages={"ahead": 1})
    work(open_hall)
    for i in range(3):
        take(open_hall, person_id=open_hall.person(YOUNG + i).pk)

    first, again = (actions.send_ahead(hall=open_hall.hall, now=TUESDAY_NINE) for _ in range(2))
    next_at(open_hall)
    third = actions.send_ahead(hall=open_hall.hall, now=TUESDAY_NINE)

    told = Message.objects.filter(key="ahead").order_by("id").values_list("params__number", "params__ahead")
    assert (first, again, third) == (2, 0, 1)
    assert list(told) == [("A001", 0), ("A002", 1), ("A003", 1)]


# --- The line as seen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 30])
def test_the_line_takes_six_queries_however_long_it_is(open_hall, django_assert_num_queries, n):
    work(open_hall)
    for i in range(n):
        take(open_hall, "AB"[i % 2])

    with django_assert_num_queries(6):
        seen = queries.line(open_hall.hall.pk, TUESDAY_NINE)

    assert (seen.waiting, [t.ahead for t in seen.tickets]) == (n, list(range(n)))


def test_the_line_shows_who_waits_and_where_windows_are(open_hall):
    work(open_hall)
    take(open_hall, "A", person_id=open_hall.person(YOUNG).pk)
    take(open_hall, "A")
    take(open_hall, "B")
    next_at(open_hall, now=minutes(6))

    seen = queries.line(open_hall.hall.pk, minutes(10))

    a, b = seen.categories
    assert [(w.number, w.state, w.ticket_number) for w in seen.windows] == [
        ("01", "called", "A001"),
        ("02", "closed", ""),
        ("03", "closed", ""),
    ]
    assert [(t.number, t.state, t.ahead) for t in seen.tickets] == [
        ("A002", "waiting", 0),
        ("B001", "waiting", 1),
        ("A001", "called", None),
    ]
    assert (a.waiting, a.longest_wait_s, a.windows, b.waiting, b.windows) == (1, 600, 1, 1, 1)


def test_a_number_shows_its_holder_where_to_go(open_hall):
    work(open_hall)
    first, second = take(open_hall), take(open_hall)
    next_at(open_hall)

    called, waiting = queries.ticket(first.ref, TUESDAY_NINE), queries.ticket(second.ref, TUESDAY_NINE)

    assert (called.called_to, called.called_to_code, called.floor_en, called.ahead) == (
        "01",
        "town-01",
        "Floor 1",
        None,
    )
    assert (waiting.called_to, waiting.ahead, waiting.windows) == (None, 0, ["01"])
    assert queries.read_qr(waiting.qr) == second.ref
    assert queries.read_qr("BT1.") is None


def test_the_desk_shows_its_window_its_person_and_its_line(open_hall):
    clerk = work(open_hall)
    take(open_hall, person_id=open_hall.person(YOUNG).pk)
    take(open_hall)
    next_at(open_hall)

    view = queries.desk(clerk.pk, TUESDAY_NINE)

    assert (view.state, view.window_number, view.waiting) == ("called", "01", 1)
    assert view.ticket is not None
    assert (view.ticket.number, view.ticket.masked_name, view.ticket.masked_id[:4]) == ("A001", "测**", "4419")
    assert queries.desk(open_hall.manager.pk, TUESDAY_NINE).state == "signed_out"
