"""SSE doors: `/live/halls/{hall}`, `/live/tickets/{ref}` and, for an appointment's page, `/live/bookings/{code}.{signature}`.

A hall's stream carries what its wall shows – numbers, counts, masked names – and is public like the wall. A ticket's stream
is opened by its unguessable ref, an appointment's by what its page was given; it says that the appointment has changed, and not
how. A key sent along must be valid, and reach the hall, for as long as the stream is open.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Generator
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from django.utils import translation

from banshi.foundation.crypto import LIVE_BOOKING, signed_ok
from banshi.foundation.problem import problem
from banshi.foundation.trouble import slug_of
from banshi.kernel.refusals import SLUGS, Refusal, Refused
from banshi.live.hub import Hub, Watcher
from banshi.rooms.booking import queries as bookings
from banshi.rooms.tickets import queries as tickets

log = structlog.get_logger("banshi.live")
HALL = re.compile(r"/live/halls/([a-z0-9-]{1,40})/?")
TICKET = re.compile(r"/live/tickets/([A-Za-z0-9]{1,32})/?")
BOOKING = re.compile(r"/live/bookings/([A-Z0-9]{1,20})\.([A-Z0-9]{12,40})/?")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def serve(scope: dict[str, Any], receive: Any, send: Any, hub: Hub) -> None:
    """Answer one `/live/…` request; keeps the stream open until the client or the server goes."""
    headers = {k.lower(): v for k, v in scope["headers"]}
    try:
        if scope["method"] != "GET":
            raise Refused("nothing-found")
        key = headers[b"authorization"].decode("latin-1") if b"authorization" in headers else None
        path = scope["path"]
        if found := HALL.fullmatch(path):
            await _admit(hub, key, "hall_live", found[1])
            watcher = await hub.watch(found[1], None, key=key or "", operation="hall_live")
        elif found := TICKET.fullmatch(path):
            hall = await hub.run(lambda: tickets.hall_code_of(found[1]))
            await _admit(hub, key, "get_ticket", hall)
            watcher = await hub.watch(hall, found[1], key=key or "", operation="get_ticket")
        elif (given := BOOKING.fullmatch(path)) and signed_ok(given[1], given[2], purpose=LIVE_BOOKING):
            code = given[1]
            hall = await hub.run(lambda: bookings.hall_code_of(code))
            await _admit(hub, key, "hall_live", hall)
            about = f"appointment:{code}"
            watcher = await hub.watch(hall, None, booking=about, key=key or "", operation="hall_live")
        else:
            raise Refused("nothing-found")
    except Refused as refused:
        said = headers.get(b"accept-language", b"").decode("latin-1")
        refusal = refused.refusal
        try:
            body = await hub.run(lambda: _words(refusal, said))
        except Exception as trouble:
            await _fail(send, slug_of(trouble))
        else:
            await _refuse(send, refusal, body)
        return
    except Exception as trouble:
        await _fail(send, slug_of(trouble))
        return
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _stream(watcher, receive, send, hub)
    finally:
        hub.unwatch(watcher)


async def _stream(watcher: Watcher, receive: Any, send: Any, hub: Hub) -> None:
    await send(_part(b"retry: 2000\n\n"))
    gone = asyncio.create_task(until_gone(receive))
    gone.add_done_callback(lambda _task: watcher.wake.set())
    mouth = _Mouth(watcher, send)
    watcher.say = mouth.say
    try:
        while not (gone.done() or watcher.ended or hub.closing.is_set()):
            await mouth.silence()
            if gone.done() or watcher.ended or hub.closing.is_set():
                break
            await mouth.go_on()
        with contextlib.suppress(Exception):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        watcher.say = None
        gone.cancel()


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


class _Mouth:
    """Says what a watcher is to hear: at once, where the server takes it without waiting, as it nearly always does; else, and
    where nothing was said for long, in the stream's own task. One of both speaks at a time."""

    def __init__(self, watcher: Watcher, send: Any) -> None:
        self.watcher = watcher
        self.send = send
        self.silent = False  # the stream's task waits to be woken
        self.begun: _Begun | None = None  # was to be said at once, and is not sent yet

    def say(self) -> bool:
        """False where the stream's task is to be woken. Raises nothing: what broke, breaks the stream and nobody else's."""
        if not self.silent or self.begun or self.watcher.wake.is_set():
            return False
        if body := self.watcher.words():
            self.begun = _Begun(self._send(body))
            if self.begun.over:
                self.begun = None
        return self.begun is None

    async def silence(self) -> None:
        """Until the stream's task is woken."""
        self.silent = True
        try:
            await self.watcher.wake.wait()
        finally:
            self.silent = False
        self.watcher.wake.clear()

    async def go_on(self) -> None:
        begun, self.begun = self.begun, None
        if begun is not None:
            await begun
        else:
            await self._send(self.watcher.words() or b"event: ping\ndata: {}\n\n")

    async def _send(self, body: bytes) -> None:
        await self.send(_part(body))


class _Begun:
    """Something awaitable, begun without a task as far as it goes without waiting. Awaiting this ends it, with what it raises.

    :ivar over: it is ended, and raised nothing.
    """

    def __init__(self, act: Awaitable[None]) -> None:
        self.over = False
        self._trouble: Exception | None = None
        self._steps = act.__await__()
        self._waits_for: Any = None
        try:
            self._waits_for = next(self._steps)
        except StopIteration:
            self.over = True
        except Exception as trouble:
            self._trouble = trouble

    def __await__(self) -> Generator[Any, Any, None]:
        if self._trouble is not None:
            raise self._trouble
        if not self.over:
            yield self._waits_for
            yield from self._steps


async def until_gone(receive: Any) -> None:
    """Until whoever asked has gone; a request without a body may be awaited from its beginning."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return


async def _admit(hub: Hub, key: str | None, operation: str, hall: str) -> None:
    """Walls and slips open a stream without a key; who sends one is held to it. :raises Refused."""
    if key is not None:
        await hub.run(lambda: hub.admit(key, operation, hall))


async def _fail(send: Any, slug: str) -> None:
    """The stream cannot begin: 503 where the database is away, so that the browser comes back by itself."""
    log.error("a stream did not begin", exc_info=slug == "broken", slug=slug)
    status = 500 if slug == "broken" else 503
    body = orjson.dumps({"type": slug, "title": slug, "status": status})
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _words(refusal: Refusal, language: str) -> bytes:
    """The refusal as a problem document. Not in the event loop: halls are named from the database."""
    with translation.override("en" if language.lower().startswith("en") else "zh-hans"):
        return orjson.dumps(problem(refusal, ZoneInfo("Asia/Shanghai")), default=str)


async def _refuse(send: Any, refusal: Refusal, body: bytes) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "http.response.start", "status": SLUGS[refusal.slug], "headers": headers})
    await send({"type": "http.response.body", "body": body})
