"""The lanes: the busiest writes – book, give a number, call next, a machine's heartbeat – go past Django's request machinery,
and are committed together.

There is no other way to these four: `surfaces/api` describes them to ninja; `bookings.py`, `numbers.py`, `calls.py` and
`heartbeats.py` do the work. While a batch is under way in its thread, those that arrive wait for the next; when it comes back
they all go at once (ADR 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from django.core.exceptions import SynchronousOnlyOperation
from structlog.contextvars import bound_contextvars

from banshi.foundation import clock, metrics
from banshi.foundation.together import Aside, Batches, PartingBatches, fresh
from banshi.foundation.trouble import slug_of
from banshi.surfaces.api import bookings, calls, heartbeats, keys, numbers
from banshi.surfaces.api.answers import Answer, http_problem, language_of
from banshi.surfaces.api.traces import TRACE, log_write, request_id_of

log = structlog.get_logger("banshi.api")
OPERATIONS = {"book": "book", "issue": "issue_ticket", "call": "call_next", "hear": "heartbeat"}
APPOINTMENTS = "/api/v1/appointments"
TICKETS = re.compile(r"/api/v1/halls/([^/]+)/tickets")
CALLS = re.compile(r"/api/v1/windows/([^/]+)/calls")
HEARTBEATS = re.compile(r"/api/v1/devices/([^/]+)/heartbeat")
Raw = tuple[dict[str, str], bytes, str]
RawOf = tuple[dict[str, str], bytes, str, str]  # … and the window, the hall, or the device


def check_raw(asked: Sequence[Raw]) -> list[bookings.Booking | Answer]:
    """Check each request to book. One result each, in order."""
    return [_traced(headers, bookings.prepare_booking, headers, body, query) for headers, body, query in asked]


@dataclass(eq=False)
class Call:
    """One request to call: checked once, also where it is done in a second go."""

    raw: RawOf
    checked: calls.Calling | Answer | None = None


def call_quickly(asked: Sequence[Call], aside: frozenset[str]) -> list[Answer | Aside]:
    """Check each request, then call for those that hold together. One answer each, in order."""
    return _called(asked, lambda some: calls.call_quickly(some, aside))


def call_patiently(asked: Sequence[Call]) -> list[Answer]:
    return _called(asked, calls.call_many)


Called = TypeVar("Called")


def _called(asked: Sequence[Call], act: Callable[[Sequence[calls.Calling]], Sequence[Called]]) -> list[Answer | Called]:
    new = [one for one in asked if one.checked is None]
    keys.remember_many(one.raw[0].get("authorization", "") for one in new)
    for one in new:
        headers, body, query, window = one.raw
        one.checked = _traced(headers, calls.prepare_call, headers, body, query, window=window)
    checked = [one.checked for one in asked]
    called = iter(act([one for one in checked if isinstance(one, calls.Calling)]))
    return [one if isinstance(one, Answer) else next(called) for one in checked]


def check_issue(asked: Sequence[RawOf]) -> list[numbers.Issuing | Answer]:
    """Check each request for a number. One result each, in order."""
    return [
        _traced(headers, numbers.prepare_issue, headers, body, query, hall=hall) for headers, body, query, hall in asked
    ]


def hear_raw(asked: Sequence[RawOf]) -> list[Answer]:
    """Check each heartbeat, then hear those that hold together. One answer each, in order."""
    keys.remember_many(headers.get("authorization", "") for headers, _, _, _ in asked)
    checked = [
        _traced(headers, heartbeats.prepare_heartbeat, headers, body, query, device=device)
        for headers, body, query, device in asked
    ]
    heard = iter(heartbeats.hear_many([one for one in checked if isinstance(one, heartbeats.Hearing)]))
    return [one if isinstance(one, Answer) else next(heard) for one in checked]


def _traced(headers: dict[str, str], act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """With the request's id in whatever is logged: a thread of the lanes works for one after the other."""
    with bound_contextvars(request_id=headers[TRACE]):
        return act(*args, **more)


class _Numbers(PartingBatches[numbers.Issuing, Answer]):
    fresh = staticmethod(fresh)  # a connection that broke meanwhile is opened anew before anything is asked


class _Calls(PartingBatches[Call, Answer]):
    fresh = staticmethod(fresh)  # as with numbers
    most = 1024  # all windows of the largest hall: a second batch for the last of them would read the line once more


class Heartbeats(Batches[RawOf, Answer]):
    linger_s = 3.0  # nobody stands in line for them, and fifty together cost little more than one


class Lanes:
    """Answers what it knows the address of; `None` from `route` means: not for this lane."""

    def __init__(self) -> None:
        self.checks: Batches[Raw, bookings.Booking | Answer] = Batches(check_raw, "checks")
        self.bookings: PartingBatches[bookings.Booking, Answer] = PartingBatches(
            bookings.book_quickly, bookings.book_many, "bookings"
        )
        self.calls: PartingBatches[Call, Answer] = _Calls(call_quickly, call_patiently, "calls")
        self.issue_checks: Batches[RawOf, numbers.Issuing | Answer] = Batches(check_issue, "issue-checks")
        self.numbers: PartingBatches[numbers.Issuing, Answer] = _Numbers(
            numbers.issue_quickly, numbers.issue_many, "numbers"
        )
        self.heartbeats = Heartbeats(hear_raw, "heartbeats")

    def route(self, scope: dict[str, Any]) -> tuple[str, dict[str, str]] | None:
        """The operation and the names in its path."""
        if scope["method"] != "POST":
            return None
        path = scope["path"]
        if path == APPOINTMENTS:
            return "book", {}
        if path.startswith("/api/v1/halls/") and (found := TICKETS.fullmatch(path)):
            return "issue", {"hall": found[1]}
        if path.startswith("/api/v1/windows/") and (found := CALLS.fullmatch(path)):
            return "call", {"window": found[1]}
        if path.startswith("/api/v1/devices/") and (found := HEARTBEATS.fullmatch(path)):
            return "hear", {"device": found[1]}
        return None

    async def serve(self, lane: tuple[str, dict[str, str]], scope: dict[str, Any], body: bytes, send: Any) -> None:
        """Answer one request whose body has come whole."""
        started = clock.monotonic()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        headers[TRACE] = request_id = request_id_of(headers.get(TRACE, ""))
        query = scope.get("query_string", b"").decode("latin-1")
        name, path = lane
        try:
            answered = await self._done(name, path, headers, body, query)
        except Exception as trouble:
            slug = slug_of(trouble)
            log.error("a lane broke", exc_info=slug == "broken", operation=name, slug=slug, request_id=request_id)
            answered = http_problem(slug, language_of(headers.get("accept-language", "")))
        took = clock.monotonic() - started
        metrics.requests.labels("POST", f"fast:{name}", str(answered.status)).inc()
        metrics.request_seconds.labels(f"fast:{name}").observe(took)
        log_write(
            request_id=request_id,
            operation=OPERATIONS[name],
            key=keys.known_id(headers.get("authorization", "")),
            status=answered.status,
            took=took,
        )
        await sent(replace(answered, headers={**answered.headers, "X-Request-Id": request_id}), send)

    async def _done(self, name: str, path: dict[str, str], headers: dict[str, str], body: bytes, query: str) -> Answer:
        if name == "book":
            booking = await _checked((headers, body, query), check_raw, self.checks)
            return booking if isinstance(booking, Answer) else await self.bookings.ask(booking)
        if name == "call":
            return await self.calls.ask(Call((headers, body, query, path["window"])))
        if name == "hear":
            return await self.heartbeats.ask((headers, body, query, path["device"]))
        number = await _checked((headers, body, query, path["hall"]), check_issue, self.issue_checks)
        return number if isinstance(number, Answer) else await self.numbers.ask(number)

    def all(self) -> Sequence[Batches[Any, Any]]:
        """Each has a thread of its own."""
        return (
            self.numbers, self.issue_checks, self.checks, self.bookings, self.calls, self.heartbeats,
        )  # fmt: skip

    def close(self) -> None:
        for lane in self.all():
            lane.close()


Asked = TypeVar("Asked")
Checked = TypeVar("Checked")


async def _checked(
    asked: Asked, check: Callable[[Sequence[Asked]], list[Checked]], in_thread: Batches[Asked, Checked]
) -> Checked:
    """Here, while the last batch is in the database; in a thread where the key or its rate must be read there."""
    try:
        return check([asked])[0]
    except SynchronousOnlyOperation:
        return await in_thread.ask(asked)


async def sent(answered: Answer, send: Any) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": answered.status, "headers": _headers(answered)})
    await send({"type": "http.response.body", "body": answered.body})


def _headers(answered: Answer) -> list[tuple[bytes, bytes]]:
    found = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answered.headers.items()]
    found.append((b"content-length", str(len(answered.body)).encode()))
    return [*found, (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
