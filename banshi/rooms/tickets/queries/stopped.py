"""Whether a closure stops the line of a number, and whether that line goes on before the day is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Kept
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Closure, What, closure_at
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket


class Aim(NamedTuple):
    """Where a number goes: for which matter, in which line, and – where it is for one window alone – in whose zone."""

    item: str | None
    category: str
    zone: str | None = None


def need_not_stopped(
    hall: Hall, aim: Aim, shut: Sequence[Closure], *, appointment_id: int | None, now: datetime
) -> None:
    """:raises Refused: closed, with the reason and the next opening, where one of these closures is over it."""
    if not shut:
        return
    what = calendars.what_of(hall, What(aim.item, category=aim.category))
    for zone in dict.fromkeys([what.zone, aim.zone or what.zone]):
        stops = closure_at(shut, now, zone=zone, category=what.category, item=what.item)
        if stops is not None and not lets_in(appointment_id, stops):
            words = {"zh": stops.reason.zh, "en": stops.reason.en}
            opens = calendars.next_open_moment(hall, now, What(what.item, category=what.category, zone=zone))
            raise Refused("closed", facts={"reason": words, "until": stops.ends_at}, next=opens)


def need_line_today(ticket: Ticket, now: datetime) -> None:
    """:raises Refused: closed, where a closure has stopped its line for the rest of the day. No evacuation takes a number."""
    shut = [each for each in calendars.closed_now(ticket.hall, now) if each.kind != "evacuation"]
    there = Aim(ticket.item.code if ticket.item else None, ticket.category.code)
    try:
        need_not_stopped(ticket.hall, there, shut, appointment_id=ticket.appointment_id, now=now)
    except Refused as no:
        zone = ZoneInfo(ticket.hall.timezone)
        if not isinstance(no.next, datetime) or no.next.astimezone(zone).date() != ticket.day:
            raise


def goes_on_today(ticket: Ticket, now: datetime) -> bool:
    """Whether its line is open, or will be again before the day is over."""
    try:
        need_line_today(ticket, now)
    except Refused:
        return False
    return True


def lets_in(appointment_id: int | None, closure: Closure) -> bool:
    """Whether whoever holds this appointment is served although the hall is closed: it was kept, and told so."""
    if closure.kind == "evacuation" or appointment_id is None:
        return False
    return Kept.objects.filter(appointment_id=appointment_id, served=True).exists()


def excused(appointment_id: int | None, closure: Closure) -> bool:
    """Whether this appointment, for which nobody has come, is not served in the closure and was told that it is no no-show."""
    if closure.kind == "evacuation" or appointment_id is None:
        return False
    told = Kept.objects.filter(appointment_id=appointment_id, served=False)
    return told.filter(appointment__state__in=["booked", "no_show"]).exists()
