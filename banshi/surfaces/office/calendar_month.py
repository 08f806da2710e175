"""The month beside the editor: each day's hours as the draft would make them, and where that differs from now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from banshi.foundation import clock
from banshi.frames.staff.frame import local, monday_of
from banshi.journeys.hours.outside import sessions_after
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import CalendarDocument, Session
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class DraftDay:
    """`before`: the hours as they are now, where the draft changes them; `named`: a holiday or make-up day."""

    day: date
    sessions: list[Session]
    before: list[Session] | None
    named: Any
    in_month: bool


@dataclass(frozen=True)
class Month:
    """`readable`: whether what is typed could be read; if not, the days show the hours as they are now."""

    first: date
    weeks: list[list[DraftDay]]
    readable: bool
    changed: int

    @property
    def earlier(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def later(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)


def of(hall: Hall, draft: CalendarDocument | None, valid_from: date | None, shown: date | None) -> Month:
    """The month of `shown`, or of the first day of the draft, or this one."""
    today = local(hall, clock.now()).date()
    first = (shown or valid_from or today).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    begin, end = monday_of(first), monday_of(last) + timedelta(days=6)
    now = calendars.sessions(hall, begin, end)
    start = max(valid_from or today, today)
    then = sessions_after(hall, begin, end, document=draft, valid_from=start, shut=()) if draft else now
    calendar = calendars.work_calendar()
    days = [
        DraftDay(
            day,
            sessions,
            now[day] if _hours(now[day]) != _hours(sessions) else None,
            calendar.info(day),
            first <= day <= last,
        )
        for day, sessions in then.items()
    ]
    changed = sum(each.before is not None and each.in_month for each in days)
    return Month(first, [days[i : i + 7] for i in range(0, len(days), 7)], draft is not None, changed)


def _hours(sessions: list[Session]) -> list[tuple[Any, ...]]:
    return [(each.starts_at, each.ends_at, each.rule, len(each.periods)) for each in sessions]
