"""What the web server does to the ASGI application: requests in, replies out; and the API's lanes on an event loop of their own,
for tests that call from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import orjson
from django.db import connection, connections
from django.http import HttpResponse


@dataclass
class Reply:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return orjson.loads(self.body)


def scope_of(method: str, path: str, headers: Mapping[str, str], client: str = "192.0.2.1") -> dict[str, Any]:
    """An ASGI scope as granian makes it."""
    raw, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "http",
        "path": unquote(raw, errors="replace"),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"testserver"), *((k.lower().encode(), _bytes(v)) for k, v in headers.items())],
        "client": (client, "40000"),
        "server": ("testserver", "80"),
    }


def _bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


async def asked(app: Any, scope: dict[str, Any], messages: list[dict[str, Any]]) -> Reply:
    """One request whose body comes in these messages; who asked listens until the answer is there."""
    waiting = iter(messages)
    reply = Reply()
    started = asyncio.Event()

    async def receive() -> dict[str, Any]:
        for message in waiting:
            return message
        await started.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = {k.decode().lower(): v.decode("latin-1") for k, v in message["headers"]}
        else:
            reply.body += message.get("body", b"")
            started.set()

    await app(scope, receive, send)
    return reply


class Response(HttpResponse):
    """A reply, as Django's test client would hand it out."""

    def json(self) -> Any:
        return orjson.loads(self.content)


class Lanes:
    """The lanes of one application, for all tests of a process.

    A test inside a transaction lends them its connection, so that they see what it wrote; other tests meet them as people
    meet a server: requests that arrive together are done together, on connections of the lanes' own.
    """

    def __init__(self) -> None:
        from banshi.config.asgi import App

        self.app = App()
        self.loop = asyncio.new_event_loop()
        self.app.lanes.heartbeats.linger_s = 0.0  # a test waits for nobody
        self.thread = threading.Thread(target=self.loop.run_forever, name="lanes", daemon=True)
        self.thread.start()

    def know(self, method: str, path: str) -> bool:
        return self.app.lanes.route(scope_of(method, path, {})) is not None

    def __call__(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        scope = scope_of(method, path, {**headers, "Content-Length": str(len(body))})
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        with self._lent():
            reply = asyncio.run_coroutine_threadsafe(asked(self.app, scope, messages), self.loop).result(timeout=120)
        response = Response(reply.body, status=reply.status)
        del response["Content-Type"]
        for name, value in reply.headers.items():
            response[name] = value
        return response

    @contextmanager
    def _lent(self) -> Iterator[None]:
        if not connection.in_atomic_block:
            yield
            return
        mine = connections[connection.alias]
        mine.inc_thread_sharing()
        mine.close_if_unusable_or_obsolete = lambda: None  # its transaction is open: by that it would be closed
        self._in_each_thread(lambda: (connections.close_all(), connections.__setitem__(connection.alias, mine)))
        try:
            yield
        finally:
            self._in_each_thread(lambda: connections.__delitem__(connection.alias))
            del mine.close_if_unusable_or_obsolete
            mine.dec_thread_sharing()

    def _in_each_thread(self, act: Any) -> None:
        threads = [each.thread for each in self.app.lanes.all()]
        for done in [thread.submit(act) for thread in threads]:
            done.result(timeout=120)

    def close(self) -> None:
        self.app.lanes.close()
        for bridge in (self.app.pages, self.app.quick, self.app.probes):
            bridge.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=60)
        self.loop.close()


def with_lanes(pages: Callable[..., Any]) -> Callable[..., Any]:
    """A WSGI application whose lanes answer what is theirs, and `pages` the rest."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        query = environ.get("QUERY_STRING", "")
        path = quote(environ["PATH_INFO"].encode("latin-1")) + (f"?{query}" if query else "")
        if not lanes().know(environ["REQUEST_METHOD"], path):
            return pages(environ, start_response)
        headers = {k[5:].replace("_", "-"): v for k, v in environ.items() if k.startswith("HTTP_") and k != "HTTP_HOST"}
        headers |= {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        reply = lanes()(environ["REQUEST_METHOD"], path, body, headers)
        start_response(f"{reply.status_code} {reply.reason_phrase}", list(reply.items()))
        return [reply.content]

    return serve


@cache
def lanes() -> Lanes:
    return Lanes()


def close_lanes() -> None:
    if lanes.cache_info().currsize:
        lanes().close()
        lanes.cache_clear()
