"""Calls of the next number (叫号) for windows that ask together: bytes and headers in, an `Answer` out (as bookings.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import actions as tickets
from banshi.surfaces.api import idempotency, raw
from banshi.surfaces.api.answers import Answer, answer, language_of, refused
from banshi.surfaces.api.idempotency import Once
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import check_body, check_empty
from banshi.surfaces.api.ticket_parts import shown_called


@dataclass(frozen=True)
class Calling:
    """One checked request to call the next number."""

    caller: Caller
    window: str
    language: str
    once: Once | None = None


def prepare_call(headers: Mapping[str, str], body: bytes, query: str = "", *, window: str) -> Calling | Answer:
    """Check one request to call: key, scope, rate, shape, hall."""
    asked_in = language_of(headers.get("accept-language", ""))

    def check() -> Calling:
        caller = raw.authorised(headers, "call_next", query)
        check_body(headers, body)
        check_empty(body)
        code = raw.path_code(window)
        caller.must_reach(_hall_of(code))
        path = f"{raw.BASE}/windows/{window}/calls"
        once = idempotency.once_of(headers, caller=caller, method="POST", path=path, body=body)
        return Calling(caller, code, asked_in, once)

    return raw.checked(asked_in, check)


@lru_cache(maxsize=8192)
def _hall_of(window: str) -> str:
    """Code of a window's hall: part of the window's own code, so it never changes. :raises Refused: nothing-found."""
    return places.window_by_code(window).hall.code


forgettable(_hall_of.cache_clear)


def call_many(asked: Sequence[Calling]) -> list[Answer]:
    """POST /windows/{window}/calls, for all windows that asked together: 201 with the ticket called there, or 204 when nobody
    waits; one answer each, in order.

    They go in one round trip; one with an Idempotency-Key by itself, since a clerk's lock is held until its answer is kept.
    """
    plain = [i for i, one in enumerate(asked) if one.once is None]
    answers = dict(zip(plain, _call([asked[i] for i in plain]), strict=True))
    answers |= {i: _call_once(one) for i, one in enumerate(asked) if one.once is not None}
    return [answers[i] for i in range(len(asked))]


def _call_once(one: Calling) -> Answer:
    return raw.answered(
        one.language, lambda: idempotency.answered_once(one.once, one.language, lambda: _call([one])[0])
    )


def _call(asked: Sequence[Calling]) -> list[Answer]:
    now = clock.now()
    known: list[tuple[int, int]] = []  # place in `asked`, staff id
    answers: dict[int, Answer] = {}
    for i, one in enumerate(asked):
        try:
            known.append((i, one.caller.staff_id))
        except Refused as no:
            answers[i] = refused(no.refusal, one.language)
    results = tickets.call_next_many(asked=[(asked[i].window, staff_id) for i, staff_id in known], now=now)
    called: dict[int, tuple[int, Caller]] = {}
    for (i, _), result in zip(known, results, strict=True):
        if isinstance(result, Refused):
            answers[i] = refused(result.refusal, asked[i].language)
        elif result is None:
            answers[i] = answer(204)
        else:
            called[i] = (result.pk, asked[i].caller)
    parts = shown_called(dict(called.values()), now=now) if called else {}
    for i, (ticket_id, _) in called.items():
        # Gone from the window already: another call of the same clerk was faster. Nothing to show, nothing lost.
        answers[i] = answer(201, parts[ticket_id]) if ticket_id in parts else answer(204)
    return [answers[i] for i in range(len(asked))]
