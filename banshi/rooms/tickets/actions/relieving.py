"""A number changes hands: a lead takes it over (接手) from a clerk who cannot go on, or a window is freed of its clerk.

Numbers are locked before sessions, as at the window itself, so that whoever finishes meanwhile and whoever takes over wait
for each other in one order.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.deciding import need_why
from banshi.rooms.tickets.actions.ground import (
    locked,
    need,
    need_at_work,
    need_free,
    now_idle,
    session_of,
    tell_line,
    tell_window,
)
from banshi.rooms.tickets.actions.stretches import begin_stretch, end_stretch
from banshi.rooms.tickets.actions.told import tell
from banshi.rooms.tickets.actions.windows import end_session, free_kept
from banshi.rooms.tickets.models import AT_WINDOW, Call, Pause, Ticket, Transfer, WindowSession

TRIES = 5  # a number may be called to the window between two looks


@transaction.atomic
def take_over(*, ref: str, window_code: str, staff_id: int, why: str, now: datetime) -> Ticket:
    """Go on, at my free window, with the number at the window named; surfaces ask for the right.

    Who is being served goes on being served, who was only called is called here. The other window pauses for the same
    reason, so that nobody is sent to a desk without a clerk; its clerk goes on when they are back.

    :raises Refused: invalid (no reason), nothing-found, not-signed-in, not-your-hall, window-busy, wrong-state (the number is
        at no window or at mine, my window is paused), person-elsewhere (at another by now: of two leads one takes it).
    """
    reason = need_why(why)
    ticket = locked(ref)
    mine = session_of(staff_id, lock=True)
    if ticket.hall_id != mine.hall_id:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})
    need(ticket, "take_over")
    if ticket.window_id == mine.window_id:
        raise Refused("wrong-state", facts={"state": ticket.state, "needs": "another window"})
    if ticket.window is None or ticket.window.code != window_code:
        raise Refused("person-elsewhere", facts={"window": ticket.window.number if ticket.window else ""})
    need_at_work(mine)
    need_free(mine)
    theirs = _session_at(ticket.window.pk)
    Transfer.objects.create(
        ticket=ticket, from_window=ticket.window, to_window=mine.window, at=now, by=f"staff:{staff_id}", why=reason
    )
    facts = {"why": reason, "window": ticket.window.number, "to": mine.window.number}
    now_idle(ticket.window_id, now)
    _goes_on_at(mine, ticket, now)
    if theirs is not None:
        _pause(theirs, reason, now)
        facts["staff"] = theirs.staff.login
    by = Actor(ActorKind.STAFF, str(staff_id))
    audit.record(action="took_over", subject=f"ticket:{ticket.ref}", by=by, now=now, hall=ticket.hall.code, facts=facts)
    tell_line(ticket, now)
    return ticket


def _session_at(window_id: int) -> WindowSession | None:
    open_there = WindowSession.objects.filter(window_id=window_id, signed_out_at=None)
    return open_there.select_related("window", "hall", "staff").order_by("id").first()


def _goes_on_at(mine: WindowSession, ticket: Ticket, now: datetime) -> None:
    ticket.window = mine.window
    if ticket.state == "serving":
        end_stretch(ticket, outcome="transferred", now=now)
        begin_stretch(ticket, session=mine, now=now)
        ticket.save(update_fields=["window"])
        return
    ticket.called_at, ticket.calls, ticket.recalls = now, ticket.calls + 1, 0
    ticket.save(update_fields=["window", "called_at", "calls", "recalls"])
    Call.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, window=mine.window, staff_id=mine.staff_id, kind="call", at=now
    )
    dedupe = f"your_turn:{ticket.ref}:{ticket.calls}"
    tell(ticket, key="your_turn", dedupe=dedupe, window=mine.window, now=now, more={"call": ticket.calls})


def _pause(theirs: WindowSession, reason: str, now: datetime) -> None:
    paused = WindowSession.objects.filter(pk=theirs.pk, signed_out_at=None, paused_at=None)
    if paused.update(paused_at=now, pause_reason=reason[:60]):
        Pause.objects.create(session=theirs, reason=reason[:60], starts_at=now)
        free_kept(theirs.window_id)
    tell_window(theirs, now)


class _Changed(Exception):
    pass


def free_window(*, staff_id: int, now: datetime) -> WindowSession | None:
    """Somebody works no window any more (deactivated, role ended): nobody is left with them.

    Who was being served is put aside – any clerk takes it up; who had been called keeps the turn. None where the clerk
    worked no window.
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _free(staff_id, now)
        except _Changed:
            continue
    raise Refused("changed-meanwhile")


def _free(staff_id: int, now: datetime) -> WindowSession | None:
    works = WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None).order_by("id")
    window_id = works.values_list("window_id", flat=True).first()
    if window_id is None:
        return None
    at = Ticket.objects.filter(window_id=window_id, state__in=AT_WINDOW).order_by("id")
    tickets = list(at.select_for_update(no_key=True))
    session = works.select_for_update(of=("self",), no_key=True).select_related("window", "hall").first()
    # Under the session's lock nobody else is called here; who was called before we had it is not under ours.
    if session is None or session.window_id != window_id or {t.pk for t in at} != {t.pk for t in tickets}:
        raise _Changed
    for ticket in tickets:
        if ticket.state == "serving":
            end_stretch(ticket, outcome="held", now=now)
            ticket.state = rules.NUMBER.to("put_aside")
        else:
            ticket.state, ticket.waits_from = rules.NUMBER.to("call_back"), now
            ticket.rank_class = rules.RankClass.REISSUED
        ticket.save(update_fields=["state", "rank_class", "waits_from"])
        announce(hall=session.hall.code, topic="line", subject=ticket.ref, now=now)
    end_session(session, now)
    return session
