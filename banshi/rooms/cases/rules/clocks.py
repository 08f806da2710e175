"""期限: what runs, what does not count, and the day a thing is due.

The event's own day is day 0, the next working day is day 1 (民法典 201 条); holidays are out (行政许可法 82 条). Days on which
the clock stood – hearing, inspection, testing, expert review (45 条) – are not counted. A date is always worked out anew
from the beginning, the limit, the stops and the extension; nothing is added to an earlier date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from banshi.kernel.working_days import WorkCalendar

MOST_EXTENSION: Final = 10  # working days, once, by the head of the body (行政许可法 42 条)
MOST_EXTENSION_JOINT: Final = 15  # where several bodies decide together
REMIND_BEFORE: Final = (3, 1)  # working days before a supplement is due
_LONGEST = 3660


@dataclass(frozen=True)
class Stop:
    """The clock stood from the end of `since` to the end of `until`; None: it still stands."""

    since: date
    until: date | None


@dataclass(frozen=True)
class Due:
    """`on`: last day. `counted`: days that have run up to `today`, `stopped`: days that did not count, `left`: until `on`,
    negative when it has gone by. `provisional`: a calendar not published yet may move it.
    """

    on: date
    counted: int
    stopped: int
    left: int
    provisional: bool


def due(
    begun: date,
    *,
    days: int,
    unit: str = "working_day",
    stops: Sequence[Stop] = (),
    calendar: WorkCalendar,
    today: date,
) -> Due:
    """The last day of a limit that began on `begun`, and where it stands today.

    :param unit: working_day | day; hours and minutes end with the day they began on.
    :param stops: in any order; one that still stands is taken to last until today.
    """
    on, passed, stopped, day, provisional = begun, 0, 0, begun, False
    needed = days if unit in ("working_day", "day") else 0
    counted = 0
    while passed < needed and (day - begun).days < _LONGEST:
        day += timedelta(days=1)
        provisional = provisional or (unit == "working_day" and calendar.is_provisional(day))
        if unit == "working_day" and not calendar.is_working(day):
            continue
        if _stands(day, stops, today):
            stopped += 1
            continue
        passed += 1
        on = day
        if day <= today:
            counted += 1
    left = _between(today, on, unit, calendar)
    return Due(on, counted, stopped, left, provisional)


def _stands(day: date, stops: Sequence[Stop], today: date) -> bool:
    return any(stop.since < day <= (stop.until or max(today, stop.since)) for stop in stops)


def _between(today: date, on: date, unit: str, calendar: WorkCalendar) -> int:
    return calendar.working_days_between(today, on) if unit == "working_day" else (on - today).days


def light(*, due_on: date | None, today: date, calendar: WorkCalendar, stopped: bool) -> str:
    """红黄灯: red past the day, yellow with two working days or fewer left, green before; none where nothing runs."""
    if due_on is None or stopped:
        return ""
    if today > due_on:
        return "red"
    return "yellow" if calendar.working_days_between(today, due_on) <= 2 else "green"


def reminders(due_on: date, *, calendar: WorkCalendar) -> tuple[date, ...]:
    """The days on which the applicant is reminded that something is due."""
    return tuple(calendar.add_working_days(due_on, -days) for days in REMIND_BEFORE)
