"""One port, one program: `/live/…` streams here; everything else is Django's WSGI application in a thread pool.

What reaches a thread is complete and bounded: the body was read in the event loop (config/bodies.py), the client's address
is the real one, and nobody waits for ever – neither for a thread nor for the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")
os.environ.setdefault("BANSHI_PROCESS", "web")  # how long it waits for the database

from banshi.config.wsgi import application  # sets Django up: rooms can be imported only after it

# isort: split
import orjson
import structlog
from django.conf import settings
from django.urls import get_resolver

from banshi.config.bodies import Bodies, NoBody
from banshi.config.bridge import Bridge, Busy, Headers
from banshi.config.lanes import Lanes, sent
from banshi.config.plain import plain
from banshi.foundation.heap import settle
from banshi.kernel.addresses import client_address
from banshi.live import app as live
from banshi.live import calls
from banshi.live.hub import Hub
from banshi.surfaces.api import keys
from banshi.surfaces.api.answers import Answer
from banshi.surfaces.api.device_orders import MAY_WAIT, ORDERS_PATH

# The default of 5 ms makes a thread that comes back from the database wait behind each busy one.
sys.setswitchinterval(0.001)
THREADS = int(os.environ.get("BANSHI_THREADS", "12"))
QUICK_THREADS = 2
MOST_ADDRESS = 16 * 1024  # bytes of path and query; the longest of ours carry a form's choices
PROBES = {
    "/readyz": {"status": "not ready", "database": "silent"},
    "/healthz": {"status": "down", "web": "ok", "database": "silent", "jobs": "unknown", "duties": {}},
}
log = structlog.get_logger("banshi.http")


class App:
    """The ASGI application granian serves."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self.lanes = Lanes()
        self.bodies = Bodies()
        patience_s = settings.BANSHI_THREAD_PATIENCE_S
        self.pages = Bridge(application, threads=THREADS, patience_s=patience_s, name="pages")
        # What must answer while all pages wait for the database: files, and whether we are well.
        self.quick = Bridge(application, threads=QUICK_THREADS, patience_s=patience_s, name="quick")
        self.probes = Bridge(application, threads=1, patience_s=patience_s, name="probes")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._http({**scope, "client": _client(scope)}, receive, send)

    async def _http(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if len(scope["path"]) + len(scope["query_string"]) > MOST_ADDRESS:  # nobody takes it apart first
            await _say("address-too-long", scope, send)
            return
        if scope["path"].startswith("/live/"):
            await live.serve(scope, receive, send, await self._hub())
            return
        try:
            body = await self.bodies.read(scope, receive)
        except NoBody as none:
            with contextlib.suppress(Exception):  # nobody may be there any more; who closed their half still listens
                await _say(none.slug, scope, send)
            return
        if (lane := self.lanes.route(scope)) is not None:
            await self.lanes.serve(lane, scope, body, send)
        elif scope["method"] == "GET" and (machine := ORDERS_PATH.fullmatch(scope["path"])) is not None:
            await self._orders(machine[1], scope, body, receive, send)
        else:
            await self._page(scope, body, send)

    async def _socket(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if len(scope["path"]) + len(scope["query_string"]) > MOST_ADDRESS:
            await send({"type": "websocket.close", "code": 1008})
        else:
            await calls.serve(scope, receive, send, await self._hub())

    async def _orders(self, machine: str, scope: dict[str, Any], body: bytes, receive: Any, send: Any) -> None:
        """A machine asks for its orders. Where there is none it waits here, in no thread, and is asked for again when one was
        given – unless it has gone: what is handed to nobody would never come out."""
        hub = await self._hub()
        with hub.orders.of(machine) as news:
            said = await self._answered(scope, body, send)
            if said is not None and (wait_s := _may_wait(said[1])):
                if not await _nobody_left(news, receive, wait_s):
                    return
                said = await self._answered(scope, body, send)
        if said is not None:
            status, headers, content = said
            await _tell(send, status, [(name, value) for name, value in headers if name != _MAY_WAIT], content)

    async def _page(self, scope: dict[str, Any], body: bytes, send: Any) -> None:
        said = await self._answered(scope, body, send)
        if said is not None:
            await _tell(send, *said)

    async def _answered(self, scope: dict[str, Any], body: bytes, send: Any) -> tuple[int, Headers, bytes] | None:
        """What Django answers; None where it could not, which whoever asked was told."""
        quick = scope["path"].startswith(settings.STATIC_URL) or scope["path"] == "/livez"
        try:
            if scope["path"] in PROBES:
                return await self._probe(scope, body)
            return await (self.quick if quick else self.pages).answer(scope, body)
        except Busy:
            log.warning("no thread became free")
            await _say("busy", scope, send)
        except Exception:
            log.exception("an answer could not be made")
            await _say("broken", scope, send)
        return None

    async def _probe(self, scope: dict[str, Any], body: bytes) -> tuple[int, Headers, bytes]:
        """Whoever probes wants to know soon: a database that keeps its thread waiting is silent, and that is the answer."""
        try:
            return await asyncio.wait_for(self.probes.answer(scope, body), settings.BANSHI_PROBE_PATIENCE_S)
        except (TimeoutError, Busy):
            log.warning("the database keeps a probe waiting")
            headers = [(b"content-type", b"application/json"), (b"retry-after", b"5"), (b"cache-control", b"no-store")]
            return 503, headers, orjson.dumps(PROBES[scope["path"]])

    async def _hub(self) -> Hub:
        if self.hub is None:
            self.hub = Hub(admit=keys.may_watch, rights_changed=keys.forget)
            await self.hub.start()
        return self.hub

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._hub()
                get_resolver().url_patterns  # noqa: B018 – all pages and what they need are loaded before anybody asks
                settle()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub:
                    await self.hub.stop()
                self.lanes.close()
                self.pages.close()
                self.quick.close()
                self.probes.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


_MAY_WAIT = MAY_WAIT.lower().encode()


async def _tell(send: Any, status: int, headers: Headers, content: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _may_wait(headers: Headers) -> int:
    """For how many seconds whoever asked wants to wait, where there was nothing."""
    return next((int(value) for name, value in headers if name == _MAY_WAIT), 0)


async def _nobody_left(news: asyncio.Event, receive: Any, wait_s: float) -> bool:
    """Until there is news, or it has waited long enough; False where whoever asked has gone meanwhile."""
    gone, told = asyncio.create_task(live.until_gone(receive)), asyncio.create_task(news.wait())
    try:
        await asyncio.wait({gone, told}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        gone.cancel()
        told.cancel()


def _header(scope: dict[str, Any], wanted: bytes) -> str:
    """All values of a header, as one list."""
    return ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted)


def _client(scope: dict[str, Any]) -> tuple[str, int | str]:
    """Who really asks: everything that counts or notes an address reads it from here (REMOTE_ADDR in views)."""
    peer, port = scope.get("client") or ("", 0)
    return client_address(peer, _header(scope, b"x-forwarded-for"), settings.BANSHI_TRUSTED_PROXIES), port


async def _say(slug: str, scope: dict[str, Any], send: Any) -> None:
    method = str(scope.get("method", ""))
    said = plain(slug, path=scope["path"], accept_language=_header(scope, b"accept-language"), method=method)
    if slug in ("too-slow", "too-large", "address-too-long"):
        said = Answer(said.status, said.body, {**said.headers, "Connection": "close"})
    await sent(said, send)


app = App()
