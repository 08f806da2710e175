"""A call's socket: `/live/remote/{ref}.{ticket}` for one side of it, `/live/remote/hall-{hall}.{ticket}` for a seat that waits.

In: what browsers tell each other, `{"kind": "offer" | "answer" | "candidate" | "bye" | "pointer", "body": {…}}`. Out: what is new
since the numbers in the address (`?said=12&signal=30`): the call's state, what was said, what the other browser tells.
Everything is in the database first: the socket only carries hints, so each web process may have either side, and who lost the
line goes on where they were. A ticket opens the socket for a minute and the socket stays for ten: whoever is there still
fetches another, and is asked anew who they are.

Codes at the end: 4400 not understood, 4401 another ticket is needed, 4403 no longer yours, 4410 the call is over,
4429 too much at once, 1009 too large, 1001 the server goes, 1011 it is broken.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import structlog
from django.conf import settings
from django.http.request import validate_host

from banshi.foundation import clock
from banshi.frames import remote_call
from banshi.frames.remote_call import SIGNALS, Side
from banshi.kernel.refusals import Refused
from banshi.live.hub import Hub

log = structlog.get_logger("banshi.live")
PATH = re.compile(r"/live/remote/((?:hall-)?[A-Za-z0-9-]{1,45})\.([A-Za-z0-9-]{10,80})/?")
MOST = 32 * 1024  # bytes a message; an offer of a browser with all it can do has 8 KiB
BURST, A_SECOND = 60, 10  # messages: a call begins with dozens of candidates
LIFE_S = 600.0
QUIET_S = 10.0  # then it says where it stands in the line, or that it is there
SEND_S = 20.0  # who reads nothing for so long has gone
AT_ONCE = (
    8  # sockets of one call or hall and side in one process: a page that was opened anew leaves the old one for a while
)
MOST_HALL = 200
NOT_UNDERSTOOD, OTHER_TICKET, NOT_YOURS, OVER, TOO_MUCH = 4400, 4401, 4403, 4410, 4429
TOO_LARGE, GOES, BROKEN = 1009, 1001, 1011
PING = b'{"kind":"ping"}'


async def serve(scope: dict[str, Any], receive: Any, send: Any, hub: Hub) -> None:
    """One socket, from its handshake to its end."""
    if (await receive())["type"] != "websocket.connect":
        return
    found = PATH.fullmatch(scope["path"])
    if found is None or not own_origin(scope):  # of a stranger's page nothing is opened: it answers 403
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "websocket.accept"})
    code = await Socket(hub, found[1], send, receive).talk(found[2], scope["query_string"])
    if code is not None:
        with contextlib.suppress(Exception):
            await send({"type": "websocket.close", "code": code})


def own_origin(scope: dict[str, Any]) -> bool:
    """Whether the page that opens it is one of ours: a browser sends cookies along with a stranger's, too, and its origin."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    try:
        origin = urlsplit(headers.get(b"origin", ""))
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if origin.scheme not in ("http", "https") or not validate_host(name, settings.ALLOWED_HOSTS):
        return False
    return _bare(origin.netloc, origin.scheme) == _bare(host, origin.scheme)


def _bare(netloc: str, scheme: str) -> str:
    return netloc.lower().removesuffix(":443" if scheme == "https" else ":80")


@dataclass(eq=False)
class Socket:
    """One open socket. `subject`: the call's ref, or `hall-` and a hall's code."""

    hub: Hub
    subject: str
    send: Any
    receive: Any
    since: remote_call.Since = field(default_factory=remote_call.Since)
    shown: bytes = b""
    state: dict[str, Any] = field(default_factory=dict)
    waits: tuple[int, int] | None = None
    spare: float = BURST
    heard_at: float = 0.0

    async def talk(self, ticket: str, query: bytes) -> int | None:
        """The code it ends with; None where the other end has gone."""
        side = remote_call.side_of(self.subject, ticket, at=clock.wall())
        if side is None:
            return OTHER_TICKET
        self.since = _since(query)
        self.heard_at = clock.monotonic()
        with self.hub.news_of(f"{side.name}:{self.subject}", self.subject) as (news, others):
            if others >= (MOST_HALL if side.name == "hall" else AT_ONCE):
                return TOO_MUCH
            hears = asyncio.create_task(self._hear(side))
            try:
                return await self._tell(side, news, hears)
            except Refused as no:
                return _code_of(no)
            except TimeoutError:
                return None
            except Exception:
                log.exception("a call's socket broke")
                return BROKEN
            finally:
                hears.cancel()

    async def _tell(self, side: Side, news: asyncio.Event, hears: asyncio.Task[int | None]) -> int | None:
        ends_at = clock.monotonic() + LIFE_S
        hears.add_done_callback(lambda _task: news.set())
        news.set()
        while not (hears.done() or self.hub.closing.is_set()):
            moved = news.is_set()
            news.clear()
            if not (moved or await self._say_place()):
                moved = True
            if moved and await self._say_news(side):
                return OVER
            left = ends_at - clock.monotonic()
            if left <= 0:
                return OTHER_TICKET
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), min(QUIET_S, left))
        return hears.result() if hears.done() else GOES

    async def _say_news(self, side: Side) -> bool:
        """Say what is new, or that one is there. True: the call is over."""
        since, subject = self.since, self.subject
        told = await self.hub.run_calls(lambda: remote_call.news(subject, side, since, now=clock.now()))
        self.since, self.waits = told.since, told.waits
        await self._say(told.state, told.lines)
        return bool(told.over)

    async def _say_place(self) -> bool:
        """Nothing was told of this call for a while: where it stands by now, from the hall's line as all its sockets share it, or
        that one is there. False: it is in that line no more."""
        if self.waits is None:
            await self._say(self.state, [])
            return True
        hall, session = self.waits
        place = (await self.hub.standing(hall)).of(session)
        if place is None:
            return False
        await self._say({**self.state, **remote_call.place_part(place)}, [])
        return True

    async def _say(self, state: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
        self.state = state
        said = orjson.dumps({"kind": "state", **state})
        parts = [orjson.dumps(each) for each in lines]
        if said != self.shown:
            self.shown = said
            parts.insert(0, said)
        for part in parts or [PING]:
            await asyncio.wait_for(self.send({"type": "websocket.send", "text": part.decode()}), SEND_S)

    async def _hear(self, side: Side) -> int | None:
        """Until the other end goes (None), or must."""
        while True:
            message = await self.receive()
            if message["type"] != "websocket.receive":
                return None
            text = message.get("text")
            if text is None:
                return NOT_UNDERSTOOD
            if len(text) > MOST or len(text.encode()) > MOST:
                return TOO_LARGE
            if not self._may():
                return TOO_MUCH
            signal = _signal(text)
            if signal is None or side.name == "hall":
                return NOT_UNDERSTOOD
            kind, body = signal
            if kind == "here":
                continue
            subject = self.subject
            try:
                await self.hub.run_calls(lambda: remote_call.signal(subject, side, kind, body, now=clock.now()))  # noqa: B023
            except Refused as no:
                return _code_of(no)
            except Exception:
                log.exception("what a browser told another was not kept")
                return BROKEN

    def _may(self) -> bool:
        at = clock.monotonic()
        self.spare = min(BURST, self.spare + (at - self.heard_at) * A_SECOND) - 1
        self.heard_at = at
        return self.spare >= 0


def _signal(text: str) -> tuple[str, str] | None:
    """Kind and body, the body as JSON; None where it is none of ours. `here` only keeps the line open."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict) or told.get("kind") not in (*SIGNALS, "here"):
        return None
    body = told.get("body", {})
    if not isinstance(body, dict) or "\\u0000" in text:
        return None
    return str(told["kind"]), orjson.dumps(body).decode()


def _since(query: bytes) -> remote_call.Since:
    asked = parse_qs(query.decode("latin-1"))
    return remote_call.Since(**{name: _number(asked.get(name, ["0"])[-1]) for name in ("said", "signal")})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _code_of(no: Refused) -> int:
    return NOT_YOURS if no.slug in ("not-allowed", "not-your-hall", "nothing-found") else OVER
