"""Requests for numbers that arrive together are answered as one after the other, in one transaction a hall."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection

from banshi.foundation.models import IdempotencyKey
from banshi.foundation.together import Batches, PartingBatches
from banshi.rooms.identity.models import Person
from banshi.rooms.places.models import Category
from banshi.rooms.tickets.models import Counter, Ticket
from banshi.surfaces.api import numbers, raw
from banshi.surfaces.api.answers import Answer
from tests.surfaces.api.conftest import Calls, person
from tests.together import held


def asked(
    calls: Calls, body: Any, key: str | None = None, caller: str = "kiosk", hall: str = "town"
) -> numbers.Issuing:
    headers = {"authorization": f"Bearer {calls.keys[caller]}", "content-type": "application/json"}
    if key is not None:
        headers["idempotency-key"] = key
    found = numbers.prepare_issue(headers, orjson.dumps(body), hall=hall)
    assert isinstance(found, numbers.Issuing), found
    return found


def read(category: str, i: int, **more: Any) -> dict[str, Any]:
    return {"category": category, "person": person(i), "presented": "read", **more}


def shown(answer: Answer) -> tuple[int, str]:
    content = orjson.loads(answer.body)
    return answer.status, content.get("number") or content["type"]


def test_a_batch_answers_like_one_after_the_other(calls: Calls) -> None:
    wrong = {**person(3), "id_number": "not-a-number"}
    many = [
        asked(calls, read("A", 1), "a"),
        asked(calls, read("A", 1), "a"),  # sent twice
        asked(calls, read("A", 2), "a"),  # same key, other body
        asked(calls, {"category": "A", "person": wrong, "presented": "read"}),
        asked(calls, {"category": "B"}, "b"),  # nobody named
        asked(calls, {"category": "A", "person": person(4)}, "c"),  # a typed document
        asked(calls, read("A", 1)),  # the same person once more
        asked(calls, read("A", 5), hall="moon"),
        asked(calls, read("A", 5), hall="other"),
        asked(calls, read("Z", 6), "z"),
    ]

    answers = numbers.issue_many(many)
    later = numbers.issue_many([many[0], many[9]])

    assert [shown(a) for a in answers] == [
        (201, "A001"), (201, "A001"), (409, "idempotency-conflict"), (422, "identity-invalid"), (201, "B001"),
        (201, "A002"), (409, "already-waiting"), (404, "nothing-found"), (403, "not-your-hall"), (404, "nothing-found"),
    ]  # fmt: skip
    assert answers[1].body == answers[0].body
    assert [a.body for a in later] == [answers[0].body, answers[9].body]
    assert Ticket.objects.count() == 3


def test_what_is_refused_to_a_typed_document_leaves_nobody_behind(calls: Calls) -> None:
    refused = numbers.issue_many([asked(calls, {"category": "Z", "person": person(77)}), asked(calls, read("A", 1))])

    assert [shown(a) for a in refused] == [(404, "nothing-found"), (201, "A001")]
    assert Person.objects.filter(number_last4=person(77)["id_number"][-4:]).count() == 0


def test_one_that_breaks_takes_nobody_along(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    take_many = numbers.take_number.take_many

    def fussy(*, hall: Any, asked: Any, now: Any) -> Any:
        if any(each.lane == "pregnant" for each in asked):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return take_many(hall=hall, asked=asked, now=now)

    monkeypatch.setattr(numbers.take_number, "take_many", fussy)
    answers = numbers.issue_many(
        [
            asked(calls, read("A", 1), "a"),
            asked(calls, read("A", 2, lane="pregnant"), "b"),
            asked(calls, read("A", 3)),
        ]
    )

    assert [shown(a) for a in answers] == [(201, "A001"), (500, "broken"), (201, "A002")]
    assert IdempotencyKey.objects.count() == 1


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(
    calls: Calls, django_assert_num_queries: Any
) -> None:
    numbers.issue_many([asked(calls, read("A", 100), "warm")])
    one = [asked(calls, read("A", 1), "one")]
    many = [asked(calls, read("AB"[i % 2], i), f"k{i}") for i in range(2, 22)]

    with django_assert_num_queries(26):
        numbers.issue_many(one)
    with django_assert_num_queries(26):
        numbers.issue_many(many)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_gathered_numbers_of_a_rush_stop_at_the_limit(committed_calls: Calls) -> None:
    committed_calls.town.policy(tickets={"daily_limits": {"A": 7}})
    many = [asked(committed_calls, read("A", i), f"k{i}") for i in range(30)]
    batches: Batches[numbers.Issuing, Answer] = Batches(numbers.issue_many, "numbers")

    async def everybody() -> list[Answer]:
        return await asyncio.gather(*(batches.ask(one) for one in many))

    answers = asyncio.run(everybody())
    batches.close()

    assert sorted(a.status for a in answers) == [201] * 7 + [409] * 23
    assert sorted(Ticket.objects.values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


Lane = PartingBatches[numbers.Issuing, Answer]


def counter_of(calls: Calls, letter: str = "A") -> Callable[[], Any]:
    """Locks the counter of a letter as a number that is being given does."""
    rows = Counter.objects.select_for_update(no_key=True).filter(hall=calls.town.hall, letter=letter)
    return lambda: list(rows.order_by("id"))


def of_other_hall(calls: Calls, i: int) -> numbers.Issuing:
    return asked(calls, read("A", i), f"o{i}", caller="other-kiosk", hall="other")


@pytest.fixture
def two_halls(committed_calls: Calls) -> Calls:
    town = committed_calls.town
    Category.objects.create(hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Pensions")
    numbers.issue_many([asked(committed_calls, read("A", 90))])
    return committed_calls


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_other_halls_give_numbers_while_the_rows_of_one_are_held(
    two_halls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 60
    monkeypatch.setattr(raw, "short_s", lambda: 0.05)
    stuck = [asked(two_halls, read("A", i), f"k{i}") for i in range(3)]
    others = [of_other_hall(two_halls, 10 + i) for i in range(3)]
    lane, release = Lane(numbers.issue_quickly, numbers.issue_many, "numbers"), threading.Event()
    locked = threading.Event()

    def hold() -> None:
        with held(counter_of(two_halls)):
            locked.set()
            release.wait(timeout=130)

    async def everybody() -> tuple[list[Answer], int, list[Answer]]:
        waiting = [asyncio.ensure_future(lane.ask(one)) for one in stuck]
        went_on = [await lane.ask(one) for one in others]
        undone = sum(not each.done() for each in waiting)
        release.set()
        return went_on, undone, await asyncio.gather(*waiting)

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(timeout=60)
    went_on, undone, at_last = asyncio.run(everybody())
    holder.join(timeout=60)
    lane.close()

    assert [shown(a) for a in went_on] == [(201, "A001"), (201, "A002"), (201, "A003")]
    assert undone == 3
    assert sorted(shown(a) for a in at_last) == [(201, "A002"), (201, "A003"), (201, "A004")]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_whose_rows_are_held_all_the_time_is_told_so_and_nothing_is_done(
    two_halls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 0.05
    monkeypatch.setattr(raw, "short_s", lambda: 0.02)
    many = [asked(two_halls, read("A", 1), "k1"), of_other_hall(two_halls, 2), asked(two_halls, read("A", 3), "k3")]

    with held(counter_of(two_halls)):
        answers = numbers.issue_many(many)
        written = (Ticket.objects.count(), IdempotencyKey.objects.count())
    again = numbers.issue_many(many)

    assert [shown(a) for a in answers] == [(503, "busy"), (201, "A001"), (503, "busy")]
    assert written == (2, 1)
    assert [shown(a) for a in again] == [(201, "A002"), (201, "A001"), (201, "A003")]
    assert again[1].body == answers[1].body


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_held_letter_holds_up_no_other_of_its_hall(
    two_halls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 0.05
    many = [asked(two_halls, read("AB"[i % 2], i)) for i in range(2)]

    with held(counter_of(two_halls)):
        monkeypatch.setattr(raw, "short_s", lambda: 0.05)
        answers = numbers.issue_many(many)

    assert [shown(a) for a in answers] == [(503, "busy"), (201, "B001")]
