"""Undo (撤销): what was pressed by mistake is taken back within minutes, with a trail."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import need_person_free
from banshi.rooms.tickets.actions.ground import broken, locked, need, need_free, policy, session_of, tell_line
from banshi.rooms.tickets.models import Miss, Service, Ticket, Visit, WindowSession
from banshi.rooms.tickets.queries.steps import last_step


def undo(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Take back the last step with this number – finish, turning away, missed, start – where this clerk did it.

    Within the policy's `undo_minutes`, at a free window; the number is then at this window as it was before, and handling
    time and wait are what they were. What was learned is not touched: nothing is learned before it is settled.

    :raises Refused: nothing-found, not-signed-in, not-your-hall, wrong-state (nothing to take back, or another clerk's),
        too-late, window-busy, person-elsewhere.
    """
    try:
        with transaction.atomic():
            return _undo(ref, staff_id, now)
    except IntegrityError as trouble:
        if broken(trouble) == "a_person_is_at_one_window":
            raise Refused("person-elsewhere", facts={"window": ""}) from trouble
        raise


def _undo(ref: str, staff_id: int, now: datetime) -> Ticket:
    ticket = locked(ref)
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
    if step.verb != "start":
        need_free(session)
        need_person_free(ticket)
    _STEPS[step.verb](ticket, session)
    audit.record(
        action="undone",
        subject=f"ticket:{ticket.ref}",
        by=Actor(ActorKind.STAFF, str(staff_id)),
        now=now,
        hall=ticket.hall.code,
        facts={"verb": step.verb},
    )
    tell_line(ticket, now)
    return ticket


def _unfinish(ticket: Ticket, session: WindowSession) -> None:
    ended = Service.objects.filter(ticket=ticket, ended_at=ticket.finished_at).order_by("-id")[:1].get()
    Service.objects.filter(pk=ended.pk).update(ended_at=None, outcome="", window=session.window)
    ticket.state, ticket.handling_s = "serving", None
    _open_again(ticket, session)


def _unturn(ticket: Ticket, session: WindowSession) -> None:
    ticket.state = "called"
    _open_again(ticket, session)


def _open_again(ticket: Ticket, session: WindowSession) -> None:
    ticket.finished_at, ticket.outcome, ticket.outcome_why, ticket.window = None, "", "", session.window
    ticket.save(update_fields=["state", "handling_s", "finished_at", "outcome", "outcome_why", "window"])
    Visit.objects.filter(pk=ticket.visit_id).update(left_at=None)


def _unmiss(ticket: Ticket, session: WindowSession) -> None:
    Miss.objects.filter(ticket=ticket).order_by("-id")[:1].get().delete()
    ticket.state, ticket.misses, ticket.window = rules.after("call"), max(0, ticket.misses - 1), session.window
    ticket.save(update_fields=["state", "misses", "window"])


def _unstart(ticket: Ticket, _session: WindowSession) -> None:
    Service.objects.filter(ticket=ticket, ended_at=None).delete()
    ticket.state, ticket.started_at, ticket.way_s = "called", None, None
    ticket.save(update_fields=["state", "started_at", "way_s"])


_STEPS = {"finish": _unfinish, "turn_away": _unturn, "miss": _unmiss, "start": _unstart}
