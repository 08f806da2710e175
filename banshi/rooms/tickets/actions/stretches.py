"""A service is a sum of stretches at a window: what begins, ends and interrupts one. What lies between is nobody's handling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from banshi.rooms.tickets.actions.ground import locked, tell_line
from banshi.rooms.tickets.models import SENT_OUT, Service, Ticket, WindowSession


def begin_stretch(ticket: Ticket, *, session: WindowSession, now: datetime) -> None:
    Service.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, window=session.window, staff_id=session.staff_id,
        category_id=ticket.category_id, item_id=ticket.item_id, started_at=now,
    )  # fmt: skip


def end_stretch(ticket: Ticket, *, outcome: str, now: datetime) -> None:
    """End the one under way. Where an evacuation has, and nothing goes on yet, one of no length says how the service ended."""
    if Service.objects.filter(ticket=ticket, ended_at=None).update(ended_at=now, outcome=outcome):
        return
    last = _last(ticket)
    if last is not None and last.outcome == SENT_OUT:
        _another(last, ticket, now, ended_at=now, outcome=outcome)


def interrupt_services(tickets: Sequence[Ticket], *, since: datetime, now: datetime) -> None:
    """Inside a transaction: whoever is being served has left the building with everybody else.

    :param since: when they were told to; a stretch that began later has no length.
    """
    serving = [each for each in tickets if each.state == "serving"]
    if not serving or not Service.objects.filter(ticket__in=serving, ended_at=None).exists():
        return
    for each in serving:
        ticket = locked(each.ref)
        under_way = Service.objects.filter(ticket=ticket, ended_at=None)
        if under_way.update(ended_at=Greatest(F("started_at"), since), outcome=SENT_OUT):
            tell_line(ticket, now)


def resume_services(tickets: Sequence[Ticket], *, at: datetime, now: datetime) -> None:
    """Inside a transaction: the evacuation over their windows is over since `at`, and their services go on from there."""
    for each in tickets:
        ticket = locked(each.ref)
        last = _last(ticket) if ticket.state == "serving" else None
        if last is None or last.ended_at is None or last.outcome != SENT_OUT:
            continue
        _another(last, ticket, max(at, last.ended_at))
        tell_line(ticket, now)


def _last(ticket: Ticket) -> Service | None:
    return Service.objects.filter(ticket=ticket).order_by("-id").first()


def _another(
    last: Service, ticket: Ticket, started_at: datetime, *, ended_at: datetime | None = None, outcome: str = ""
) -> None:
    """At the window where the number is; with whoever works there now."""
    window_id = ticket.window_id or last.window_id
    at_work = WindowSession.objects.filter(window_id=window_id, signed_out_at=None).order_by("id").first()
    Service.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, window_id=window_id,
        staff_id=at_work.staff_id if at_work is not None else last.staff_id, category_id=ticket.category_id,
        item_id=ticket.item_id, started_at=started_at, ended_at=ended_at, outcome=outcome,
    )  # fmt: skip
