"""Calls of the next number (叫号) for windows that ask together: bytes and headers in, an `Answer` out (as bookings.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from django.db import OperationalError

from banshi.foundation import clock, patience, prepared
from banshi.foundation.memory import forgettable
from banshi.foundation.together import Aside
from banshi.foundation.trouble import held
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
    return _in_order(asked, lambda keyed: {i: _call_once(asked[i]) for i in keyed})


MOST_HELD = 3  # keys found held in one batch, after which no other is tried


def call_quickly(asked: Sequence[Calling], aside: frozenset[str]) -> list[Answer | Aside]:
    """As `call_many`, and nobody waits for long: one whose key somebody holds is to be done beside the rest.

    :param aside: keys whose calls are done there already.
    """

    def each(keyed: Sequence[int]) -> dict[int, Answer | Aside]:
        found: dict[int, Answer | Aside] = {}
        held_up = set(aside)
        for i in keyed:
            group = _group(asked[i])
            many = len(held_up - aside) >= MOST_HELD
            done = None if many or group in held_up else _call_soon(asked[i])
            if done is None:
                held_up.add(group)
            found[i] = done or Aside(group)
        return found

    return _in_order(asked, each)


Done = TypeVar("Done")


def _in_order(asked: Sequence[Calling], keyed: Callable[[Sequence[int]], Mapping[int, Done]]) -> list[Answer | Done]:
    plain = [i for i, one in enumerate(asked) if one.once is None]
    answers: dict[int, Answer | Done] = dict(zip(plain, _call([asked[i] for i in plain]), strict=True))
    answers |= keyed([i for i, one in enumerate(asked) if one.once is not None])
    return [answers[i] for i in range(len(asked))]


def _group(one: Calling) -> str:
    return f"{one.once.owner} {one.once.key}" if one.once else ""


def _call_once(one: Calling) -> Answer:
    return raw.answered(
        one.language, lambda: idempotency.answered_once(one.once, one.language, lambda: _call([one])[0])
    )


def _call_soon(one: Calling) -> Answer | None:
    """None where somebody held its key, or what else it needs, for long: nothing was done."""

    def act() -> Answer | None:
        trips = prepared.Trips()
        trips.later(patience.locks(raw.short_s()))
        try:
            return idempotency.answered_once(one.once, one.language, lambda: _call([one])[0], trips=trips)
        except OperationalError as trouble:
            if held(trouble):
                return None
            raise

    return raw.answered(one.language, act)


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
