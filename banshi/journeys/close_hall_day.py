"""End of day: once nobody can be called any more, the hall's line is closed with every ticket accounted for."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.kernel.actors import SYSTEM
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import HallDay, Ticket

AFTER_LAST_SESSION = timedelta(hours=1)  # people in line at closing time are still served


def close_due(*, now: datetime) -> list[tuple[str, str]]:
    """Close every hall day that is over: an hour after its last session, or when a later day has begun."""
    closed = []
    closed_already = set(HallDay.objects.exclude(closed_at=None).values_list("hall_id", "day"))
    open_days = Ticket.objects.filter(state__in=["waiting", "called", "serving", "held", "parked", "missed"])
    for hall in Hall.objects.filter(id__in=open_days.values("hall_id")).order_by("id"):
        today = now.astimezone(ZoneInfo(hall.timezone)).date()
        for day in open_days.filter(hall=hall, day__lte=today).order_by("day").values_list("day", flat=True).distinct():
            if day == today:
                sessions = calendars.sessions(hall, day, day).get(day, [])
                if not sessions or now < max(s.ends_at for s in sessions) + AFTER_LAST_SESSION:
                    continue
            if (hall.id, day) not in closed_already or day < today:
                tickets.close_day(hall=hall, day=day, by=SYSTEM, now=now)
                closed.append((hall.code, day.isoformat()))
    return closed
