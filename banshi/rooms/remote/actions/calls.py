"""Calls: given to a seat, answered or not, passed on, ended.

Locks are taken in one order: the session, then its seat. A pair is given in a transaction of its own, both rows skipped where
somebody else holds them: two workers never give one seat, or one caller, twice. Who skipped one looks at the line anew, and then
waits for whoever holds a row, so that no seat stays free beside somebody who waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policies_of
from banshi.rooms.remote import queries, rules
from banshi.rooms.remote.actions.ground import (
    changed,
    free,
    hold_window,
    invalid,
    locked,
    need,
    one_of,
    record,
    talk_ends,
    theirs,
    told,
    words,
)  # fmt: skip
from banshi.rooms.remote.actions.seats import seat_named
from banshi.rooms.remote.actions.telling import tell_over
from banshi.rooms.remote.models import RemoteSession, Seat, Talk
from banshi.rooms.remote.rules import LINE, SEAT, SESSION, routing

MOST_CALLS = 500  # of the line, looked at in one go
LOOKS = 3


def assign(hall: Hall | None = None, *, now: datetime) -> list[RemoteSession]:
    """Give everybody who can be helped now a free seat that can help them: first whose booked time has come, then who asked
    first. The only one that gives.

    :param hall: None = every hall. :returns: the sessions that ring now because of it.
    """
    given: list[RemoteSession] = []
    hall_id = None if hall is None else hall.pk
    for look in range(LOOKS):
        seats = queries.free_seats(hall_id, now=now)
        if not seats:
            break
        calls = queries.calls_in_line(hall_id, now=now, most=MOST_CALLS)
        pairs = routing.pairs(calls, seats)
        found = [_give(call.id, seat.id, patient=look > 0, now=now) for call, seat in pairs]
        given += [each for each in found if each is not None]
        if None not in found:
            break
    return given


def _give(session_id: int, seat_id: int, *, patient: bool, now: datetime) -> RemoteSession | None:
    """Ring, where both are still free; None where somebody else was faster: the next look finds what is left.

    :param patient: wait for whoever holds one of them.
    """
    with transaction.atomic():
        sessions = RemoteSession.objects.select_for_update(no_key=True, skip_locked=not patient, of=("self",))
        session = sessions.select_related("hall").filter(pk=session_id, state__in=LINE).first()
        if session is None:
            return None
        seats = Seat.objects.select_for_update(no_key=True, skip_locked=not patient)
        seat = seats.filter(pk=seat_id, state__in=SEAT.of("take")).first()
        if seat is None:
            return None
        Seat.objects.filter(pk=seat.pk).update(state=SEAT.to("take"), since=now)
        changed(session, state=SESSION.to("ring"), seat=seat, rung_at=now)
        told(session, now=now, seat_id=seat.pk)
    return session


def answer(*, ref: str, by: Actor, now: datetime) -> RemoteSession:
    """The one at whose seat it rings takes it. Answered already by the same, it is theirs.

    :raises Refused: nothing-found, wrong-state (left meanwhile), changed-meanwhile (it rings elsewhere by now), window-busy.
    """
    with transaction.atomic():
        session = locked(ref)
        if session.state == "ended":
            need(session, "answer")
        seat_id = theirs(session, by)
        if session.state == "talking":
            return session
        need(session, "answer")
        hold_window(session.seat, now=now)
        changed(session, state=SESSION.to("answer"), answered_at=session.answered_at or now)
        Talk.objects.create(session=session, seat_id=seat_id, hall=session.hall, answered_at=now)
        record("remote_answered", session, by=by, now=now)
        told(session, now=now, seat_id=seat_id)
    return session


def decline(*, ref: str, by: Actor, now: datetime) -> RemoteSession:
    """Not now: it goes back to its place, and the seat is paused. :raises Refused: as of `answer`."""
    with transaction.atomic():
        session = locked(ref)
        theirs(session, by)
        need(session, "miss")
        _back(session, by=by, now=now)
    return session


def not_answered(*, now: datetime, speed: float = 1.0) -> int:
    """What has rung for longer than its hall says goes back to its place; the seat is paused, so that it does not ring there
    again.

    :param speed: hall seconds per second. A ring is heard by somebody who has to reach for the key, so it lasts as long beside a
        clock that runs fast.
    :returns: how many.
    """
    rows = (
        RemoteSession.objects.filter(state="ringing").order_by("rung_at", "id").values_list("pk", "hall_id", "rung_at")
    )
    ringing = list(rows)
    policies = policies_of({hall_id for _, hall_id, _ in ringing}, now=now)
    done = 0
    for pk, hall_id, rung_at in ringing:
        if rung_at is None or now - rung_at < timedelta(seconds=policies[hall_id].video.ring_s * max(speed, 1.0)):
            continue
        with transaction.atomic():
            session = (
                RemoteSession.objects.select_for_update(no_key=True, of=("self",))
                .select_related("hall")
                .filter(pk=pk, state="ringing", rung_at=rung_at)
                .first()
            )
            if session is not None:  # else answered, left, or ringing anew meanwhile
                _back(session, by=SYSTEM, now=now)
                done += 1
    return done


def _back(session: RemoteSession, *, by: Actor, now: datetime) -> None:
    seat_id = session.seat_id
    state = SESSION.to("miss") if session.phone is None else SESSION.to("call_back")
    changed(session, state=state, seat=None)
    free(seat_id, state="paused", now=now)
    record("remote_not_answered", session, by=by, now=now)
    told(session, now=now, seat_id=seat_id)


def transfer(
    *, ref: str, by: Actor, now: datetime, skills: Sequence[str] = (), language: str = "", to_seat: int | None = None
) -> RemoteSession:
    """Pass on: to whoever knows one of the skills, or speaks the language, or to one seat. It keeps its place in the line –
    first, as a rule.

    :param skills: codes of categories and departments; none: as before. :param language: "": as before. :param to_seat: id,
        then neither of the others.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid (both, neither, to oneself, who cannot help).
    """
    if bool(skills or language) == (to_seat is not None):
        raise invalid("to", "写明转给哪类业务、哪种语言，或哪个坐席", "Say to which skill, language, or seat")
    if language:
        one_of("language", language, rules.LANGUAGES)
    with transaction.atomic():
        session = locked(ref)
        seat_id = theirs(session, by)
        need(session, "transfer")
        session.language = language or session.language
        _reachable(session, skills or session.skills, to_seat, seat_id)
        talk_ends(session, "transferred", now=now)
        changed(
            session, state=SESSION.to("transfer"), seat=None, only_seat_id=to_seat,
            skills=list(skills) if skills else session.skills, language=session.language,
        )  # fmt: skip
        free(seat_id, now=now)
        facts = {"skills": list(skills), "language": language, "seat": to_seat}
        record("remote_passed_on", session, by=by, now=now, facts=facts)
        told(session, now=now, seat_id=seat_id)
    return session


def _reachable(session: RemoteSession, skills: Sequence[str], to_seat: int | None, own: int) -> None:
    """:raises Refused: nothing-found, invalid."""
    if to_seat is not None:
        seat = seat_named(to_seat)
        reaches = seat.hall_id in (None, session.hall_id) and session.language in seat.languages
        if seat.pk == own or not reaches:
            raise invalid("seat", "这个坐席接不了", "This seat cannot take it")
        return
    others = [each for each in queries.seats([session.hall_id]) if each.pk != own]
    wanted = frozenset(skills)
    if not any(
        session.language in each.languages and (not wanted or not each.skills or wanted & set(each.skills))
        for each in others
    ):
        raise invalid("skills", "没有懂这类业务、会这种语言的坐席", "No seat knows this and speaks the language")


def end(
    *, ref: str, by: Actor, now: datetime, why: str = "helped", outcome: str = "", then: str = "ready"
) -> RemoteSession:
    """The seat ends it. Ended already by the same with the same word, it is ended.

    :param why: `rules.ENDED_BY_SEAT`. :param outcome: what became of it, in the seat's words. :param then: ready | paused.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid.
    """
    one_of("why", why, rules.ENDED_BY_SEAT)
    one_of("then", then, ("ready", "paused"))
    kept = words(outcome, most=rules.LONGEST_OUTCOME, field="outcome")
    with transaction.atomic():
        session = locked(ref)
        seat_id = theirs(session, by)
        if session.state == "ended" and session.why == why:
            return session
        need(session, "end")
        changed(session, state=SESSION.to("end"), ended_at=now, why=why, outcome=kept)
        tell_over(session, why, now=now)
        talk_ends(session, why, now=now)
        free(seat_id, state=then, now=now)
        record("remote_ended", session, by=by, now=now, facts={"ended": why})
        told(session, now=now, seat_id=seat_id)
    return session
