"""A request's body is read here, in the event loop, before anything is done with it: no thread waits for a slow sender.

A body that does not arrive whole is a request that was never made. Limits (machine time) are settings, BANSHI_BODY_…
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from banshi.foundation import clock
from banshi.kernel.addresses import network_of

PROMPT_S = 1.0  # a body that is whole by then kept nobody waiting


class NoBody(Exception):
    """The body did not come: `slug` says what to answer, whether or not somebody still listens."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)


@dataclass(frozen=True)
class Limits:
    """How large a body may be and how long it may take."""

    most_bytes: int
    first_s: float  # until its first byte
    whole_s: float  # until its last
    least_per_s: int  # bytes a second, looked at once `first_s` are over


def limits_of(path: str) -> Limits:
    """The limits of an address. No page takes uploads yet; one that does is named here."""
    most = settings.BANSHI_BODY_API_BYTES if path.startswith("/api/") else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return Limits(most, settings.BANSHI_BODY_FIRST_S, settings.BANSHI_BODY_WHOLE_S, settings.BANSHI_BODY_LEAST_PER_S)


class Bodies:
    """Reads bodies for one event loop, and counts who keeps it waiting."""

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.in_all = 0

    async def read(self, scope: dict[str, Any], receive: Any) -> bytes:
        """The whole body. :raises NoBody: too large, too slow, not whole, or too many at once from one address."""
        limits = limits_of(scope["path"])
        announced = _announced(scope)
        if announced is None and scope["method"] in ("GET", "HEAD") and not _chunked(scope):
            return b""
        if announced is not None and announced > limits.most_bytes:
            raise NoBody("too-large")
        with ExitStack() as kept:
            address = network_of((scope.get("client") or ("", 0))[0])
            body = await self._whole(receive, limits, late=lambda: kept.enter_context(self._counted(address)))
        if announced is not None and len(body) != announced:
            raise NoBody("bad-request")
        return body

    async def _whole(self, receive: Any, limits: Limits, *, late: Callable[[], object]) -> bytes:
        """:param late: called once, when the body keeps us waiting: a hall's windows that all ask at once do not."""
        parts: list[bytes] = []
        size = 0
        started = clock.monotonic()
        waited = False

        def waits() -> None:
            nonlocal waited
            waited = True
            late()

        while True:
            passed = clock.monotonic() - started
            soon = None if waited else max(0.0, PROMPT_S - passed)
            message = await _in_time(receive, _patience(limits, passed, size), soon=soon, late=waits)
            if message["type"] == "http.disconnect":
                raise NoBody("bad-request")
            part = message.get("body", b"")
            size += len(part)
            if size > limits.most_bytes:
                raise NoBody("too-large")
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        if self.waiting[address] >= settings.BANSHI_BODIES_PER_ADDRESS or self.in_all >= settings.BANSHI_BODIES_AT_ONCE:
            raise NoBody("busy")
        self.waiting[address] += 1
        self.in_all += 1
        try:
            yield
        finally:
            self.in_all -= 1
            self.waiting[address] -= 1
            if not self.waiting[address]:
                del self.waiting[address]


def _patience(limits: Limits, passed: float, size: int) -> float:
    """Seconds to wait for the next part: the first soon, then as the sender's rate allows, and never beyond the whole."""
    earned = limits.first_s + size / limits.least_per_s
    return min(earned, limits.whole_s) - passed


async def _in_time(receive: Any, seconds: float, *, soon: float | None, late: Callable[[], object]) -> dict[str, Any]:
    """The next part, within `seconds`. `late` is called where it has not come `soon` (None: that was said before)."""
    if seconds <= 0:
        raise NoBody("too-slow")

    async def one() -> dict[str, Any]:  # granian answers with an awaitable that is no coroutine
        message: dict[str, Any] = await receive()
        return message

    part = asyncio.ensure_future(one())
    try:
        if soon is not None:
            await asyncio.wait({part}, timeout=min(soon, seconds))
            if not part.done():
                late()
                seconds -= soon
        if not part.done():
            await asyncio.wait({part}, timeout=max(seconds, 0))
        if not part.done():
            raise NoBody("too-slow")
        return part.result()
    finally:
        part.cancel()


def _announced(scope: dict[str, Any]) -> int | None:
    """Content-Length. :raises NoBody: it is no number."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length":
            if not value.isdigit() or len(value) > 18:
                raise NoBody("bad-request")
            return int(value)
    return None


def _chunked(scope: dict[str, Any]) -> bool:
    return any(name.lower() == b"transfer-encoding" for name, _ in scope["headers"])
