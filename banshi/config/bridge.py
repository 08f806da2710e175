"""The way from the event loop to Django's WSGI application: a request with its whole body in, a whole answer out.

A thread is taken only for as long as Django works: it waits neither for a slow sender nor for a slow reader.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

from a2wsgi.wsgi import build_environ

from banshi.foundation.threads import Threads

Headers = list[tuple[bytes, bytes]]


class Busy(Exception):
    """No thread became free in time."""


class Bridge:
    """Runs a WSGI application in `threads` threads; who finds none free waits at most `patience_s`."""

    def __init__(self, application: Callable[..., Any], *, threads: int, patience_s: float, name: str) -> None:
        self.application = application
        self.patience_s = patience_s
        self.free = asyncio.Semaphore(threads)
        self.threads = Threads(threads, name)

    async def answer(self, scope: dict[str, Any], body: bytes) -> tuple[int, Headers, bytes]:
        """Status, headers and body. :raises Busy: nothing was done."""
        try:
            await asyncio.wait_for(self.free.acquire(), self.patience_s)
        except TimeoutError as late:
            raise Busy from late
        work = asyncio.get_running_loop().run_in_executor(self.threads, self._work, _environ(scope, body))
        work.add_done_callback(lambda _done: self.free.release())  # also where the client has gone meanwhile
        return await asyncio.shield(work)

    def _work(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
            started[:] = [(status, headers)]
            return lambda chunk: None

        parts = self.application(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = started[0]
        return (
            int(status.split(" ", 1)[0]),
            [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            body,
        )

    def close(self) -> None:
        self.threads.leave()


def _environ(scope: dict[str, Any], body: bytes) -> dict[str, Any]:
    environ: dict[str, Any] = build_environ(scope, io.BytesIO(body))  # type: ignore[arg-type,assignment]
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ
