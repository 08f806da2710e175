"""A machine waits for its orders in the event loop: it hears of one at once, takes no thread, and gets none when it has gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.rooms.devices import actions
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device, DeviceOrder
from tests.asgi import Reply, asked, scope_of
from tests.doors.conftest import Asgi
from tests.town import TUESDAY_NINE, Town

pytestmark = [pytest.mark.race]


@pytest.fixture
def machine(committed_town: Town) -> Device:
    return Device.objects.create(hall=committed_town.hall, code="k-1", kind="kiosk", name="一号机")


@pytest.fixture
def key(machine: Device) -> str:
    secret = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    return actions.enrol(code="k-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)


def give(machine: Device) -> None:
    from django.db import connections

    orders.give(
        device=machine, key="t-1", kind="show", body={"lines": []}, by=SYSTEM, at=clock.wall(), now=TUESDAY_NINE
    )
    connections.close_all()


def waiting(asgi: Asgi, key: str, *, gone: asyncio.Event | None = None) -> Any:
    """A request that waits; it goes away when `gone` is set."""
    scope = scope_of("GET", "/api/v1/devices/k-1/orders?wait=25", {"Authorization": f"Bearer {key}"})
    if gone is None:
        return asked(asgi.app, scope, [{"type": "http.request", "body": b"", "more_body": False}])

    async def leaving() -> Reply:
        first = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in first:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        reply = Reply()

        async def send(message: dict[str, Any]) -> None:
            reply.status = message.get("status", reply.status)

        await asgi.app(scope, receive, send)
        return reply

    return leaving()


async def until(seen: Any) -> None:
    while not seen():
        await asyncio.sleep(0.01)


def stayed(asgi: Asgi) -> Any:
    """Whether the machine's request waits: its first answer was that there is nothing, and no thread works for it."""
    return lambda: (
        len(asgi.app.hub.orders._waiting.get("k-1", ())) == 1
        and asgi.app.pages.free._value == asgi.app.pages.threads._max_workers
    )


def test_it_hears_of_an_order_when_it_is_given(asgi: Asgi, machine: Device, key: str) -> None:
    async def story() -> Reply:
        hub = await asgi.app._hub()
        await hub.listening.wait()
        request = asyncio.create_task(waiting(asgi, key))
        await until(stayed(asgi))
        await asyncio.to_thread(give, machine)
        reply: Reply = await request
        assert [*hub.orders] == []
        return reply

    reply = asgi.loop.run_until_complete(asyncio.wait_for(story(), 60))

    assert (reply.status, [each["key"] for each in reply.json()["data"]]) == (200, ["t-1"])
    assert "banshi-may-wait" not in reply.headers


def test_a_machine_that_has_gone_is_handed_nothing(asgi: Asgi, machine: Device, key: str) -> None:
    async def story() -> Reply:
        hub, gone = await asgi.app._hub(), asyncio.Event()
        await hub.listening.wait()
        request = asyncio.create_task(waiting(asgi, key, gone=gone))
        await until(stayed(asgi))
        gone.set()
        reply: Reply = await request
        await asyncio.to_thread(give, machine)
        return reply

    reply = asgi.loop.run_until_complete(asyncio.wait_for(story(), 60))

    assert (reply.status, DeviceOrder.objects.get().state) == (0, "waiting")


def test_when_the_server_stops_nobody_is_kept(asgi: Asgi, machine: Device, key: str) -> None:
    async def story() -> Reply:
        hub = await asgi.app._hub()
        await hub.listening.wait()
        request = asyncio.create_task(waiting(asgi, key))
        await until(stayed(asgi))
        hub.orders.moved(hub.orders)  # as `stop` does, and a line to the database that was lost
        reply: Reply = await request
        return reply

    reply = asgi.loop.run_until_complete(asyncio.wait_for(story(), 60))

    assert (reply.status, reply.json()["data"]) == (200, [])


def test_who_may_not_ask_does_not_wait(asgi: Asgi, machine: Device) -> None:
    reply = asgi.loop.run_until_complete(asyncio.wait_for(waiting(asgi, "bs_kiosk_guessed"), 60))

    assert reply.status == 401
