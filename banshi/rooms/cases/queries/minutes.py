"""Limits in hours and minutes: counted in the hours in which the hall is open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from banshi.rooms.calendars.queries import hours
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules import clocks
from banshi.rooms.catalogue.rules.handling import Limit

FURTHEST: Final = timedelta(days=60)  # ahead of today, and past the day it began on


def minute_clock(case: Case, limit: Limit, *, begun: datetime, now: datetime) -> clocks.DueAt:
    """Where a limit stands at `now` that is no limit in days. :param begun: its first moment."""
    zone = ZoneInfo(case.hall.timezone)
    first, today = begun.astimezone(zone).date(), now.astimezone(zone).date()
    spans = case.stops.order_by("started_at", "id").values_list("started_at", "ended_at")
    return clocks.due_at(
        begun, minutes=limit.value * clocks.IN_MINUTES[limit.unit], stops=list(spans), now=now,
        sessions=_sessions(case, first, max(first, today) + FURTHEST),
    )  # fmt: skip


def _sessions(case: Case, first: date, last: date) -> list[tuple[datetime, datetime]]:
    by_day = hours(case.hall, first, last).between(first, last)
    return sorted((each.starts_at, each.ends_at) for sessions in by_day.values() for each in sessions)
