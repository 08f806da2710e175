"""The last step with a number: what may be taken back, when it was done, and by whom. Undo and the desk ask here alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.tickets.models import Call, Miss, Service, Ticket


@dataclass(frozen=True)
class Step:
    """verb: start | finish | miss | turn_away."""

    verb: str
    at: datetime
    staff_id: int


def last_step(ticket: Ticket) -> Step | None:
    """What a clerk did last with it; None where nothing can be taken back.

    A service that was taken up again or taken over has a beginning of its own, a number closed at the end of the day was
    closed by nobody: neither is taken back.
    """
    if ticket.state == "missed":
        miss = Miss.objects.filter(ticket=ticket).order_by("-id").first()
        kind, _, who = miss.by.partition(":") if miss is not None else ("", "", "")
        return Step("miss", miss.at, int(who)) if miss is not None and kind == "staff" and who.isdigit() else None
    if ticket.state == "serving":
        first, *more = Service.objects.filter(ticket=ticket).order_by("id")[:2]
        return None if more else Step("start", first.started_at, first.staff_id)
    if ticket.state != "finished" or ticket.closed_why or ticket.finished_at is None:
        return None
    ended = Service.objects.filter(ticket=ticket, ended_at=ticket.finished_at).order_by("-id").first()
    if ended is not None:
        return Step("finish", ticket.finished_at, ended.staff_id)
    call = Call.objects.filter(ticket=ticket).order_by("-id").first()
    return Step("turn_away", ticket.finished_at, call.staff_id) if call is not None else None
