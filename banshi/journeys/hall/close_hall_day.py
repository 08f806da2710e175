"""End of day: once nobody can be called any more, the hall's line is closed with every ticket accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Q

from banshi.foundation.connections import renew
from banshi.journeys.hours import close_line
from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.rooms.tickets.queries import ENDED_BY_THE_DAY
from banshi.rooms.tickets.rules import NUMBER, SERVES_ON

log = structlog.get_logger("banshi.day")


def close_due(*, now: datetime) -> list[tuple[str, str]]:
    """Close every hall day that is over: an hour after its last session, or when a later day has begun. A day that cannot be
    closed holds up no other.

    :raises Exception: what kept the last such day open, once all others are closed.
    """
    closed: list[tuple[str, str]] = []
    failed: Exception | None = None
    for hall, day in _over_now(now):
        try:
            _close(hall, day, now)
        except Exception as no:
            renew()
            log.exception("a day could not be closed", hall=hall.code, day=day.isoformat())
            failed = no
        else:
            closed.append((hall.code, day.isoformat()))
    if failed is not None:
        raise failed
    return closed


def _over_now(now: datetime) -> Iterator[tuple[Hall, date]]:
    open_tickets = Ticket.objects.filter(state__in=NUMBER.goes_on)
    left_in = WindowSession.objects.filter(signed_out_at=None)
    halls = Hall.objects.filter(Q(id__in=open_tickets.values("hall_id")) | Q(id__in=left_in.values("hall_id")))
    for hall in halls.order_by("id"):
        zone = ZoneInfo(hall.timezone)
        today = now.astimezone(zone).date()
        days = set(open_tickets.filter(hall=hall, day__lte=today).values_list("day", flat=True))
        days |= {at.astimezone(zone).date() for at in left_in.filter(hall=hall).values_list("signed_in_at", flat=True)}
        yield from ((hall, day) for day in sorted(days) if day < today or (day == today and _over(hall, day, now)))


@transaction.atomic  # whose number is closed is told, or nothing is closed yet
def _close(hall: Hall, day: date, now: datetime) -> None:
    unserved = list(
        Ticket.objects.filter(hall=hall, day=day, state__in=["waiting", "parked", "held"])
        .exclude(came_from__isnull=False, waits_from=None)
        .select_related("hall", "category", "item")
        .order_by("id")
    )
    tickets.close_day(hall=hall, day=day, by=SYSTEM, now=now)
    _mark_served(hall, day, now=now)
    close_line.apologise(unserved, now=now)


def _mark_served(hall: Hall, day: date, *, now: datetime) -> None:
    """The bookings of numbers that were at a window when the day ended: begun, or put aside there."""
    ended = Ticket.objects.filter(hall=hall, day=day, state="finished", closed_why__in=list(ENDED_BY_THE_DAY))
    open_still = ended.filter(appointment__state="checked_in").order_by("id")
    for appointment_id in open_still.values_list("appointment_id", flat=True):
        assert appointment_id is not None
        booking.mark_served(appointment_id=appointment_id, now=now)


def _over(hall: Hall, day: date, now: datetime) -> bool:
    # An evacuation is no end of the day: it may be taken back, and every number stays until the hall would have closed.
    sessions = calendars.sessions_but_for_evacuations(hall, day)
    return bool(sessions) and now >= max(s.ends_at for s in sessions) + SERVES_ON
