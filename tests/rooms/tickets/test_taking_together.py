"""Numbers given to many who ask together are those that one after the other would have got."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.foundation.models import Event
from banshi.kernel.actors import Actor
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.actions import Take
from banshi.rooms.tickets.models import Estimate, Ticket, Visit
from tests.rooms.tickets.line import KIOSK, YOUNG, booked, minutes, take, work
from tests.together import together
from tests.town import TUESDAY_NINE, Town


def wish(category: str | None = "A", person: Any = None, **more: Any) -> Take:
    who = {"person_id": person.pk} if person is not None else {}
    return Take(channel="kiosk", by=more.pop("by", KIOSK), category_code=category, **who, **more)


def given(town: Town, *asked: Take, now: Any = TUESDAY_NINE) -> list[Any]:
    """Numbers, or slugs of refusals."""
    found = actions.issue_many(hall=town.hall, asked=asked, now=now)
    return [each.slug if isinstance(each, Refused) else each.number for each in found]


def test_numbers_count_by_letter_in_the_order_of_asking(open_hall: Town) -> None:
    take(open_hall, "A")

    assert given(open_hall, *(wish(code) for code in "ABBA")) == ["A002", "B001", "B002", "A003"]
    assert given(open_hall, wish("B")) == ["B003"]


def test_a_refusal_takes_nobody_along(open_hall: Town) -> None:
    asked = [wish("A"), wish("Z"), wish("A", lane="king"), wish(None, item_code="moon"), wish("B")]

    assert given(open_hall, *asked) == ["A001", "nothing-found", "invalid", "item-not-here", "B001"]
    assert Ticket.objects.count() == 2


def test_a_machine_of_another_hall_gets_nothing(open_hall: Town) -> None:
    asked = [wish("A", by=Actor(KIOSK.kind, "2", "other")), wish("A")]

    assert given(open_hall, *asked) == ["not-your-hall", "A001"]


def test_the_last_number_under_a_limit_is_the_first_askers(open_hall: Town) -> None:
    open_hall.policy(tickets={"daily_limits": {"A": 2}, "daily_limit": 3})

    asked = [wish(code) for code in "AAABBA"]

    assert given(open_hall, *asked) == ["A001", "A002", "daily-limit", "B001", "daily-limit", "daily-limit"]
    results = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("B")], now=TUESDAY_NINE)
    assert [each.facts for each in results if isinstance(each, Refused)] == [{"limit": 2}, {"limit": 3}]


def test_booked_people_take_no_place_of_a_limit(open_hall: Town) -> None:
    open_hall.policy(tickets={"daily_limits": {"A": 1}})
    appointment = booked(open_hall)
    asked = [
        wish("A"),
        wish(None, open_hall.person(YOUNG), kind="booked", appointment=appointment),
        wish("A"),
    ]

    assert given(open_hall, *asked) == ["A001", "A002", "daily-limit"]


def test_one_person_who_asks_twice_at_once_gets_one_number(open_hall: Town) -> None:
    somebody, other = open_hall.person(1), open_hall.person(2)
    asked = [wish("A", somebody), wish("A", somebody), wish("B", somebody), wish("A", other)]

    assert given(open_hall, *asked) == ["A001", "already-waiting", "B001", "A002"]
    assert Visit.objects.count() == 2
    assert len(set(Ticket.objects.filter(person=somebody).values_list("visit", flat=True))) == 1


def test_whoever_waits_already_is_told_under_which_number(open_hall: Town) -> None:
    somebody = open_hall.person(1)
    take(open_hall, "A", person_id=somebody.pk)

    first, second = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("A", somebody)], now=TUESDAY_NINE)

    assert isinstance(first, Ticket)
    assert isinstance(second, Refused)
    assert (second.slug, second.facts) == ("already-waiting", {"number": "A001"})


def test_who_only_typed_a_document_stands_beside_its_owner(open_hall: Town) -> None:
    somebody = open_hall.person(1)
    asked = [wish("A", somebody), wish("A", somebody, limit_key=typed_holder())]

    assert given(open_hall, *asked) == ["A001", "A002"]
    assert Visit.objects.count() == 2


def test_each_is_told_the_wait_behind_those_who_asked_before(open_hall: Town) -> None:
    """Of those who ask in the same moment, too, whoever has the lane is called first."""
    work(open_hall)
    for _ in range(3):
        take(open_hall, "A")
    asked = [wish("A"), wish("B"), wish("A", open_hall.person(5), lane="disabled"), wish("A")]

    together_ = actions.issue_many(hall=open_hall.hall, asked=asked, now=minutes(1))

    told = [each.told for each in together_ if isinstance(each, Ticket)]
    assert [each[0] for each in told if each] == [4, 5, 0, 6]
    likely = [each[1] for each in told if each]
    assert likely[2] < likely[0] < likely[3]
    views = queries.given_many([each for each in together_ if isinstance(each, Ticket)])
    assert [(view.ahead, view.likely_s) for view in views] == [each[:2] for each in told if each]
    kept = Estimate.objects.order_by("id").values_list("ahead", "likely_s", "at_most_s")
    assert list(kept)[-4:] == [each[:3] for each in told if each]


def test_the_first_of_many_is_told_what_one_alone_is_told(open_hall: Town) -> None:
    work(open_hall)
    for code in "AABA":
        take(open_hall, code)
    alone = take(open_hall, "A", now=minutes(1)).told
    Ticket.objects.order_by("-id")[:1].get().delete()

    many = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("B"), wish("A")], now=minutes(1))

    assert isinstance(many[0], Ticket)
    assert many[0].told == alone


def test_ones_own_other_number_is_nobody_ahead_and_a_visit_counts_once(open_hall: Town) -> None:
    one, two = open_hall.person(1), open_hall.person(2)
    for code in "AB":
        take(open_hall, code, person_id=one.pk)

    found = actions.issue_many(hall=open_hall.hall, asked=[wish("B", two), wish("A", two)], now=TUESDAY_NINE)

    assert [each.told[0] for each in found if isinstance(each, Ticket) and each.told] == [1, 1]


def test_weighted_calling_is_foretold_by_shares(open_hall: Town) -> None:
    open_hall.policy(tickets={"weights": {"A": 1, "B": 3}})
    work(open_hall)
    for code in "AAAAAABB":
        take(open_hall, code)

    found = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("B")], now=TUESDAY_NINE)

    ahead = [each.told[0] for each in found if isinstance(each, Ticket) and each.told]
    assert ahead == [9, 3]  # the third of B goes before the second of A, the one who asks now, too


def test_idle_windows_call_those_who_came_first(open_hall: Town, more_staff: Any) -> None:
    open_hall.policy(tickets={"auto_call": True})
    work(open_hall, "01")
    work(open_hall, "02", more_staff(2))

    found = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("A"), wish("A")], now=TUESDAY_NINE)

    states = [each.state for each in found if isinstance(each, Ticket)]
    assert states.count("called") == Ticket.objects.filter(state="called").count() == 2
    assert states == ["called", "called", "waiting"]
    assert isinstance(found[2], Ticket)
    assert found[2].told is not None


def test_everybody_in_the_hall_hears_of_each_number(open_hall: Town) -> None:
    found = actions.issue_many(hall=open_hall.hall, asked=[wish("A"), wish("B")], now=TUESDAY_NINE)

    refs = [each.ref for each in found if isinstance(each, Ticket)]
    assert list(Event.objects.filter(topic="line").order_by("id").values_list("subject", flat=True)) == refs


def test_twenty_cost_as_many_statements_as_one(open_hall: Town) -> None:
    work(open_hall)
    people = [open_hall.person(20 + i) for i in range(21)]  # none of them elderly
    take(open_hall, "A")  # calendar, policy and line are known
    counts = []
    for asked in ([wish("A", people[0])], [wish("AB"[i % 2], each) for i, each in enumerate(people[1:])]):
        with CaptureQueriesContext(connection) as seen:
            actions.issue_many(hall=open_hall.hall, asked=asked, now=TUESDAY_NINE)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 13


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_machines_that_file_together_never_give_a_number_twice(committed_town: Town) -> None:
    from tests.rooms.tickets.conftest import open_town

    open_town(committed_town)
    committed_town.policy(tickets={"daily_limits": {"A": 12}, "daily_limit": 30})
    people = [committed_town.person(i) for i in range(1, 41)]

    def batch(n: int) -> list[Any]:
        asked = [wish("AB"[(i + n) % 2], people[(n * 5 + i) % 40]) for i in range(8)]
        return actions.issue_many(hall=committed_town.hall, asked=asked, now=TUESDAY_NINE)

    answers = [each for many in together(8, batch) for each in many]

    numbers = [each.number for each in answers if isinstance(each, Ticket)]
    assert len(numbers) == len(set(numbers)) == Ticket.objects.count()
    of_a = sorted(n for n in numbers if n[0] == "A")
    assert of_a == [f"A{i:03}" for i in range(1, len(of_a) + 1)]
    assert len(of_a) == 12
    assert len(numbers) <= 30
    assert {each.slug for each in answers if isinstance(each, Refused)} <= {"daily-limit", "already-waiting"}
    twice = Ticket.objects.filter(alone=True).values_list("person", "category")
    assert len(set(twice)) == len(twice)
