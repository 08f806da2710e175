"""Writes that are sent twice: the first answer again, and one change only."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from banshi.foundation import answers as first_answers
from banshi.foundation import clock
from banshi.foundation import prepared as statements
from banshi.foundation.crypto import blind_index
from banshi.foundation.models import IdempotencyKey
from banshi.foundation.together import Batches
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.actions import enrol
from banshi.rooms.identity.models import Person
from banshi.rooms.tickets.models import Call, Ticket
from banshi.surfaces.api import bookings
from banshi.surfaces.api import calls as calling
from banshi.surfaces.api.answers import Answer
from tests.surfaces.api.conftest import Calls, booking, person
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, at


def stored(key: str) -> str:
    return blind_index(key, purpose="idempotency-key")


def test_the_same_key_and_body_give_the_first_answer_again(calls: Calls) -> None:
    slot = calls.town.slot()

    first = calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")
    again = calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")

    assert (again.status_code, again.content) == (201, first.content)
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Appointment.objects.count() == 1


def test_a_refusal_is_an_answer_too(calls: Calls) -> None:
    full = calls.town.slot(quota=1, taken=1)

    first = calls("post", "/appointments", "channel", booking(full), Idempotency_Key="k1")
    full.taken = 0
    full.save()
    again = calls("post", "/appointments", "channel", booking(full), Idempotency_Key="k1")

    assert (again.status_code, again.content) == (409, first.content)
    assert again["Content-Type"] == "application/problem+json"
    assert Appointment.objects.count() == 0


def test_the_same_key_with_another_body_is_a_conflict(calls: Calls) -> None:
    slot, other = calls.town.slot(), calls.town.slot(starts=at("2026-03-11 10:00"))
    calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")

    answer = calls("post", "/appointments", "channel", booking(other), Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["type"]) == (409, "idempotency-conflict")
    assert Appointment.objects.count() == 1


def test_keys_of_different_callers_do_not_meet(calls: Calls) -> None:
    slot = calls.town.slot()
    calls("post", "/appointments", "channel", booking(slot, person=person(1)), Idempotency_Key="k1")

    answer = calls("post", "/appointments", "other-channel", booking(slot, person=person(2)), Idempotency_Key="k1")

    assert answer.status_code == 201
    assert Appointment.objects.count() == 2


def test_every_write_takes_a_key(calls: Calls) -> None:
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]
    writes: list[tuple[str, str, str, Any]] = [
        ("post", "/halls/town/tickets", "kiosk", {"category": "A"}),
        ("delete", f"/appointments/{code}", "channel", None),
        ("post", "/windows/town-01/sign-in", "desk", None),
        ("post", "/windows/town-01/calls", "desk", None),
        ("put", "/demo/clock", "demo", {"speed": 0}),
        ("put", "/demo/crowd", "demo", {"on": True, "halls": ["town"]}),
    ]

    for number, (method, path, key, body) in enumerate(writes):
        first = calls(method, path, key, body, Idempotency_Key=f"k{number}")
        again = calls(method, path, key, body, Idempotency_Key=f"k{number}")

        assert (path, again.status_code, again.content) == (path, first.status_code, first.content)
        assert again["Idempotency-Replayed"] == "true"
    assert Ticket.objects.count() == 1


def test_a_key_that_is_no_key_is_invalid(calls: Calls) -> None:
    for key in ("", "with space", "é", "x" * 201):
        answer = calls("post", "/appointments", "channel", booking(calls.town.slot()), Idempotency_Key=key)

        assert (key, answer.status_code, answer.json()["type"]) == (key, 422, "invalid")
        calls.town.hall.slot_set.all().delete()
    assert Appointment.objects.count() == 0


def test_what_broke_is_not_kept_and_can_be_sent_again(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = calls.town.slot()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the printer is on fire")

    with monkeypatch.context() as broken_for_a_while:
        broken_for_a_while.setattr(bookings.booking, "place_many", broken)
        first = calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")
    again = calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")

    assert (first.status_code, first.json()["type"]) == (500, "broken")
    assert first["Content-Type"] == "application/problem+json"
    assert (again.status_code, again.get("Idempotency-Replayed")) == (201, None)


def test_answers_are_kept_for_a_day_of_machine_time(calls: Calls) -> None:
    slot = calls.town.slot()
    calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")
    calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k2")
    IdempotencyKey.objects.filter(key=stored("k1")).update(created_at=clock.wall() - timedelta(hours=24, seconds=1))

    anew = calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")
    IdempotencyKey.objects.filter(key=stored("k1")).update(created_at=clock.wall() - timedelta(hours=25))
    cleaned = first_answers.forget_old(before=clock.wall() - first_answers.KEPT, most=9)

    assert (anew.status_code, anew.json()["type"]) == (409, "limit-half-day")
    assert cleaned == 1
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == [stored("k2")]


def prepared(calls: Calls, body: Any, key: str | None = None, caller: str = "channel") -> bookings.Booking:
    import orjson

    headers = {"authorization": f"Bearer {calls.keys[caller]}", "content-type": "application/json"}
    if key is not None:
        headers["idempotency-key"] = key
    found = bookings.prepare_booking(headers, orjson.dumps(body))
    assert isinstance(found, bookings.Booking), found
    return found


def shown(answer: Answer) -> tuple[int, str | None]:
    import orjson

    content = orjson.loads(answer.body)
    return answer.status, content.get("type")


def test_a_batch_answers_like_one_after_the_other(calls: Calls) -> None:
    last = calls.town.slot(quota=2)
    wrong = {**person(3), "id_number": "not-a-number"}
    asked = [
        prepared(calls, booking(last, person=person(1)), "a"),
        prepared(calls, booking(last, person=person(1)), "a"),  # sent twice
        prepared(calls, booking(last, person=person(2)), "a"),  # same key, other body
        prepared(calls, booking(last, person=wrong)),
        prepared(calls, booking(last, person=person(2)), "b"),
        prepared(calls, booking(last, person=person(4)), "c"),  # no place left
        prepared(calls, booking(last, person=person(1))),  # the same person once more
    ]

    answers = bookings.book_many(asked)
    later = bookings.book_many([asked[0], asked[5]])

    assert [shown(a) for a in answers] == [
        (201, None), (201, None), (409, "idempotency-conflict"), (422, "identity-invalid"), (201, None),
        (409, "slot-full"), (409, "limit-half-day"),
    ]  # fmt: skip
    assert answers[1].body == answers[0].body
    assert [a.body for a in later] == [answers[0].body, answers[5].body]
    assert Appointment.objects.count() == 2


def test_one_that_breaks_takes_nobody_along(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = calls.town.slot()
    place_many = bookings.booking.place_many

    def fussy(asked: Any, **more: Any) -> Any:
        if any(each.note == "boom" for each in asked):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return place_many(asked, **more)

    monkeypatch.setattr(bookings.booking, "place_many", fussy)
    answers = bookings.book_many(
        [
            prepared(calls, booking(slot, person=person(1)), "a"),
            prepared(calls, booking(slot, person=person(2), note="boom"), "b"),
            prepared(calls, booking(slot, person=person(3))),
        ]
    )

    assert [shown(a) for a in answers] == [(201, None), (500, "broken"), (201, None)]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == [stored("a")]


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(
    calls: Calls, django_assert_num_queries: Any
) -> None:
    slot = calls.town.slot(quota=50)
    bookings.book_many([prepared(calls, booking(slot, person=person(100)), "warm")])
    one = [prepared(calls, booking(slot, person=person(1)), "one")]
    many = [prepared(calls, booking(slot, person=person(i)), f"k{i}") for i in range(2, 22)]

    # savepoints of the outer test transaction included
    with django_assert_num_queries(8):
        bookings.book_many(one)
    with django_assert_num_queries(8):
        bookings.book_many(many)


@pytest.mark.parametrize(("key", "trips"), [(None, 2), ("k", 4)])
def test_what_needs_no_answer_goes_with_what_does(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, key: str | None, trips: int
) -> None:
    slot = calls.town.slot(quota=50)
    bookings.book_many([prepared(calls, booking(slot, person=person(100)))])  # hall and item are remembered
    asked = [prepared(calls, booking(slot, person=person(i)), key and f"{key}{i}") for i in range(5)]
    made: list[int] = []
    together_, rows = statements._together, statements.rows

    def counted(many: Any) -> Any:
        made.append(len(many))
        return together_(many)

    def counted_one(sql: str, values: Any) -> Any:
        made.append(1)
        return rows(sql, values)

    monkeypatch.setattr(statements, "_together", counted)
    monkeypatch.setattr(statements, "rows", counted_one)
    answers = bookings.book_many(asked)

    assert [a.status for a in answers] == [201] * 5
    assert len(made) == trips, made


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_whom_somebody_else_enrols_in_the_same_instant_is_the_same_person(
    committed_calls: Calls, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 60
    slot, typed = committed_calls.town.slot(), person(7)
    asked = prepared(committed_calls, booking(slot, person=typed), "k1")

    answers = meanwhile(
        lambda: enrol(name=typed["name"], id_type=typed["id_type"], id_number=typed["id_number"], now=TUESDAY_NINE),
        lambda: bookings.book_many([asked]),
    )

    assert [a.status for a in answers] == [201]
    assert Appointment.objects.get().person_id == Person.objects.latest("id").pk


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_senders_of_one_request_get_one_appointment_and_one_answer(committed_calls: Calls) -> None:
    slot = committed_calls.town.slot(quota=10)

    answers = together(
        20, lambda _: committed_calls("post", "/appointments", "channel", booking(slot), Idempotency_Key="k1")
    )

    assert [a.status_code for a in answers] == [201] * 20
    assert len({a.content for a in answers}) == 1
    assert Appointment.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_senders_of_one_ticket_get_one_number(committed_calls: Calls) -> None:
    answers = together(
        20,
        lambda _: committed_calls("post", "/halls/town/tickets", "kiosk", {"category": "A"}, Idempotency_Key="k1"),
    )

    assert [a.status_code for a in answers] == [201] * 20
    assert {a.json()["number"] for a in answers} == {"A001"}
    assert Ticket.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_gathered_bookings_of_a_rush_fill_the_slot_exactly(committed_calls: Calls) -> None:
    slot = committed_calls.town.slot(quota=7)
    asked = [prepared(committed_calls, booking(slot, person=person(i)), f"k{i}") for i in range(30)]

    batches: Batches[bookings.Booking, Answer] = Batches(bookings.book_many, "rush")

    async def everybody() -> list[Answer]:
        return await asyncio.gather(*(batches.ask(one) for one in asked))

    answers = asyncio.run(everybody())
    batches.close()

    assert sorted(a.status for a in answers) == [201] * 7 + [409] * 23
    assert Appointment.objects.filter(state="booked").count() == 7


def test_a_deadlock_the_database_broke_is_tried_again(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    slot = calls.town.slot()
    place_many, tries = bookings.booking.place_many, []

    def meeting(asked: Any, **more: Any) -> Any:
        tries.append(len(asked))
        if len(tries) < 3:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = '40P01'; END $$")
        return place_many(asked, **more)

    monkeypatch.setattr(bookings.booking, "place_many", meeting)
    answers = bookings.book_many([prepared(calls, booking(slot, person=person(i)), f"k{i}") for i in range(2)])

    assert [a.status for a in answers] == [201, 201]
    assert tries == [2, 2, 2]


def test_an_answer_given_again_names_nobody_who_is_not_at_the_window_any_more(calls: Calls) -> None:
    ticket = {"category": "A", "person": person(3)}
    calls("post", "/halls/town/tickets", "kiosk", ticket)
    calls("post", "/windows/town-01/sign-in", "desk")

    first = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key="k1").json()
    while_there = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key="k1").json()
    calls("post", f"/tickets/{first['id']}/start", "desk")
    calls("post", f"/tickets/{first['id']}/finish", "desk")
    afterwards = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key="k1").json()

    assert first["person"]["name"] == person(3)["name"]
    assert while_there == first
    assert afterwards == {**first, "person": None}


def test_a_call_with_a_key_holds_up_none_beside_it(calls: Calls) -> None:
    for _ in range(3):
        calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})
    calls("post", "/windows/town-01/sign-in", "desk")
    calls("post", "/windows/town-02/sign-in", "second-desk")

    def asked(window: str, key: str, **once: str) -> calling.Calling:
        found = calling.prepare_call({"authorization": f"Bearer {calls.keys[key]}", **once}, b"", window=window)
        assert isinstance(found, calling.Calling)
        return found

    keyed = asked("town-01", "desk", **{"idempotency-key": "k1"})
    answers = calling.call_many([keyed, asked("town-02", "second-desk"), keyed, asked("town-01", "desk")])

    assert [each.status for each in answers] == [409, 201, 409, 201]  # those without a key go together, and first
    assert json.loads(answers[0].body)["type"] == "window-busy"
    assert answers[2].headers["Idempotency-Replayed"] == "true"
    assert Call.objects.count() == 2


def test_a_call_that_breaks_under_its_key_leaves_nothing_and_goes_the_next_time(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})
    calls("post", "/windows/town-01/sign-in", "desk")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the bell fell off")

    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(calling, "shown_called", broken)
        first = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key="k1")
    again = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key="k1")

    assert (first.status_code, first.json()["type"]) == (500, "broken")
    assert (again.status_code, again.get("Idempotency-Replayed"), Call.objects.count()) == (201, None, 1)
