"""Numbers for walk-ins, as many as are asked for together: bytes and headers in, an `Answer` out (as bookings.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction

from banshi.foundation import clock, patience, phones, prepared
from banshi.foundation.together import Aside
from banshi.journeys.visit import take_number
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.devices import actions as devices
from banshi.rooms.identity import actions as identity
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.api import idempotency, raw
from banshi.surfaces.api.answers import Answer, answer, http_problem, language_of, refused
from banshi.surfaces.api.idempotency import Once
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import attempted
from banshi.surfaces.api.schemas import TicketIn
from banshi.surfaces.api.ticket_parts import shown_given
from banshi.surfaces.api.traces import TRACE

log = structlog.get_logger("banshi.api")


@dataclass(frozen=True)
class Issuing:
    """One checked request for a number of a hall."""

    caller: Caller
    hall: str
    body: TicketIn
    language: str
    once: Once | None
    request_id: str = ""

    @property
    def shown(self) -> Evidence:
        """:raises Refused: not-allowed."""
        return self.caller.shown(self.body.presented)


def prepare_issue(headers: Mapping[str, str], body: bytes, query: str = "", *, hall: str) -> Issuing | Answer:
    """Check one request for a number: key, scope, rate, shape."""
    asked_in = language_of(headers.get("accept-language", ""))

    def check() -> Issuing:
        caller = raw.authorised(headers, "issue_ticket", query)
        content = raw.read(TicketIn, headers, body)
        code = raw.path_code(hall)
        path = f"{raw.BASE}/halls/{hall}/tickets"
        once = idempotency.once_of(headers, caller=caller, method="POST", path=path, body=body)
        return Issuing(caller, code, content, asked_in, once, headers.get(TRACE, ""))

    return raw.checked(asked_in, check)


def issue_many(asked: Sequence[Issuing]) -> list[Answer]:
    """Give numbers to all who asked, those of a hall in one transaction; one answer each, in order.

    The same answers as one after the other: a request that breaks takes nobody along, because the others are then done
    again one by one. Whoever needs rows that somebody holds all the time is told that it is busy, and nothing was done.
    """
    answers: dict[int, Answer] = {}
    for hall, some in _by_hall(asked).items():
        answers.update(zip(some, _issued_patiently(hall, [asked[i] for i in some]), strict=True))
    return [answers[i] for i in range(len(asked))]


def issue_quickly(asked: Sequence[Issuing], aside: frozenset[str]) -> list[Answer | Aside]:
    """As `issue_many`, and nobody waits for long: those of a hall whose rows somebody holds are to be done beside the rest.

    :param aside: codes of halls whose numbers are given there already.
    """
    answers: dict[int, Answer | Aside] = {}
    for hall, some in _by_hall(asked).items():
        done = [None for _ in some] if hall in aside else _issued(hall, [asked[i] for i in some], raw.short_s())
        answers.update((i, one or Aside(hall)) for i, one in zip(some, done, strict=True))
    return [answers[i] for i in range(len(asked))]


def _by_hall(asked: Sequence[Issuing]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, one in enumerate(asked):
        found.setdefault(one.hall, []).append(i)
    return found


TRIES, MOST_HELD = 3, 3  # requests found held one by one, after which the rest waits for the next try


def _issued_patiently(hall: str, asked: Sequence[Issuing]) -> list[Answer]:
    """What somebody holds may be one request's alone – its person, its key –: the others go past it."""
    answers: dict[int, Answer | None] = dict.fromkeys(range(len(asked)))
    for left in reversed(range(TRIES)):
        waiting = [i for i, done in answers.items() if done is None]
        whole = _issued(hall, [asked[i] for i in waiting], settings.BANSHI_BOOKING_LOCK_S)
        answers.update(zip(waiting, whole, strict=True))
        held_up = [i for i in waiting if answers[i] is None]
        if not held_up:
            break
        log.warning("numbers waited for a lock", hall=hall, numbers=len(held_up), tries_left=left)
        misses = 0
        for i in held_up if len(held_up) > 1 else ():
            if misses == MOST_HELD:
                break
            (answers[i],) = _issued(hall, [asked[i]], raw.short_s())
            misses += answers[i] is None
    return [done or http_problem("busy", one.language) for done, one in zip(answers.values(), asked, strict=True)]


def _issued(hall: str, asked: Sequence[Issuing], wait_s: float) -> list[Answer | None]:
    """One answer each; None for all where somebody held rows they need for longer than `wait_s`: nothing was done."""
    return raw.in_batch(asked, lambda some: _issue_together(hall, some, wait_s), what="numbers")


def _issue_together(code: str, asked: Sequence[Issuing], wait_s: float) -> list[Answer]:
    answers: dict[int, Answer] = {}
    with transaction.atomic():
        prepared.rows(*patience.locks(wait_s))
        try:
            hall = places.hall_by_code(code)
        except Refused as no:
            return [refused(no.refusal, one.language) for one in asked]
        for i, one in enumerate(asked):
            if not one.caller.reaches(hall.code):
                answers[i] = refused(Refusal("not-your-hall", {"hall": hall.code}), one.language)
        here = [i for i in range(len(asked)) if i not in answers]
        done = idempotency.answered_together(
            [asked[i].once for i in here],
            [asked[i].language for i in here],
            lambda todo: dict(zip(todo, _give(hall, [asked[here[n]] for n in todo]), strict=True)),
        )
        answers.update(zip(here, done, strict=True))
    return [answers[i] for i in range(len(asked))]


def _give(hall: Hall, asked: Sequence[Issuing]) -> list[Answer]:
    """Those whose card was read and those nobody is named for together. Whoever only typed a document is done alone: of what
    is refused nothing stays, neither a person nor a count.
    """
    now = clock.now()
    answers: dict[int, Answer] = {}
    together: list[int] = []
    for i, one in enumerate(asked):
        try:
            shown = one.shown
        except Refused as no:
            answers[i] = refused(no.refusal, one.language)
            continue
        if shown.proves or (one.body.person is None and one.caller.scope != "kiosk"):
            together.append(i)
    answers.update(zip(together, _give_together(hall, [asked[i] for i in together], now), strict=True))
    for i, one in enumerate(asked):
        if i not in answers:
            answers[i] = attempted(one.language, partial(_give_alone, hall, one, now))
    return [answers[i] for i in range(len(asked))]


def _give_alone(hall: Hall, one: Issuing, now: datetime) -> Answer:
    """:raises Refused: why no number was given."""
    if one.caller.scope == "kiosk":  # any number can be typed
        devices.number_given(hall=hall.code, device=one.caller.key.device or one.caller.owner)
    (person,) = _enrolled([one], now)
    if isinstance(person, Refused):
        raise person
    (ticket,) = take_number.take_many(hall=hall, asked=[_wanted(one, person)], now=now)
    if isinstance(ticket, Refused):
        raise ticket
    return answer(201, shown_given([ticket])[0])


def _give_together(hall: Hall, asked: Sequence[Issuing], now: datetime) -> list[Answer]:
    """A refusal is an answer: what the card proved stands."""
    people = _enrolled(asked, now)
    known = [i for i, person in enumerate(people) if not isinstance(person, Refused)]
    wanted = [_wanted(asked[i], person) for i, person in enumerate(people) if not isinstance(person, Refused)]
    results: dict[int, Ticket | Refused] = {i: each for i, each in enumerate(people) if isinstance(each, Refused)}
    results.update(zip(known, take_number.take_many(hall=hall, asked=wanted, now=now), strict=True))
    parts = iter(shown_given([result for _, result in sorted(results.items()) if not isinstance(result, Refused)]))
    return [
        refused(result.refusal, one.language) if isinstance(result, Refused) else answer(201, next(parts))
        for one, result in ((one, results[i]) for i, one in enumerate(asked))
    ]


def _enrolled(asked: Sequence[Issuing], now: datetime) -> list[int | Refused | None]:
    """The person of each, by id; None where nobody is named."""
    named = [one for one in asked if one.body.person is not None]
    people = iter(identity.enrol_many([_named(one) for one in named], now=now) if named else [])
    return [
        None if one.body.person is None else person if isinstance(person := next(people), Refused) else person.id
        for one in asked
    ]


def _named(one: Issuing) -> identity.PersonAsked:
    given = one.body.person
    assert given is not None
    return identity.PersonAsked(
        given.name, given.id_type, given.id_number, evidence=one.shown, source=str(one.caller.by)
    )


def _wanted(one: Issuing, person_id: int | None) -> take_number.Asked:
    person = one.body.person
    return take_number.Asked(
        category_code=one.body.category,
        item_code=one.body.item,
        person_id=person_id,
        shown=one.shown,
        lane=one.body.lane or "",
        channel="kiosk" if one.caller.scope == "kiosk" else "api",
        by=one.caller.by,
        language=one.language,
        contact=phones.reachable(person.phone) if person is not None and person.phone else None,
    )
