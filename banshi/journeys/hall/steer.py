"""Steering a hall: a manager opens, pauses and closes windows, and changes what one serves – each on the record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import holds, must_hold
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as identity_queries
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import actions as places
from banshi.rooms.places import queries as place_queries
from banshi.rooms.places.models import Category, Window, WindowCategory
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import WindowSession
from banshi.rooms.tickets.queries import line
from banshi.rooms.tickets.queries.line import LineCategory

WORK = "desk.work"


@transaction.atomic
def sign_in(*, window_code: str, staff_id: int, now: datetime) -> WindowSession:
    """Begin to work a window (上岗) with a right that is held at this moment: a role that ends meanwhile waits for the
    sign-in, and frees the window; one that has ended opens none.

    :raises Refused: unauthenticated (deactivated), not-allowed, not-your-hall; nothing-found, window-taken, wrong-state.
    """
    hall = place_queries.window_by_code(window_code).hall
    if not identity.lock_staff(staff_id).is_active:
        raise Refused("unauthenticated")
    must_hold(_grants(staff_id), WORK, hall.code)
    return tickets.sign_in(window_code=window_code, staff_id=staff_id, now=now)


@transaction.atomic
def open_window(*, window: Window, by: Actor, now: datetime, staff_id: int | None = None) -> WindowSession:
    """Put a free clerk of the hall to the window (开窗); without one named, who is on duty.

    :raises Refused: invalid (nobody free, or not one of the hall's free clerks), window-taken, wrong-state.
    """
    free = insight.free_clerks(window.hall, now)
    chosen = next((clerk for clerk in free if staff_id is None or clerk.staff_id == staff_id), None)
    if chosen is None:
        zh = "这位工作人员不在本厅待岗" if free else "没有空闲的窗口人员"
        en = "This clerk is not free in this hall" if free else "No clerk is free"
        raise Refused("invalid", facts={"field": "staff", "reason": {"zh": zh, "en": en}})
    session = sign_in(window_code=window.code, staff_id=chosen.staff_id, now=now)
    _record("opened-window", window, by, now, staff=chosen.login)
    return session


@transaction.atomic
def close_window(*, window: Window, by: Actor, now: datetime) -> None:
    """Sign the window's clerk out (关窗).

    :raises Refused: not-signed-in, window-busy.
    """
    tickets.sign_out(staff_id=_clerk_at(window), now=now)
    _record("closed-window", window, by, now)


@transaction.atomic
def pause_window(*, window: Window, reason: str, by: Actor, now: datetime) -> None:
    """:raises Refused: not-signed-in, invalid (no reason), wrong-state."""
    tickets.pause(staff_id=_clerk_at(window), reason=reason, now=now)
    _record("paused-window", window, by, now)


@transaction.atomic
def resume_window(*, window: Window, by: Actor, now: datetime) -> None:
    """The window takes numbers again: after a pause, or once somebody has seen to an emergency.

    :raises Refused: not-signed-in.
    """
    tickets.resume(staff_id=_clerk_at(window), now=now)
    _record("resumed-window", window, by, now)


@transaction.atomic
def call_help(*, staff_id: int, by: Actor, now: datetime) -> None:
    """The clerk calls for help (紧急求助): on the record once, however often the button is pressed.

    :raises Refused: not-signed-in.
    """
    session, fresh = tickets.emergency(staff_id=staff_id, now=now)
    if fresh:
        _record("called-help", session.window, by, now)


@transaction.atomic
def go_on(*, staff_id: int, by: Actor, now: datetime) -> None:
    """The clerk takes numbers again, after a pause or help; the end of a call for help is on the record.

    :raises Refused: not-signed-in.
    """
    helped = WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None, emergency_at__isnull=False).exists()
    session = tickets.resume(staff_id=staff_id, now=now)
    if helped:
        _record("ended-help", session.window, by, now)


@transaction.atomic
def see_help(*, window: Window, staff_id: int, by: Actor, now: datetime) -> None:
    """Somebody in the office says they see the call for help; the clerk reads it at once."""
    if tickets.see_emergency(window=window, staff_id=staff_id, now=now):
        _record("saw-help", window, by, now)


@transaction.atomic
def let_serve(
    *,
    window: Window,
    codes: Collection[str],
    by: Actor,
    now: datetime,
    also: bool = False,
    preferred: Collection[str] | None = None,
) -> tuple[LineCategory, ...]:
    """What the window serves from now on.

    :param also: keep what it serves, and add these. :param preferred: what it calls first; None keeps those it has.
    :returns: lines in which people wait and that no window at work serves any more: this was the only one.
    :raises Refused: invalid (nothing chosen, unknown category).
    """
    wanted = set(codes)
    if also:
        wanted |= set(WindowCategory.objects.filter(window=window).values_list("category__code", flat=True))
    chosen = list(Category.objects.filter(hall=window.hall, code__in=wanted).order_by("order", "code"))
    if len(chosen) != len(wanted):
        raise Refused(
            "invalid", facts={"field": "categories", "reason": {"zh": "没有这类业务", "en": "No such category"}}
        )
    served = {each.code for each in line(window.hall_id, now).categories if each.windows}
    places.set_window_categories(window=window, categories=chosen, by=by, now=now, preferred=preferred)
    announce(hall=window.hall.code, topic="windows", subject=window.code, now=now)
    after = line(window.hall_id, now).categories
    return tuple(each for each in after if each.waiting and not each.windows and each.code in served)


@transaction.atomic
def deactivate(*, staff: Staff, by: Actor, now: datetime) -> None:
    """Nobody signs in with this account any more; a window worked with it is freed, and its person goes on elsewhere."""
    identity.set_active(staff=staff, active=False, by=by, now=now)
    _free(staff, by, now)


@transaction.atomic
def end_role(*, role: Role, by: Actor, now: datetime) -> None:
    """The role ends; a window they work is freed as soon as no other role lets them work it."""
    # Two of somebody's roles may end at once: each would see the other still held, and nobody would free the window.
    identity.lock_staff(role.staff_id)
    identity.end_role(role_id=role.pk, by=by, now=now)
    at_work = WindowSession.objects.filter(staff_id=role.staff_id, signed_out_at=None).select_related("hall").first()
    if at_work is not None and not holds(_grants(role.staff_id), WORK, at_work.hall.code):
        _free(role.staff, by, now)


def _grants(staff_id: int) -> dict[str, frozenset[str]]:
    return place_queries.grants(identity_queries.roles_of(staff_id))


def _free(staff: Staff, by: Actor, now: datetime) -> None:
    session = tickets.free_window(staff_id=staff.pk, now=now)
    if session is not None:
        _record("freed-window", session.window, by, now, staff=staff.login)


def _clerk_at(window: Window) -> int:
    session = WindowSession.objects.filter(window=window, signed_out_at=None).order_by("id").first()
    if session is None:
        raise Refused("not-signed-in", facts={"window": window.code})
    return session.staff_id


def _record(action: str, window: Window, by: Actor, now: datetime, **facts: str) -> None:
    audit.record(action=action, subject=f"window:{window.code}", by=by, now=now, hall=window.hall.code, facts=facts)
