"""What the actions of this room share: locks, ends, the trail, and the word to whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from banshi.foundation.announce import announce
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import Consent, Recording, RemoteSession, Screen, Seat, Talk
from banshi.rooms.remote.rules import OPEN_RECORDINGS, RECORDING, SEAT, SESSION
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import WindowSession

IN_A_CALL = "视频通话中 · in a video call"  # why a window is paused meanwhile
TOPIC = "remote"  # subject: the ref of a session
SEATS = "seats"  # subject: the id of a seat


def locked(ref: str) -> RemoteSession:
    """The session, and everybody else who does something with it waits. Seats are locked after sessions, never before.

    :raises Refused: nothing-found.
    """
    rows = RemoteSession.objects.select_for_update(no_key=True, of=("self",))
    session = rows.select_related("hall", "item", "seat__staff", "person", "account").filter(ref=ref).first()
    if session is None:
        raise Refused("nothing-found", facts={"remote_session": ref})
    return session


def need(session: RemoteSession, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := SESSION.refusal(session.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "remote_session", **no.facts})


def need_seat(seat: Seat, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := SEAT.refusal(seat.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "seat", **no.facts})


def changed(session: RemoteSession, **values: Any) -> None:
    for name, value in values.items():
        setattr(session, name, value)
    session.save(update_fields=list(values))


def told(session: RemoteSession, *, now: datetime, seat_id: int | None = None) -> None:
    """Whoever watches the session hears on commit that it is not what it was; and the seat, where it is one's. No content."""
    announce(hall=session.hall.code, topic=TOPIC, subject=session.ref, now=now)
    if seat_id is not None:
        announce(hall=session.hall.code, topic=SEATS, subject=str(seat_id), now=now)


def record(
    action: str, session: RemoteSession, *, by: Actor, now: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    audit.record(
        action=action, subject=f"remote:{session.day:%y%m%d}-{session.no}", by=by, now=now,
        hall=session.hall.code, facts=facts or {},
    )  # fmt: skip


def staff_of(by: Actor) -> int:
    """:raises Refused: not-allowed – who does not work here."""
    if by.kind is not ActorKind.STAFF or not by.id:
        raise Refused("not-allowed", facts={"permission": "video.answer"})
    return int(by.id)


def theirs(session: RemoteSession, by: Actor) -> int:
    """The id of the seat of whoever acts, whose call it is. :raises Refused: not-allowed, changed-meanwhile."""
    if session.seat is None or session.seat.staff_id != staff_of(by):
        raise Refused("changed-meanwhile")
    return session.seat.pk


def seat_locked(staff_id: int) -> Seat:
    """The seat of somebody who works here, and everybody else who wants it waits. :raises Refused: nothing-found."""
    rows = Seat.objects.select_for_update(no_key=True, of=("self",)).select_related("hall", "staff")
    seat = rows.filter(staff_id=staff_id).first()
    if seat is None:
        raise Refused("nothing-found", facts={"seat": staff_id})
    return seat


def free(seat_id: int | None, *, state: str = "ready", now: datetime) -> None:
    """The call is over: the seat is free for the next one, or as `state` says; a window takes numbers again. The caller holds
    the session's lock."""
    if seat_id is None:
        return
    Seat.objects.filter(pk=seat_id, state="talking").update(state=state, since=now)
    staff_id = Seat.objects.filter(pk=seat_id, kind="window").values_list("staff_id", flat=True).first()
    if staff_id is None:
        return
    at_window = WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None, paused_at__isnull=False).first()
    if at_window is not None and at_window.pause_reason == IN_A_CALL:
        tickets.resume(staff_id=staff_id, now=now)


def hold_window(seat: Seat | None, *, now: datetime) -> None:
    """Nobody is sent to a window whose clerk talks. Who has been called there already comes first.

    :raises Refused: window-busy.
    """
    if seat is None or seat.kind != "window":
        return
    number = queries.number_at_window(seat.staff_id)
    if number is not None:
        raise Refused("window-busy", facts={"number": number})
    if WindowSession.objects.filter(staff_id=seat.staff_id, signed_out_at=None, paused_at=None).exists():
        tickets.pause(staff_id=seat.staff_id, reason=IN_A_CALL, now=now)


def talk_ends(session: RemoteSession, why: str, *, now: datetime) -> None:
    """What one seat had of it is over: what it saw of the citizen's screen, and what it recorded, too."""
    recording_ends(session, "talk-over", now=now)
    Talk.objects.filter(session=session, ended_at=None).update(ended_at=now, why=why)
    Screen.objects.filter(session=session).delete()


def recording_ends(session: RemoteSession, why: str, *, now: datetime) -> bool:
    """What is recorded is closed, with its consent; what was only asked is answered by itself. The caller holds the session's
    lock. :returns: whether something ran.

    :param why: `rules.CLOSED_BY`.
    """
    open_one = Recording.objects.filter(session=session, state__in=OPEN_RECORDINGS).first()
    Consent.objects.filter(session=session, what="recording", taken_back_at=None).update(taken_back_at=now)
    if open_one is None:
        return False
    if open_one.state == "asked":
        open_one.state, open_one.answered_at = RECORDING.to("decline"), now
        open_one.save(update_fields=["state", "answered_at"])
        return False
    days = policy_of(session.hall_id, now=now).video.recording_days
    open_one.state, open_one.ended_at, open_one.why = RECORDING.to("close"), now, why
    open_one.kept_until = now + timedelta(days=days)
    open_one.save(update_fields=["state", "ended_at", "why", "kept_until"])
    record("remote_recording_closed", session, by=SYSTEM, now=now, facts={"closed": why, "size": open_one.size})
    return True


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def one_of(field: str, value: str, known: tuple[str, ...]) -> str:
    """:raises Refused: invalid."""
    if value not in known:
        raise invalid(field, f"只能是 {'、'.join(known)} 之一", f"One of {', '.join(known)}")
    return value


def words(text: str, *, least: int = 0, most: int, field: str) -> str:
    """:raises Refused: invalid."""
    kept = legible(text, field=field)
    if not least <= len(kept) <= most:
        raise invalid(field, f"写 {least} 到 {most} 个字", f"{least} to {most} characters")
    return kept
