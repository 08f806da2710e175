"""A request's body is read here, in the event loop, before anything is done with it: no thread waits for a slow sender.

A body that does not arrive whole is a request that was never made. Limits (machine time) are settings, BANSHI_BODY_…
The time that counts is time in which this loop was there to read: what arrived while it was kept busy is not late.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from banshi.foundation import clock
from banshi.kernel.addresses import network_of

LOOKS = 20  # for a body, before it is one that keeps us waiting: whatever waits to be read is read at one of them
LOOK_S = 0.5  # between two looks for one that is known to keep us waiting
TICK_S = 0.001  # a timer may ring that much early


class NoBody(Exception):
    """The body did not come: `slug` says what to answer, whether or not somebody still listens."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)


@dataclass(frozen=True)
class Limits:
    """How large a body may be and how long it may take."""

    most_bytes: int
    prompt_s: float  # a body that is whole by then kept nobody waiting
    first_s: float  # until its first byte
    whole_s: float  # until its last
    least_per_s: int  # bytes a second, looked at once `first_s` are over


# Addresses that take files.
UPLOADS = re.compile(
    r"/api/v1/cases/[^/]+/materials|/api/v1/items/import|/api/v1/verify|/verify/file/|/cases/[^/]+/papers/"
    r"|/desk/cases/[^/]+/[^/]+/pages|/kiosk/[^/]+/papers|/video/[^/]+/file|/seat/[^/]+/calls/[^/]+/(?:file|chunk)"
)


def limits_of(path: str) -> Limits:
    """The limits of an address; one that takes uploads is named above."""
    if UPLOADS.fullmatch(path):
        return Limits(
            settings.BANSHI_BODY_UPLOAD_BYTES,
            settings.BANSHI_BODY_PROMPT_S,
            settings.BANSHI_BODY_FIRST_S,
            settings.BANSHI_BODY_UPLOAD_S,
            settings.BANSHI_BODY_LEAST_PER_S,
        )
    most = settings.BANSHI_BODY_API_BYTES if path.startswith("/api/") else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return Limits(
        most,
        settings.BANSHI_BODY_PROMPT_S,
        settings.BANSHI_BODY_FIRST_S,
        settings.BANSHI_BODY_WHOLE_S,
        settings.BANSHI_BODY_LEAST_PER_S,
    )


class Bodies:
    """Reads bodies for one event loop, and counts who keeps it waiting."""

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.in_all = 0
        self.uploads = 0

    async def read(self, scope: dict[str, Any], receive: Any) -> bytes:
        """The whole body. :raises NoBody: too large, too slow, not whole, or too many at once from one address."""
        limits = limits_of(scope["path"])
        announced = _announced(scope)
        empty = announced == 0 or (announced is None and scope["method"] in ("GET", "HEAD"))
        if empty and not _chunked(scope):  # nobody is waited for, as windows of a hall all call at once
            return b""
        if announced is not None and announced > limits.most_bytes:
            raise NoBody("too-large")
        with ExitStack() as kept:
            if limits.most_bytes > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                kept.enter_context(self._upload())
            address = network_of((scope.get("client") or ("", 0))[0])
            body = await self._whole(receive, limits, late=lambda: kept.enter_context(self._counted(address)))
        if announced is not None and len(body) != announced:
            raise NoBody("bad-request")
        return body

    async def _whole(self, receive: Any, limits: Limits, *, late: Callable[[], object]) -> bytes:
        """:param late: called once, when the body keeps us waiting: a hall's windows that all ask at once do not."""
        parts: list[bytes] = []
        size = 0
        patience = _Patience(limits, late)
        while True:
            message = await _in_time(receive, patience, size)
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
    def _upload(self) -> Iterator[None]:
        """Large bodies stand in memory while they come: so many at once, whoever sends them."""
        if self.uploads >= settings.BANSHI_UPLOADS_AT_ONCE:
            raise NoBody("busy")
        self.uploads += 1
        try:
            yield
        finally:
            self.uploads -= 1

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


class _Patience:
    """How long one body has been waited for, look by look."""

    def __init__(self, limits: Limits, late: Callable[[], object]) -> None:
        self.limits = limits
        self.late = late
        self.passed = 0.0
        self.waited = False

    def next_look(self, size: int) -> float:
        """Seconds until the next look: the first part soon, then as the sender's rate allows, never beyond the whole.

        :raises NoBody: it was waited for long enough.
        """
        if not self.waited and self.passed >= self.limits.prompt_s:
            self.waited = True
            self.late()
        left = min(self.limits.first_s + size / self.limits.least_per_s, self.limits.whole_s) - self.passed
        if left <= TICK_S:
            raise NoBody("too-slow")
        return min(left, LOOK_S if self.waited else self.limits.prompt_s / LOOKS)


async def look(part: asyncio.Future[Any], seconds: float) -> float:
    """Wait that long for a part. :return: the seconds that count, so never more: the loop may have been busy meanwhile."""
    began = clock.monotonic()
    await asyncio.wait({part}, timeout=seconds)
    return min(clock.monotonic() - began, seconds)


async def _in_time(receive: Any, patience: _Patience, size: int) -> dict[str, Any]:
    """The next part. :raises NoBody: too slow, or too many keep us waiting."""

    async def one() -> dict[str, Any]:  # granian answers with an awaitable that is no coroutine
        message: dict[str, Any] = await receive()
        return message

    part = asyncio.ensure_future(one())
    try:
        while not part.done():
            patience.passed += await look(part, patience.next_look(size))
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
