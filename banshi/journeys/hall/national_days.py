"""A year's notice of holidays and make-up days (调休通知) is taken over: hours and bookings follow, and the days of running cases
are worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from banshi.journeys.hours import change_hours
from banshi.kernel.actors import Actor
from banshi.kernel.working_days import DayInfo
from banshi.rooms.cases import actions as cases


def take_over(*, days: Iterable[DayInfo], notice: str, by: Actor, now: datetime) -> int:
    """:returns: how many days were written. :raises Refused: those of `change_hours.import_national_days`."""
    count = change_hours.import_national_days(days=days, notice=notice, by=by, now=now)
    cases.recount(now=now)
    return count
