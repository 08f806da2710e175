"""Rows that somebody keeps locked hold up those who need them, for a while; everybody else's booking goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import pytest
from django.db import connection

from banshi.foundation.models import IdempotencyKey
from banshi.foundation.together import Aside, PartingBatches
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.actions import enrol
from banshi.rooms.places.models import Category, Hall
from banshi.surfaces.api import bookings, raw
from banshi.surfaces.api.answers import Answer
from tests.surfaces.api.conftest import Calls, booking, person
from tests.together import held
from tests.town import TUESDAY_NINE, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
Batches = PartingBatches[bookings.Booking, Answer]


def lock(*slots: Slot) -> Callable[[], Any]:
    return lambda: list(Slot.objects.select_for_update().filter(id__in=[s.pk for s in slots]).order_by("id"))


def waits(monkeypatch: pytest.MonkeyPatch, settings: Any, *, short: float, patient: float) -> None:
    settings.BANSHI_BOOKING_LOCK_S = patient
    monkeypatch.setattr(raw, "short_s", lambda: short)


@pytest.fixture
def calls(committed_calls: Calls) -> Calls:
    """The other hall handles the matter too."""
    town = committed_calls.town
    category = Category.objects.create(hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Pensions")
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=category)
    return committed_calls


def prepared(calls: Calls, body: dict[str, Any], key: str | None = None) -> bookings.Booking:
    headers = {"authorization": f"Bearer {calls.keys['channel']}", "content-type": "application/json"}
    if key is not None:
        headers["idempotency-key"] = key
    found = bookings.prepare_booking(headers, orjson.dumps(body))
    assert isinstance(found, bookings.Booking), found
    return found


def with_batches(act: Callable[[Batches], Awaitable[Any]]) -> Any:
    batches = Batches(bookings.book_quickly, bookings.book_many, "held")

    async def run() -> Any:
        return await act(batches)

    try:
        return asyncio.run(run())
    finally:
        batches.close()


def test_the_other_halls_book_while_the_rows_of_one_are_held(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    waits(monkeypatch, settings, short=0.05, patient=60)
    here, there = calls.town.slot(quota=9), calls.town.slot(hall=calls.town.other_hall)
    stuck = [prepared(calls, booking(here, person=person(i)), f"k{i}") for i in range(3)]
    others = [prepared(calls, booking(there, person=person(10 + i)), f"k{i + 10}") for i in range(3)]
    release = threading.Event()

    async def everybody(batches: Batches) -> tuple[list[Answer], int, list[Answer]]:
        waiting = [asyncio.ensure_future(batches.ask(one)) for one in stuck]
        went_on = [await batches.ask(one) for one in others]
        undone = sum(not each.done() for each in waiting)
        release.set()
        return went_on, undone, await asyncio.gather(*waiting)

    def hold() -> None:
        with held(lock(here)):
            locked.set()
            release.wait(timeout=130)

    locked = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(timeout=60)
    went_on, undone, at_last = with_batches(everybody)
    holder.join(timeout=60)

    assert [a.status for a in went_on] == [201] * 3
    assert undone == 3
    assert [a.status for a in at_last] == [201] * 3
    assert Slot.objects.get(pk=here.pk).taken == Slot.objects.get(pk=there.pk).taken == 3
    assert Appointment.objects.count() == 6


def test_whose_rows_are_held_all_the_time_is_told_so_and_nothing_is_done(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    waits(monkeypatch, settings, short=0.02, patient=0.05)
    here, there = calls.town.slot(), calls.town.slot(hall=calls.town.other_hall)
    asked = [
        prepared(calls, booking(here, person=person(1)), "k1"),
        prepared(calls, booking(there, person=person(2)), "k2"),
        prepared(calls, booking(here, person=person(3))),
    ]

    async def everybody(batches: Batches) -> list[Answer]:
        return await asyncio.gather(*(batches.ask(one) for one in asked))

    with held(lock(here)):
        answers = with_batches(everybody)
        written = (Appointment.objects.count(), IdempotencyKey.objects.count())
    again = with_batches(everybody)

    assert [a.status for a in answers] == [503, 201, 503]
    assert orjson.loads(answers[0].body)["type"] == "busy"
    assert answers[0].headers["Retry-After"]
    assert written == (1, 1)
    assert [a.status for a in again] == [201, 201, 201]
    assert again[1].body == answers[1].body
    assert Appointment.objects.count() == 3


def test_a_held_period_holds_up_no_other_of_its_hall(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    waits(monkeypatch, settings, short=30, patient=0.05)
    nine, ten = calls.town.slot(), calls.town.slot(starts=at("2026-03-11 10:00"))
    asked = [prepared(calls, booking(slot, person=person(i))) for i, slot in enumerate((nine, ten, nine, ten))]

    with held(lock(nine)):
        answers = bookings.book_many(asked)

    assert [a.status for a in answers] == [503, 201, 503, 201]


def test_a_held_person_holds_up_nobody_else(calls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    waits(monkeypatch, settings, short=0.05, patient=0.1)
    slot = calls.town.slot(quota=9)
    asked = [prepared(calls, booking(slot, person=person(i))) for i in range(4)]

    def enrolling() -> None:
        typed = person(2)
        enrol(name=typed["name"], id_type=typed["id_type"], id_number=typed["id_number"], now=TUESDAY_NINE)

    with held(enrolling):
        answers = bookings.book_many(asked)

    assert [a.status for a in answers] == [201, 201, 503, 201]


def test_a_hall_that_is_locked_itself_holds_up_no_other(
    calls: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    waits(monkeypatch, settings, short=0.05, patient=0.05)
    here, there = calls.town.slot(), calls.town.slot(hall=calls.town.other_hall)
    asked = [prepared(calls, booking(slot, person=person(i))) for i, slot in enumerate((here, there, here))]

    with held(lambda: Hall.objects.select_for_update().get(code="town")):
        answers = bookings.book_quickly(asked, frozenset())
        known = bookings.book_quickly(asked, frozenset({"town"}))

    assert answers[0] == answers[2] == Aside("town")
    assert isinstance(answers[1], Answer)
    assert answers[1].status == 201
    assert known[0] == known[2] == Aside("town")


def test_what_is_set_aside_is_done_beside_the_rest_and_then_with_it_again() -> None:
    free, seen = threading.Event(), []

    def quick(items: Sequence[str], aside: frozenset[str]) -> list[str | Aside]:
        seen.append((tuple(items), sorted(aside)))
        return [Aside("held") if item.startswith("held") and not free.is_set() else item for item in items]

    def patient(items: Sequence[str]) -> list[str]:
        free.wait(timeout=60)
        return [f"{item} at last" for item in items]

    async def run() -> list[str]:
        held_up = asyncio.ensure_future(batches.ask("held 1"))
        rest = await batches.ask("a")
        more = asyncio.ensure_future(batches.ask("held 2"))
        rest += await batches.ask("b")
        assert not held_up.done()
        free.set()
        late = await asyncio.gather(held_up, more)
        return [rest, *late, await batches.ask("held 3")]

    batches: PartingBatches[str, str] = PartingBatches(quick, patient, "parting")
    answers = asyncio.run(run())
    batches.close()

    assert answers == ["ab", "held 1 at last", "held 2 at last", "held 3"]
    assert [aside for _, aside in seen] == [[], ["held"], []]
    assert seen[-1][0] == ("held 3",)


def test_a_connection_that_broke_since_the_last_batch_is_opened_anew(calls: Calls) -> None:
    slot = calls.town.slot(quota=9)
    asked = [prepared(calls, booking(slot, person=person(i)), f"k{i}") for i in range(2)]

    def end(batches: Batches) -> None:
        """End the connection of the batches' thread."""

        def own() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                return int(cursor.fetchone()[0])

        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 60000)", [batches.thread.submit(own).result()])
        finally:
            connection.close()

    async def one_after_the_other(batches: Batches) -> list[int]:
        first = await batches.ask(asked[0])
        await asyncio.to_thread(end, batches)
        return [first.status, (await batches.ask(asked[1])).status]

    assert with_batches(one_after_the_other) == [201, 201]
    assert Appointment.objects.count() == 2
