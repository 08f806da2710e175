"""After the day's last session, for those still in line: until when the windows stay, and whether that reaches them.

Phone, slip, board and desk all ask here; `close_hall_day` closes the line at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from banshi.foundation.lanes import sorry_words, stays_words
from banshi.journeys.hours.close_line import FirstPlace, NextPlaces
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import NOT_SERVED
from banshi.rooms.tickets.rules import SERVES_ON, still_called


@dataclass(frozen=True)
class AfterHours:
    """No numbers are given since `ended_at`; the windows serve those in line up to `until`. Hall time."""

    ended_at: datetime
    until: datetime

    def reaches(self, *, likely_s: int | None, now: datetime) -> bool:
        """Whether a number with this wait will probably still be called. With nobody at work, none is."""
        return still_called(likely_s=likely_s, until=self.until, now=now)

    @property
    def stays(self) -> str:
        """In the active language."""
        return stays_words(_said(self.ended_at), _said(self.until))

    @property
    def sorry(self) -> str:
        return sorry_words(_said(self.until))


def _said(at: datetime) -> str:
    return f"{at.hour}:{at:%M}"


def after_hours(hall: Hall, now: datetime) -> AfterHours | None:
    """Between the end of the day's last session and the closing of the line; None at any other time."""
    zone = ZoneInfo(hall.timezone)
    today = now.astimezone(zone).date()
    ends = [session.ends_at for session in calendars.sessions(hall, today, today).get(today, [])]
    if not ends or not max(ends) <= now < max(ends) + SERVES_ON:
        return None
    ended_at = max(ends).astimezone(zone)
    return AfterHours(ended_at, ended_at + SERVES_ON)


def first_place(ref: str, now: datetime) -> FirstPlace | None:
    """The first time that can be booked for what a number was taken for; with what else of the visit was not served."""
    ticket = Ticket.objects.select_related("hall", "item", "category").filter(ref=ref).order_by("id").first()
    if ticket is None:
        return None
    place = NextPlaces(now).first(ticket)
    return place._replace(also=_also(ticket)) if place is not None and place.item else place


def _also(ticket: Ticket) -> tuple[str, ...]:
    """Of a number that was not served, the other matters of the visit that were not: a visit is not torn."""
    if ticket.state != "closed" or ticket.closed_why not in NOT_SERVED:
        return ()
    beside = Ticket.objects.filter(
        visit_id=ticket.visit_id, limit_key=ticket.limit_key, hall=ticket.hall_id,
        state="closed", closed_why__in=NOT_SERVED,
    ).exclude(item=ticket.item_id)  # fmt: skip
    bookable = HallItem.objects.filter(hall=ticket.hall_id, bookable=True, item__in=beside.values("item"))
    return tuple(bookable.order_by("item__code").values_list("item__code", flat=True))


def owes_an_apology(ref: str) -> bool:
    """Whether this number was closed because the day, or the hall, did."""
    return Ticket.objects.filter(ref=ref, state="closed", closed_why__in=NOT_SERVED).exists()
