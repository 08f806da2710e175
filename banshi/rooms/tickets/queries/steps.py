"""The last step with a number: what may be taken back, when it was done, and by whom. Undo and the desk ask here alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.tickets.models import AT_WINDOW, GO_ON, Call, Miss, Service, Ticket


@dataclass(frozen=True)
class Step:
    """verb: start | finish | miss | turn_away | go_on. `ended`: of a go_on, the number finished with the same press.
    `begun`: of a turning away, that it was being served already."""

    verb: str
    at: datetime
    staff_id: int
    ended: Ticket | None = None
    begun: bool = False


def last_step(ticket: Ticket) -> Step | None:
    """What a clerk did last with it; None where nothing can be taken back.

    A service that was taken up again or taken over has a beginning of its own, a number closed at the end of the day was
    closed by nobody: neither is taken back.
    """
    if ticket.state == "missed":
        miss = Miss.objects.filter(ticket=ticket).order_by("-id").first()
        kind, _, who = miss.by.partition(":") if miss is not None else ("", "", "")
        return Step("miss", miss.at, int(who)) if miss is not None and kind == "staff" and who.isdigit() else None
    if ticket.state in AT_WINDOW:
        return _begun(ticket)
    if ticket.state != "finished" or ticket.closed_why or ticket.finished_at is None:
        return None
    ended = Service.objects.filter(ticket=ticket, ended_at=ticket.finished_at).order_by("-id").first()
    if ended is not None:
        away = ended.outcome == "refused"
        return Step("turn_away" if away else "finish", ticket.finished_at, ended.staff_id, begun=away)
    call = Call.objects.filter(ticket=ticket).order_by("-id").first()
    return Step("turn_away", ticket.finished_at, call.staff_id) if call is not None else None


def _begun(ticket: Ticket) -> Step | None:
    gone = _gone_on(ticket)
    if ticket.state == "called":
        return gone
    last, *more = Service.objects.filter(ticket=ticket).order_by("-id")[:2]
    if last.ended_at is not None:  # an evacuation has come between
        return None
    if gone is not None and last.started_at == gone.at:
        return gone
    return None if more else Step("start", last.started_at, last.staff_id)


def _gone_on(ticket: Ticket) -> Step | None:
    """How it came to the window, where that was by going on (接着办) from another matter that is finished since."""
    call = Call.objects.filter(ticket=ticket).exclude(kind="recall").order_by("-id").first()
    if call is None or call.kind != GO_ON:
        return None
    served = Service.objects.filter(hall_id=call.hall_id, window_id=call.window_id, staff_id=call.staff_id)
    before = served.filter(ended_at=call.at, outcome="finished", ticket__finished_at=call.at, ticket__state="finished")
    row = before.exclude(ticket=ticket).select_related("ticket").order_by("-id").first()
    return Step("go_on", call.at, call.staff_id, row.ticket) if row is not None else None
