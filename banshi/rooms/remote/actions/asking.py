"""Whoever wants to be helped: asks, leaves, wants to be called back, rates."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from banshi.foundation import phones
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.queries import hall_item
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import queries, rules
from banshi.rooms.remote.actions.ground import (
    changed,
    free,
    invalid,
    locked,
    need,
    one_of,
    record,
    talk_ends,
    told,
)  # fmt: skip
from banshi.rooms.remote.actions.telling import tell_over
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.rules import SESSION

NUMBER_SQL = """
INSERT INTO remote_counter (hall_id, day, last) VALUES (%s, %s, 1)
ON CONFLICT (hall_id, day) DO UPDATE SET last = remote_counter.last + 1 RETURNING last
"""


@dataclass(frozen=True)
class Asking:
    """Who wants what, where. `item`: code of a matter of the hall. `person_id`: whoever it is for, as the caller knows them, and
    `evidence` of it, or the `name` as it was only said; None: somebody who only asks. `device_id`: the machine they stand at.
    `skills`: asked for outright, else the item's. `appointment`: code of the time booked by video that it is for; who has one
    is never too many, and goes first from `first_from` on."""

    hall: Hall
    origin: str
    wants: str
    media: str = "video"
    language: str = "zh"
    item: str | None = None
    person_id: int | None = None
    evidence: Evidence = Evidence.DECLARED
    name: str = ""
    account_id: int | None = None
    device_id: int | None = None
    case_id: int | None = None
    skills: Sequence[str] = ()
    appointment: str = ""
    first_from: datetime | None = None


def ask(asking: Asking, *, by: Actor, now: datetime) -> RemoteSession:
    """Stand in the line of the video service, with a number.

    :raises Refused: nothing-found, item-not-here, invalid, closed (with when it opens), video-not-here, too-many-waiting,
        already-waiting (the person has an open session; its number).
    """
    one_of("from", asking.origin, rules.ORIGINS)
    one_of("wants", asking.wants, rules.WANTS)
    one_of("media", asking.media, rules.MEDIA)
    one_of("language", asking.language, rules.LANGUAGES)
    item, skills = None, list(asking.skills)
    if asking.item:
        line = hall_item(asking.hall.pk, asking.item)
        item = line.item
        skills = skills or [line.category.code, item.department.code]
    most = _open(asking.hall, now)
    local = now.astimezone(ZoneInfo(asking.hall.timezone))
    there = queries.at_work(asking.hall.pk, now=now)  # before the hall's counter is held: others wait for that
    try:
        with transaction.atomic():
            session = RemoteSession(
                ref=code_from(os.urandom(19)), hall=asking.hall, day=local.date(), **_who(asking), asked_by=str(by),
                item=item, case_id=asking.case_id, origin=asking.origin, device_id=asking.device_id, wants=asking.wants,
                media=asking.media, language=asking.language, skills=skills, asked_at=now,
                appointment=asking.appointment, first_from=asking.first_from,
            )  # fmt: skip
            session.seq = _number(asking.hall, session)  # from here on one after the other, in a hall
            place = queries.place(session, now=now, there=there)
            if place.ahead >= most and not asking.appointment:
                raise Refused("too-many-waiting", facts={"waiting": place.ahead})
            if place.ahead <= policy_of(asking.hall.pk, now=now).messages.ahead:
                session.told_near_at = now  # the page says it already
            session.promised_at = None if place.minutes is None else now + timedelta(minutes=place.minutes)
            session.save()
            record("remote_asked", session, by=by, now=now, facts={"wants": asking.wants, "origin": asking.origin})
            told(session, now=now)
    except IntegrityError as clash:  # two taps: the first one stands in the line
        said = "" if asking.evidence.proves else str(by)
        open_one = queries.open_of(asking.person_id, asked_by=said)
        if open_one is None:
            raise
        raise Refused("already-waiting", facts={"number": open_one.no}) from clash
    return session


def _who(asking: Asking) -> dict[str, Any]:
    """Whoever it is for, and how that is known."""
    proof = asking.evidence if asking.person_id is not None else Evidence.DECLARED
    said = None if proof.proves else asking.name or None
    return {
        "person_id": asking.person_id, "evidence": int(proof), "caller_name": said, "account_id": asking.account_id,
    }  # fmt: skip


def named(*, ref: str, person_id: int, evidence: Evidence, name: str, by: Actor, now: datetime) -> RemoteSession:
    """It turns out who calls: a machine has read their card, or they have said it (`name`, as they said it). What is proven is
    not said anew.

    :raises Refused: nothing-found, wrong-state; invalid – they are proven already, or something was collected for them;
        already-waiting – that person has another open session.
    """
    try:
        with transaction.atomic():
            session = locked(ref)
            need(session, "say")
            if session.person_id == person_id and session.evidence >= evidence:
                return session
            other = session.person_id is not None and session.person_id != person_id
            if session.proven or (other and (session.case_id is not None or session.booking)):
                raise invalid("person", "这通电话是谁打的已经确定了", "Who calls is settled already")
            changed(session, person_id=person_id, evidence=int(evidence), caller_name=None if evidence.proves else name)
            record("remote_named", session, by=by, now=now, facts={"evidence": evidence.name.lower()})
            told(session, now=now)
    except IntegrityError as clash:
        raise Refused("already-waiting", facts={"number": _other_of(person_id, ref)}) from clash
    return session


def _other_of(person_id: int, ref: str) -> str:
    rows = RemoteSession.objects.filter(person_id=person_id, ended_at=None).exclude(ref=ref)
    first = rows.order_by("id").first()
    return first.no if first is not None else ""


def is_for(*, ref: str, appointment: str, first_from: datetime | None, by: Actor, now: datetime) -> RemoteSession:
    """Who waits already turns out to have booked this time: they go first with it.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        session = locked(ref)
        need(session, "say")
        changed(session, appointment=appointment, first_from=first_from)
        record("remote_for_booking", session, by=by, now=now, facts={"appointment": appointment})
        told(session, now=now)
    return session


def _number(hall: Hall, session: RemoteSession) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_SQL, [hall.pk, session.day])
        return int(cursor.fetchone()[0])


def _open(hall: Hall, now: datetime) -> int:
    """How many may wait. :raises Refused: video-not-here, closed."""
    policy = policy_of(hall.pk, now=now).video
    if policy.most_waiting == 0 or not queries.has_seats(hall.pk):
        raise Refused("video-not-here", facts={"hall_zh": hall.name_zh, "hall_en": hall.name_en})
    if (no := queries.closed(hall, now=now)) is not None:
        raise Refused(no)
    return policy.most_waiting


def leave(*, ref: str, by: Actor, now: datetime) -> RemoteSession:
    """The citizen goes, from the line or in the middle. Gone already is gone. :raises Refused: nothing-found."""
    with transaction.atomic():
        session = locked(ref)
        if session.state == "ended":
            return session
        _ended(session, "leave", "left", by=by, now=now)
    return session


def _ended(session: RemoteSession, verb: str, why: str, *, by: Actor, now: datetime) -> None:
    need(session, verb)
    seat_id = session.seat_id
    changed(session, state=SESSION.to(verb), ended_at=now, why=why)
    tell_over(session, why, now=now)
    talk_ends(session, why, now=now)
    free(seat_id, now=now)
    if why == "closed":
        record("remote_closed", session, by=by, now=now)
    else:
        record("remote_left", session, by=by, now=now)
    told(session, now=now, seat_id=seat_id)


def call_back(*, ref: str, phone: str, by: Actor, now: datetime) -> RemoteSession:
    """Be called instead of waiting: the place in the line stays. A new number replaces the one given before.

    :raises Refused: nothing-found, wrong-state, phone-invalid.
    """
    number = phones.known(phone)
    with transaction.atomic():
        session = locked(ref)
        if session.state != "callback":
            need(session, "call_back")
        changed(session, state=SESSION.to("call_back"), phone=number)
        record("remote_call_back_asked", session, by=by, now=now)
        told(session, now=now)
    return session


def close_due(*, hall: Hall, now: datetime) -> int:
    """The service has closed: who still waits is told so. Who is to be called back is called when it opens.

    :returns: how many.
    """
    if queries.closed(hall, now=now) is None:
        return 0
    done = 0
    for ref in list(queries.in_line(hall.pk, now=now).filter(state="waiting").values_list("ref", flat=True)):
        with transaction.atomic():
            session = locked(ref)
            if session.state == "waiting":
                _ended(session, "close", "closed", by=SYSTEM, now=now)
                done += 1
    return done


def rate(*, ref: str, score: int, by: Actor, now: datetime) -> RemoteSession:
    """0 to 10, once it has ended; said again the same is the same. :raises Refused: nothing-found, invalid, wrong-state,
    already-rated."""
    if not 0 <= score <= rules.BEST:
        raise invalid("score", f"打 0 到 {rules.BEST} 分", f"0 to {rules.BEST}")
    with transaction.atomic():
        session = locked(ref)
        if session.state != "ended" or session.answered_at is None:
            facts = {"kind": "remote_session", "state": session.state, "needs": "ended"}
            raise Refused("wrong-state", facts=facts)
        if session.score == score:
            return session
        if session.score is not None:
            raise Refused("already-rated")
        changed(session, score=score, rated_at=now)
        record("remote_rated", session, by=by, now=now, facts={"score": score})
    return session
