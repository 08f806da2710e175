"""What an agent booked, and whether the mandate stands for its day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import queries as known


def day_of(row: Appointment, *, now: datetime) -> date:
    """The day on which the mandate has to stand: the booking's, or today where that is later."""
    return max(row.day, now.astimezone(ZoneInfo(row.hall.timezone)).date())


def is_agents(row: Appointment, *, now: datetime) -> bool:
    """Whether it is an agent's, by a mandate that stands: who has to hear of it to come for the client."""
    if row.account_id is None or row.limit_key:
        return False
    mandates = known.mandates_of(row.account_id, today=day_of(row, now=now))
    return mandates.stand(row.person_id, row.item.code)
