"""What watchers see: a hall's line and one ticket, as JSON-ready parts. The API answers with the same parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.foundation.problem import rfc3339
from banshi.rooms.booking.queries import BookedSituation
from banshi.rooms.tickets.models import AT_WINDOW
from banshi.rooms.tickets.queries import Called, Line, LineTicket, TicketView


def hall_part(line: Line) -> dict[str, Any]:
    """The public state of a hall: counts, windows, categories and the last calls, newest first, of nobody
    who is done; names are masked."""
    zone = ZoneInfo(line.timezone)
    return {
        "version": line.version,
        "hall": line.hall,
        "at": rfc3339(line.at, zone),
        "waiting": line.waiting,
        "serving": line.serving,
        "windows": [
            {
                "code": w.code,
                "number": w.number,
                "name": w.number,
                "zone": w.zone,
                "floor": w.floor,
                "state": w.state,
                "ticket": w.ticket_number,
                "visit": w.visit,
                "categories": list(w.categories),
            }
            for w in line.windows
        ],
        "categories": [
            {
                "code": c.code,
                "name": c.name_zh,
                "name_en": c.name_en,
                "waiting": c.waiting,
                "longest_wait_s": c.longest_wait_s,
                "likely_s": c.likely_s,
                "at_most_s": c.at_most_s,
                "windows": c.windows,
                "stopped": c.stopped,
            }
            for c in line.categories
        ],
        "calls": [
            {
                "number": c.number,
                "window": c.window,
                "floor": c.floor,
                "floor_en": c.floor_en,
                "kind": c.kind,
                "name": c.masked_name,
                "at": rfc3339(c.at, zone),
            }
            for c in line.calls
        ],
    }


def ticket_part(ticket: TicketView | Called, zone: ZoneInfo) -> dict[str, Any]:
    """One ticket as api.md shows it. Estimates in seconds; null once called."""
    return {
        "id": ticket.ref,
        "number": ticket.number,
        "kind": ticket.kind,
        "lane": ticket.lane or None,
        "state": ticket.state,
        "outcome": ticket.outcome if ticket.outcome not in ("", "left_open") else None,  # nobody said how
        "hall": ticket.hall,
        "category": {"code": ticket.category, "name": ticket.category_zh, "name_en": ticket.category_en},
        "item": {"code": ticket.item, "name": ticket.item_zh, "name_en": ticket.item_en} if ticket.item else None,
        "ahead": ticket.ahead,
        "windows": list(ticket.windows),
        "floor": ticket.floor,
        "later_on": [zh for zh, _ in ticket.beyond],
        "estimate": estimate(ticket.likely_s, ticket.at_most_s),
        "served_today": ticket.served_today,
        "service_ends_at": rfc3339(ticket.service_ends_at, zone) if ticket.service_ends_at else None,
        "walk_off_until": _local(ticket.walk_off_until, zone),
        "back_until": _local(ticket.back_until, zone),
        "back_stands": ticket.back_stands,
        "back_way": ticket.back_way if ticket.back_until else None,
        "called_to": ticket.called_to,
        "made_at": rfc3339(ticket.made_at, zone),
        "situation": situation_part(ticket.situation),
        "bring": bring_part(ticket.situation),
    }


def situation_part(booked: BookedSituation | None) -> dict[str, str] | None:
    """The situation that was booked; None: nothing was said, or it is to be asked again."""
    if booked is None or booked.situation is None:
        return None
    return {"id": booked.situation.id, "name": booked.situation.name_zh, "name_en": booked.situation.name_en}


def bring_part(booked: BookedSituation | None) -> list[dict[str, str]]:
    """What to have ready, so far as the booking said."""
    return [{"name": each.name_zh, "name_en": each.name_en} for each in booked.bring] if booked is not None else []


def moving_part(ticket: LineTicket | TicketView, zone: ZoneInfo) -> dict[str, Any]:
    """What of a ticket moves: pushed to its follower, the same whether it is read alone or out of the line."""
    if isinstance(ticket, TicketView):
        called_to = ticket.called_to
    else:
        called_to = ticket.window if ticket.state in AT_WINDOW else None
    return {
        "id": ticket.ref,
        "number": ticket.number,
        "state": ticket.state,
        "ahead": ticket.ahead,
        "estimate": estimate(ticket.likely_s, ticket.at_most_s),
        "served_today": ticket.served_today,
        "walk_off_until": _local(ticket.walk_off_until, zone),
        "called_to": called_to,
        "stopped": ticket.state == "waiting" and ticket.stopped,
        "floor": ticket.floor,
        "floor_en": ticket.floor_en,
    }


def shown_of(ticket: LineTicket) -> tuple[object, ...]:
    """What its follower sees of it: waits in whole minutes, as pages say them. Whoever saw just this needs no word of it."""
    likely_s, at_most_s = ticket.likely_s, ticket.at_most_s
    return (
        ticket.state,
        ticket.ahead,
        None if likely_s is None else int(likely_s / 60 + 0.5),  # as browsers round
        None if at_most_s is None else -(-at_most_s // 60),
        ticket.served_today,
        None if ticket.walk_off_until is None else ticket.walk_off_until.replace(second=0, microsecond=0),
        ticket.window if ticket.state in AT_WINDOW else None,
        ticket.stopped,
        ticket.floor,
        ticket.floor_en,
    )


def renewed_part(ref: str) -> dict[str, Any]:
    """All that is told to whoever follows a ref of before: the number has a new slip."""
    return {"id": ref, "state": "renewed"}


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else rfc3339(moment, zone)


def estimate(likely_s: int | None, at_most_s: int | None) -> dict[str, int] | None:
    """Both in seconds, or null where nothing can be said."""
    return None if likely_s is None or at_most_s is None else {"likely": likely_s, "at_most": at_most_s}
