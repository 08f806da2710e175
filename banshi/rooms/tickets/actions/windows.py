"""Windows at work (上岗): sign in and out, pause, call for help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from banshi.foundation.announce import announce
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.places.models import Window
from banshi.rooms.tickets.actions.calling import window_by_code
from banshi.rooms.tickets.actions.ground import broken, need_free, session_of, tell_line, tell_window
from banshi.rooms.tickets.models import Pause, Ticket, WindowSession

HELP_OVER: dict[str, Any] = {"emergency_at": None, "emergency_seen_at": None, "emergency_seen_by": None}


def sign_in(*, window_code: str, staff_id: int, now: datetime) -> WindowSession:
    """Begin to work a window; again at the same window changes nothing.

    :raises Refused: nothing-found, window-taken (with who is there), wrong-state (signed in at another window).
    """
    window = window_by_code(window_code)
    try:
        with transaction.atomic():
            mine = (
                WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None)
                .select_related("window")
                .order_by("id")
                .first()
            )
            if mine is not None and mine.window_id == window.pk:
                return mine
            if mine is not None:
                raise Refused("wrong-state", facts=_elsewhere(mine))
            _need_untaken(window.pk)
            session = WindowSession.objects.create(
                window=window, hall=window.hall, staff_id=staff_id, signed_in_at=now, idle_since=now
            )
            tell_window(session, now)
    except IntegrityError as trouble:
        if broken(trouble) == "one_clerk_per_window":
            theirs = WindowSession.objects.filter(window=window, signed_out_at=None).order_by("id").first()
            if theirs is not None and theirs.staff_id == staff_id:
                return theirs
            _need_untaken(window.pk)
            raise Refused("changed-meanwhile") from trouble
        if broken(trouble) == "one_window_per_clerk":
            mine = session_of(staff_id)
            if mine.window_id == window.pk:
                return mine
            raise Refused("wrong-state", facts=_elsewhere(mine)) from trouble
        raise
    return session


def _need_untaken(window_id: int) -> None:
    taken = (
        WindowSession.objects.filter(window_id=window_id, signed_out_at=None)
        .select_related("staff")
        .order_by("id")
        .first()
    )
    if taken is not None:
        raise Refused("window-taken", facts={"staff": {"zh": taken.staff.name_zh, "en": taken.staff.name_en}})


def _elsewhere(session: WindowSession) -> dict[str, object]:
    number = session.window.number
    state = {"zh": f"已在 {number} 号窗口上岗", "en": f"signed in at window {number}"}
    return {"state": state, "needs": "signed in nowhere else", "window": session.window.code}


def sign_out(*, staff_id: int, now: datetime) -> None:
    """Stop working the window. Numbers that were passed on to this window go back to their category's line.

    :raises Refused: not-signed-in, window-busy (somebody is being called or served).
    """
    with transaction.atomic():
        # Under lock, so that a call under way at this window is seen by the next statement or waits for us.
        session = session_of(staff_id, lock=True)
        need_free(session)
        end_session(session, now)


def end_session(session: WindowSession, now: datetime) -> None:
    """Inside a transaction: end the session and its pause, free the numbers that wait for this window alone."""
    Pause.objects.filter(session=session, ends_at=None).update(ends_at=now)
    WindowSession.objects.filter(pk=session.pk).update(signed_out_at=now, paused_at=None, **HELP_OVER)
    free_kept(session.window_id)
    tell_window(session, now)


def free_kept(window_id: int) -> None:
    """Nobody calls at this window now: whoever waits for it alone waits for every window of their line."""
    Ticket.objects.filter(only_window_id=window_id, state__in=["waiting", "parked"]).update(only_window=None)


def free_kept_for_nobody(*, now: datetime) -> int:
    """Numbers that wait for one window alone at which nobody is at work: passed on in the very moment in which its clerk
    paused, called for help or left.

    :returns: how many wait for every window of their line now.
    """
    at_work = WindowSession.objects.filter(
        window=OuterRef("only_window"), signed_out_at=None, paused_at=None, emergency_at=None
    )
    kept = Ticket.objects.filter(~Exists(at_work), only_window__isnull=False, state__in=["waiting", "parked"])
    with transaction.atomic():
        rows = kept.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related("hall").order_by("id")
        found = list(rows)
        Ticket.objects.filter(pk__in=[each.pk for each in found]).update(only_window=None)
        for each in found:
            tell_line(each, now)
    return len(found)


def pause(*, staff_id: int, reason: str, now: datetime) -> WindowSession:
    """Take no further numbers, for a reason; whoever is at the window is served to the end, and who waits for it alone waits
    for every window of their line.

    :raises Refused: not-signed-in, invalid (no reason), wrong-state (paused already).
    """
    reason = legible(reason, field="reason")
    if not reason:
        raise Refused("invalid", facts={"field": "reason", "reason": {"zh": "填写暂停原因", "en": "Say why"}})
    with transaction.atomic():
        session = session_of(staff_id, lock=True)
        if session.paused_at is not None:
            raise Refused("wrong-state", facts={"state": "paused", "needs": "at work"})
        session.paused_at, session.pause_reason = now, reason[:60]
        session.save(update_fields=["paused_at", "pause_reason"])
        Pause.objects.create(session=session, reason=session.pause_reason, starts_at=now)
        free_kept(session.window_id)
        tell_window(session, now)
    return session


def resume(*, staff_id: int, now: datetime) -> WindowSession:
    """Take numbers again. Where help was called, that ends first: a window that was paused before is paused again. At one that
    was neither it changes nothing.

    :raises Refused: not-signed-in.
    """
    with transaction.atomic():
        session = session_of(staff_id, lock=True)
        if session.paused_at is None and session.emergency_at is None:
            return session
        over = HELP_OVER if session.emergency_at is not None else {"paused_at": None, "pause_reason": ""}
        WindowSession.objects.filter(pk=session.pk).update(idle_since=now, **over)
        session.refresh_from_db()
        if session.paused_at is None:
            Pause.objects.filter(session=session, ends_at=None).update(ends_at=now)
        tell_window(session, now)
    return session


def emergency(*, staff_id: int, now: datetime) -> tuple[WindowSession, bool]:
    """The button under the desk (紧急按钮): guards and the manager see it at once. Pressed again it keeps its time.

    :returns: the session, and whether help was called by this very press.
    :raises Refused: not-signed-in.
    """
    with transaction.atomic():
        session = session_of(staff_id, lock=True)
        if fresh := session.emergency_at is None:
            session.emergency_at = now
            session.save(update_fields=["emergency_at"])
        announce(hall=session.hall.code, topic="windows", subject=session.window.code, now=now)
    return session, fresh


def see_emergency(*, window: Window, staff_id: int, now: datetime) -> bool:
    """Somebody in the office says they see the call for help; the clerk reads who and when. The first to say so stays.

    :returns: whether this was the first word; False also where help is over already.
    """
    with transaction.atomic():
        # One statement: of several who answer in the same moment exactly one is named.
        first = WindowSession.objects.filter(
            window=window, signed_out_at=None, emergency_at__isnull=False, emergency_seen_at=None
        ).update(emergency_seen_at=now, emergency_seen_by_id=staff_id)
        if first:
            announce(hall=window.hall.code, topic="windows", subject=window.code, now=now)
    return bool(first)


def emergency_over(*, window_code: str, now: datetime) -> None:
    """Somebody came: the window takes numbers again.

    :raises Refused: nothing-found.
    """
    window = window_by_code(window_code)
    with transaction.atomic():
        WindowSession.objects.filter(window=window, signed_out_at=None).update(idle_since=now, **HELP_OVER)
        announce(hall=window.hall.code, topic="windows", subject=window.code, now=now)
