"""Undo (撤销): what was pressed by mistake is taken back within minutes, with a trail."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import need_person_free
from banshi.rooms.tickets.actions.ground import (
    bookings_first,
    broken,
    goes_on,
    locked,
    need,
    need_free,
    need_not_evacuated,
    once_more,
    policy,
    seconds,
    session_of,
    tell_line,
    visit_goes_on,
    waits_twice,
)
from banshi.rooms.tickets.models import GO_ON, Call, Estimate, Miss, Service, Ticket, WindowSession
from banshi.rooms.tickets.queries.missed import TURNED_AWAY
from banshi.rooms.tickets.queries.steps import last_step


def undo(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Take back the last step with this number – finish, turning away, missed, start, going on – where this clerk did it.

    Within the policy's `undo_minutes`, at a free window; the number is then at this window as it was before, and handling
    time and wait are what they were. Going on from one matter of a visit to the next was one press and is one undo: the
    next is where it was before, the first at the window again. What was learned is not touched: nothing is learned before
    it is settled.

    :returns: the number that is at the window now.
    :raises Refused: nothing-found, not-signed-in, not-your-hall, wrong-state (nothing to take back, or another clerk's),
        too-late, window-busy, person-elsewhere, closed (people are asked to leave).
    """
    try:
        return once_more(lambda: _undo(ref, staff_id, now))
    except IntegrityError as trouble:
        if broken(trouble) == "a_person_is_at_one_window":
            raise Refused("person-elsewhere", facts={"window": ""}) from trouble
        raise


def _undo(ref: str, staff_id: int, now: datetime) -> Ticket:
    bookings_first(Ticket.objects.filter(visit__tickets__ref=ref))
    ticket = _locked(ref)
    session = session_of(staff_id, lock=True)
    if ticket.hall_id != session.hall_id:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})
    need(ticket, "undo")
    step = last_step(ticket)
    if step is None or step.staff_id != staff_id:
        raise Refused("wrong-state", facts={"state": ticket.state, "needs": "a step of your own"})
    closes = step.at + timedelta(minutes=policy(ticket, now).tickets.undo_minutes)
    if now > closes:
        raise Refused("too-late", facts={"closes": closes})
    if step.ended is not None:
        return _not_gone_on(ticket, step.ended.ref, step.at, session, now)
    if step.verb != "finish":  # of a finish whoever stands there is served to the end
        need_not_evacuated(ticket, session, now)
    if step.verb != "start":
        need_free(session)
        need_person_free(ticket)
    _STEPS["finish" if step.begun else step.verb](ticket, session)
    _told(ticket, step.verb, session, now)
    return ticket


def _locked(ref: str) -> Ticket:
    """Under lock, and before it the number it was gone on from: in the order in which `serve.go_on` locks them."""
    seen = Ticket.objects.filter(ref=ref).first()
    step = last_step(seen) if seen is not None else None
    if step is not None and step.ended is not None:
        locked(step.ended.ref)
    return locked(ref)


def _told(ticket: Ticket, verb: str, session: WindowSession, now: datetime) -> None:
    audit.record(
        action="undone",
        subject=f"ticket:{ticket.ref}",
        by=Actor(ActorKind.STAFF, str(session.staff_id)),
        now=now,
        hall=ticket.hall.code,
        facts={"verb": verb},
    )
    tell_line(ticket, now)


def _not_gone_on(ticket: Ticket, ended: str, at: datetime, session: WindowSession, now: datetime) -> Ticket:
    """Both as they were before the press: first the window is made free, then the first number is there again."""
    if ticket.window_id != session.window_id:  # a lead took it over meanwhile
        raise Refused("person-elsewhere", facts={"window": ticket.window.number if ticket.window else ""})
    _uncall(ticket, at)
    first = locked(ended)
    _unfinish(first, session)
    _told(ticket, "go_on", session, now)
    _told(first, "finish", session, now)
    return first


def _uncall(ticket: Ticket, at: datetime) -> None:
    """Never called at that moment. Whoever had stepped out stands at the window, so that number waits; a missed one is
    missed again. The count of calls stays: it tells a later message from the one that was written."""
    call = Call.objects.filter(ticket=ticket, kind=GO_ON).order_by("-id")[:1].get()
    Service.objects.filter(ticket=ticket, ended_at=None).delete()
    Call.objects.filter(ticket=ticket, id__gte=call.pk).delete()
    for each in Estimate.objects.filter(ticket=ticket).exclude(actual_s=None).order_by("id"):
        if each.actual_s == max(0, seconds(each.at, at) - ticket.away_s):
            Estimate.objects.filter(pk=each.pk).update(actual_s=None)
    missed = Miss.objects.filter(ticket=ticket, reinstated_at=at)
    was_missed = bool(missed.update(reinstated_at=None, reinstated_by=""))
    ticket.state = rules.NUMBER.to("undo_call_of_missed" if was_missed else "undo_call")
    earlier = Call.objects.filter(ticket=ticket).select_related("window").order_by("-id").first()
    begun = Service.objects.filter(ticket=ticket).order_by("-id").first()
    if not call.waited_s and not was_missed:
        ticket.waits_from = max(ticket.waits_from or ticket.made_at, at)
    ticket.wait_s = (ticket.wait_s or 0) - (call.waited_s or 0) or (None if earlier is None else 0)
    ticket.window, ticket.called_at = (earlier.window, earlier.at) if earlier is not None else (None, None)
    ticket.started_at, ticket.way_s, ticket.recalls = begun.started_at if begun is not None else None, None, 0
    if earlier is None:
        ticket.identity_ok, ticket.mismatch_allowed = (
            None,
            False,
        )  # the window saw the card for the number it went on from
    ticket.alone = ticket.alone and not waits_twice(ticket)
    ticket.save(
        update_fields=["state", "waits_from", "wait_s", "window", "called_at", "started_at", "way_s", "recalls",
                       "identity_ok", "mismatch_allowed", "alone"]
    )  # fmt: skip


def _unfinish(ticket: Ticket, session: WindowSession) -> None:
    ended = Service.objects.filter(ticket=ticket, ended_at=ticket.finished_at).order_by("-id")[:1].get()
    Service.objects.filter(pk=ended.pk).update(ended_at=None, outcome="", window=session.window)
    ticket.state, ticket.handling_s = rules.NUMBER.to("undo_finish"), None
    _open_again(ticket, session)


def _unturn(ticket: Ticket, session: WindowSession) -> None:
    ticket.state = rules.NUMBER.to("undo_turning_away")
    _open_again(ticket, session)


def _open_again(ticket: Ticket, session: WindowSession) -> None:
    ticket.finished_at, ticket.outcome, ticket.outcome_why, ticket.window = None, "", "", session.window
    visit_goes_on(ticket)
    ticket.alone = ticket.alone and not waits_twice(ticket)
    ticket.save(update_fields=["state", "handling_s", "finished_at", "outcome", "outcome_why", "window", "alone"])
    goes_on(ticket)
    ended_with_it = Ticket.objects.filter(visit_id=ticket.visit_id, closed_why=f"{TURNED_AWAY}{ticket.ref}")
    for each in ended_with_it.order_by("id"):
        each.state, each.closed_why = rules.NUMBER.to("undo_closing"), ""
        each.parked_at = each.parked_until = None
        each.alone = each.alone and not waits_twice(each)
        each.save(update_fields=["state", "closed_why", "parked_at", "parked_until", "alone"])
        goes_on(each)


def _unmiss(ticket: Ticket, session: WindowSession) -> None:
    Miss.objects.filter(ticket=ticket).order_by("-id")[:1].get().delete()
    ticket.state, ticket.misses, ticket.window = rules.NUMBER.to("undo_miss"), max(0, ticket.misses - 1), session.window
    ticket.alone = ticket.alone and not waits_twice(ticket)
    ticket.save(update_fields=["state", "misses", "window", "alone"])
    goes_on(ticket)
    messaging.unsay(subject=f"ticket:{ticket.ref}", keys=["missed"])


def _unstart(ticket: Ticket, _session: WindowSession) -> None:
    Service.objects.filter(ticket=ticket, ended_at=None).delete()
    ticket.state, ticket.started_at, ticket.way_s = rules.NUMBER.to("undo_start"), None, None
    ticket.alone = ticket.alone and not waits_twice(ticket)
    ticket.save(update_fields=["state", "started_at", "way_s", "alone"])


_STEPS = {"finish": _unfinish, "turn_away": _unturn, "miss": _unmiss, "start": _unstart}
