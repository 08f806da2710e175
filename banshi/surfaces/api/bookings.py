"""Bookings, one of the three busiest writes, free of any framework: bytes and headers in, an `Answer` out. The others are in
numbers.py and calls.py; what they share in raw.py.

The lane (config/lanes.py) checks each request with `prepare_booking` and hands those that arrived together to `book_many`,
which enrols, places and commits them together; one that arrives alone is a batch of one.

Headers are mappings with names in lower case; times come from the clock; nothing here is asynchronous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from banshi.foundation import clock, patience, prepared
from banshi.foundation.memory import forgettable
from banshi.foundation.together import Aside
from banshi.foundation.trouble import slug_of
from banshi.journeys.case import expecting
from banshi.journeys.person import mandates
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.actions.retrying import met
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.surfaces.api import idempotency, raw
from banshi.surfaces.api.answers import Answer, answer, http_problem, language_of, refused
from banshi.surfaces.api.appointment_parts import booked_part, remember_parts
from banshi.surfaces.api.case_parts import seen_case
from banshi.surfaces.api.idempotency import Once
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.schemas import BookingIn
from banshi.surfaces.api.traces import TRACE

log = structlog.get_logger("banshi.api")


@dataclass(frozen=True)
class Booking:
    """One checked request to book."""

    caller: Caller
    body: BookingIn
    language: str
    once: Once | None
    request_id: str = ""


def prepare_booking(headers: Mapping[str, str], body: bytes, query: str = "") -> Booking | Answer:
    """Check one request to book: key, scope, rate, shape. No database but for a key not seen in the last seconds."""
    asked_in = language_of(headers.get("accept-language", ""))

    def check() -> Booking:
        caller = raw.authorised(headers, "book", query)
        content = raw.read(BookingIn, headers, body)
        once = idempotency.once_of(headers, caller=caller, method="POST", path=f"{raw.BASE}/appointments", body=body)
        return Booking(caller, content, asked_in, once, headers.get(TRACE, ""))

    return raw.checked(asked_in, check)


def book_many(asked: Sequence[Booking]) -> list[Answer]:
    """Book for all who asked, in one transaction; one answer each, in order.

    The same answers as one after the other: a request that breaks takes nobody along, because the others are then done
    again one by one. Whoever needs rows that somebody holds all the time is told that it is busy, and nothing was done.
    """
    answers = dict(enumerate(_booked(asked, settings.BANSHI_BOOKING_LOCK_S)))
    for left in (2, 1):
        waiting = [i for i, answered in answers.items() if answered is None]
        if not waiting:
            break
        answers |= _booked_around(asked, waiting)
        waiting = [i for i in waiting if answers[i] is None]
        again = _booked([asked[i] for i in waiting], settings.BANSHI_BOOKING_LOCK_S)
        answers |= dict(zip(waiting, again, strict=True))
        log.warning("bookings waited for a lock", bookings=len(waiting), tries_left=left - 1)
    return [done or http_problem("busy", one.language) for done, one in zip(answers.values(), asked, strict=True)]


def book_quickly(asked: Sequence[Booking], aside: frozenset[str]) -> list[Answer | Aside]:
    """As `book_many`, and nobody waits for long: those of a hall whose rows somebody holds are to be done beside the rest.

    :param aside: codes of halls whose bookings are done there already.
    """
    halls = _halls(asked) if aside else {}
    going = [i for i, one in enumerate(asked) if halls.get(one.body.slot) not in aside]
    answers = dict(zip(going, _booked([asked[i] for i in going], raw.short_s()), strict=True))
    waiting = [i for i in going if answers[i] is None]
    if waiting:
        halls = _halls(asked)
        by_hall: dict[str, list[int]] = {}
        for i in waiting:
            by_hall.setdefault(halls.get(asked[i].body.slot, ""), []).append(i)
        for some in by_hall.values() if len(by_hall) > 1 else ():
            answers |= dict(zip(some, _booked([asked[i] for i in some], raw.short_s()), strict=True))
    return [answers.get(i) or Aside(halls.get(one.body.slot, "")) for i, one in enumerate(asked)]


def _booked(asked: Sequence[Booking], wait_s: float) -> list[Answer | None]:
    """One answer each; None for all where somebody held rows they need for longer than `wait_s`: nothing was done."""
    return raw.in_batch(asked, lambda some: _book_again_if_met(some, wait_s), what="bookings")


MOST_HELD = 3  # requests found held one by one, after which the rest waits for the next try


def _booked_around(asked: Sequence[Booking], waiting: Sequence[int]) -> dict[int, Answer | None]:
    """Those of `waiting` that do not need what somebody holds; None for the others. Nobody waits for long."""
    held_slots = bookings.held({asked[i].body.slot for i in waiting})
    free = [i for i in waiting if asked[i].body.slot not in held_slots]
    answers = dict.fromkeys(waiting)
    if held_slots and free:
        answers |= dict(zip(free, _booked([asked[i] for i in free], raw.short_s()), strict=True))
    misses = 0
    for i in [i for i in free if answers[i] is None]:  # not the slot: a person, a key, an account
        if len(waiting) == 1 or misses == MOST_HELD:
            break
        answers[i] = _booked([asked[i]], raw.short_s())[0]
        misses += answers[i] is None
    return answers


_hall_of_slot: dict[int, str] = {}
forgettable(_hall_of_slot.clear)
_MOST_SLOTS = 100_000


def _halls(asked: Sequence[Booking]) -> dict[int, str]:
    """Code of the hall of each slot; it never changes. No query where all were asked for before."""
    unknown = {one.body.slot for one in asked if one.body.slot not in _hall_of_slot}
    if unknown:
        if len(_hall_of_slot) > _MOST_SLOTS:
            _hall_of_slot.clear()
        _hall_of_slot.update(bookings.halls_of(unknown))
    return {one.body.slot: _hall_of_slot.get(one.body.slot, "") for one in asked}


def _book_again_if_met(asked: Sequence[Booking], wait_s: float) -> list[Answer]:
    """`_book_together`, tried again where the database broke a deadlock with somebody else: nothing had happened.

    Nor had it where the connection was gone before anything was asked; then another is opened.
    """
    for left in (2, 1, 0):
        trips, known = prepared.Trips(), connection.connection is not None
        try:
            return _book_together(asked, wait_s, trips)
        except (OperationalError, InterfaceError) as trouble:
            gone = known and not trips.begun and slug_of(trouble) == "unavailable"
            if not left or not (gone or met(trouble)):
                raise
            if gone and not connection.in_atomic_block:
                connection.close()
    raise AssertionError("unreachable")


def _book_together(asked: Sequence[Booking], wait_s: float, trips: prepared.Trips) -> list[Answer]:
    with transaction.atomic():
        trips.later(patience.locks(wait_s))
        onces = {i: one.once for i, one in enumerate(asked)}
        first, mine = idempotency.claimed(onces, trips)
        todo = [i for i, one in enumerate(asked) if one.once is None or i in mine]
        answers, booked = _place(asked, todo, trips)
        remember_parts(booked.values())  # so that what is said after COMMIT needs no database
        if first:
            answers |= _shown(asked, booked)
            if mine:
                idempotency.keep({key: answers[i] for key, i in first.items() if i in mine})
            answers |= idempotency.repeated(onces, [one.language for one in asked], answers, first, mine)
            heard = [i for i in onces if i not in answers]  # the first with their key was refused, and lets go of it
            if heard:
                again = _book_together([asked[i] for i in heard], wait_s, prepared.Trips())
                answers |= dict(zip(heard, again, strict=True))
    if not first:  # nobody waits for our locks while answers are written
        answers |= _shown(asked, booked)
    return [answers[i] for i in range(len(asked))]


def _shown(asked: Sequence[Booking], booked: Mapping[int, Appointment]) -> dict[int, Answer]:
    return {
        i: answer(201, booked_part(made, asked[i].body.person.name, asked[i].body.case)) for i, made in booked.items()
    }


def _place(
    asked: Sequence[Booking], todo: Sequence[int], trips: prepared.Trips
) -> tuple[dict[int, Answer], dict[int, Appointment]]:
    """Enrol and place those of `todo`: two round trips, however many they are. Refusals, and what was booked."""
    now = clock.now()
    answers = _elsewhere(asked, todo)
    accounts = _accounts(asked, [i for i in todo if i not in answers], answers, trips)
    todo = [i for i in todo if i not in answers]
    checked: dict[int, identity.CheckedPerson] = {}
    for i, person in zip(todo, identity.check_people([_person_asked(asked[i]) for i in todo], now=now), strict=True):
        if isinstance(person, Refused):
            answers[i] = refused(person.refusal, asked[i].language)
        else:
            checked[i] = person
    brought = _brought(asked, checked, answers, trips)
    if not checked:
        return answers, {}
    wants, read = _wants(asked, checked, accounts, answers, trips, now=now)
    placed = booking.place_many(list(wants.values()), now=now, read=read, whole=True)
    booked: dict[int, Appointment] = {}
    for i, result in zip(wants, placed, strict=True):
        if isinstance(result, Refused):
            answers[i] = refused(result.refusal, asked[i].language)
        else:
            booked[i] = result
    for i, case in brought.items():
        if i in booked:
            expecting.expected(case, appointment=booked[i].code, by=asked[i].caller.by, now=now)
    return answers, booked


def _brought(
    asked: Sequence[Booking],
    checked: dict[int, identity.CheckedPerson],
    answers: dict[int, Answer],
    trips: prepared.Trips,
) -> dict[int, Case]:
    """The cases that bookings are to bring, locked in one order; who names one that cannot come is answered, and not booked.
    No query where nobody names one. Of two who name the same in one instant the second asks again: it is decided by then.
    """
    named = sorted((no, i) for i in checked if (no := asked[i].body.case) is not None)
    if not named:
        return {}
    trips.rows()  # before somebody's lock is waited for
    halls = _halls([asked[i] for _, i in named])
    found: dict[int, Case] = {}
    for no, i in named:
        try:
            if any(case.no == no for case in found.values()):
                raise Refused("changed-meanwhile")
            seen_case(asked[i].caller, no)
            case = cases.lock(no)
            hall = halls[asked[i].body.slot]
            expecting.named(
                case, number_index=checked[i].number_index, item=asked[i].body.item, hall=hall, now=clock.now()
            )
            found[i] = case
        except Refused as no_way:
            answers[i] = refused(no_way.refusal, asked[i].language)
            del checked[i]
    return found


Rows = list[tuple[Any, ...]]


def _wants(
    asked: Sequence[Booking],
    checked: Mapping[int, identity.CheckedPerson],
    accounts: Mapping[int, int],
    answers: dict[int, Answer],
    trips: prepared.Trips,
    *,
    now: datetime,
) -> tuple[dict[int, booking.Asked], Rows | None]:
    """What is asked of booking, of the people enrolled; and its facts, where they could be read in the same round trip.

    They are read for the evidence each says they bring. Where somebody else enrols one of them in the same instant, a name
    weighs less than was said, or an agent books, they are to be read again.
    """
    wants = {i: _asked(asked[i], person, accounts.get(i)) for i, person in checked.items()}
    if not accounts:
        new, read = trips.rows(
            identity.enrolling(list(checked.values()), now=now), booking.looking_up(list(wants.values()), now=now)
        )
        people = identity.enrolled(list(checked.values()), new)
        if people is not None and all(p.evidence == w.evidence for p, w in zip(people, wants.values(), strict=True)):
            ids = dict(zip(wants, people, strict=True))
            return {i: replace(one, person_id=ids[i].id, document="") for i, one in wants.items()}, read
    trips.rows()
    people_again = identity.enrol_many([_person_asked(asked[i]) for i in checked], now=now)
    own = mandates.own_people(accounts.values())
    for i, person in zip(checked, people_again, strict=True):
        assert not isinstance(person, Refused)
        if i in accounts and own.get(accounts[i]) == person.id:
            answers[i] = refused(Refusal("mandate-missing", {"item": asked[i].body.item}), asked[i].language)
            del wants[i]
        else:
            wants[i] = replace(wants[i], person_id=person.id, evidence=person.evidence, document="")
    return wants, None


def _asked(one: Booking, person: identity.CheckedPerson, account: int | None) -> booking.Asked:
    return booking.Asked(
        slot_id=one.body.slot,
        item_code=one.body.item,
        person_id=0,
        document=person.number_index,
        source=one.body.source,
        by=one.caller.by,
        account_id=account,
        language=one.language,
        note=one.body.note.strip(),
        name=person.name,
        contact=person.phone,
        evidence=person.evidence,
        persons=one.body.persons,
        answers=one.body.answers,
        behind=booking.behind(end_user=one.body.end_user, contact=person.phone),
    )


def _person_asked(one: Booking) -> identity.PersonAsked:
    given = one.body.person
    return identity.PersonAsked(
        given.name, given.id_type, given.id_number, given.phone, _evidence(one), str(one.caller.by)
    )


def _evidence(one: Booking) -> Evidence:
    """A channel vouches for its own people; whom an agent books for is what the agent typed, and strikes stay with it."""
    return one.caller.evidence if one.body.agent is None else Evidence.DECLARED


def _accounts(
    asked: Sequence[Booking], todo: Sequence[int], answers: dict[int, Answer], trips: prepared.Trips
) -> dict[int, int]:
    """The accounts of the agents that book, locked; who is none of theirs is answered. No query where no agent books."""
    wanted = {
        i: (agent, asked[i].caller.key.id, asked[i].body.end_user)
        for i in todo
        if (agent := asked[i].body.agent) is not None
    }
    if not wanted:
        return {}
    trips.rows()  # before somebody's lock is waited for
    accounts: dict[int, int] = {}
    today = clock.now().astimezone(identity.CHINA).date()
    for i, found in mandates.accounts_of(wanted, today=today).items():
        if isinstance(found, Refused):
            answers[i] = refused(found.refusal, asked[i].language)
        else:
            accounts[i] = found
    return accounts


def _elsewhere(asked: Sequence[Booking], todo: Sequence[int]) -> dict[int, Answer]:
    """Answers for those whose key is bound to other halls than their slot's."""
    bound = [i for i in todo if asked[i].caller.bound]
    halls = _halls([asked[i] for i in bound])
    answers = {}
    for i in bound:
        hall = halls[asked[i].body.slot]
        if hall and not asked[i].caller.reaches(hall):
            answers[i] = refused(Refusal("not-your-hall", {"hall": hall}), asked[i].language)
    return answers
