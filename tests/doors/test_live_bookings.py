"""The open page of an appointment hears at once that it is checked in, moved or cancelled, and nothing of anybody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from banshi.foundation.crypto import link_key, sign
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from tests.doors.conftest import Asgi, scope_of
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

TURN = b"event: booking\ndata: {}"


def booked(town: Town, person: int) -> Appointment:
    slot = town.slot(quota=3, starts=at(f"2026-03-11 {8 + person:02d}:00"))
    return booking.place(
        slot_id=slot.pk,
        item_code="pension",
        person_id=town.person(person).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )


def stream(row: Appointment) -> str:
    return f"/live/bookings/{row.code}.{sign(row.code, purpose='live-booking')}"


@pytest.mark.race
@pytest.mark.parametrize("happens", ["checked in", "moved", "cancelled"])
def test_its_own_page_is_told_and_no_other(asgi: Asgi, committed_town: Town, happens: str) -> None:
    mine, other = booked(committed_town, 1), booked(committed_town, 2)
    later = committed_town.slot(starts=at("2026-03-12 09:00"))
    said: dict[str, bytes] = {mine.code: b"", other.code: b""}
    began: dict[str, asyncio.Event] = {}

    def happen() -> None:
        from django.db import connections

        if happens == "checked in":
            booking.mark_checked_in(appointment_id=mine.pk, now=TUESDAY_NINE)
        elif happens == "moved":
            booking.move(code=mine.code, slot_id=later.pk, by=CITIZEN, now=TUESDAY_NINE)
        else:
            booking.cancel(code=mine.code, by=CITIZEN, now=TUESDAY_NINE)
        connections.close_all()

    async def watch(row: Appointment, turned: asyncio.Event) -> None:
        async def send(message: dict[str, Any]) -> None:
            said[row.code] += message.get("body", b"")
            if b"event: state" in said[row.code]:
                began[row.code].set()
            if TURN in said[row.code]:
                turned.set()

        await asgi.app(scope_of("GET", stream(row), {}), asyncio.Event().wait, send)

    async def story() -> None:
        hub = await asgi.app._hub()
        turned = asyncio.Event()
        began.update({row.code: asyncio.Event() for row in (mine, other)})
        streams = [asyncio.create_task(watch(row, turned)) for row in (mine, other)]
        waits = [hub.listening.wait(), *(each.wait() for each in began.values())]
        await asyncio.wait_for(asyncio.gather(*waits), 20)
        await asyncio.to_thread(happen)
        await asyncio.wait_for(turned.wait(), 20)
        for each in streams:
            each.cancel()

    asgi.loop.run_until_complete(story())

    assert (said[mine.code].count(TURN), said[other.code].count(TURN)) == (1, 0)
    assert mine.code.encode() not in said[other.code] + said[mine.code]


@pytest.mark.race
@pytest.mark.parametrize("key", ["", "AAAAAAAAAAAA", "link"])
def test_without_what_its_page_was_given_there_is_no_stream(asgi: Asgi, committed_town: Town, key: str) -> None:
    row = booked(committed_town, 1)
    key = link_key(row.code) if key == "link" else key

    answers = [asgi("get", path) for path in (f"/live/bookings/{row.code}.{key}", f"/live/bookings/{row.code}")]

    assert [each.status for each in answers] == [404, 404]
