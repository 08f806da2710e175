"""期限: what runs, what does not count, and the day a thing is due.

The event's own day is day 0, the next working day is day 1 (民法典 201 条); holidays are out (行政许可法 82 条). Days on which
the clock stood – hearing, inspection, testing, expert review (45 条) – are not counted. A date is always worked out anew
from the beginning, the limit, the stops and the extension; nothing is added to an earlier date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from banshi.kernel.refusals import Refusal
from banshi.kernel.working_days import WorkCalendar

MOST_EXTENSION: Final = 10  # working days, once, by the head of the body (行政许可法 42 条)
MOST_EXTENSION_JOINT: Final = 15  # where several bodies decide together
REMIND_BEFORE: Final = (3, 1)  # working days before a supplement is due
REMINDED_LATE: Final = max(REMIND_BEFORE)  # working days from the first reminder, where none went out before the day
IN_MINUTES: Final[Mapping[str, int]] = {"hour": 60, "minute": 1}  # units that are counted in the hours of the hall
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
    longer: int = 0,
    stops: Sequence[Stop] = (),
    calendar: WorkCalendar,
    today: date,
) -> Due:
    """The last day of a limit that began on `begun`, and where it stands today.

    :param unit: working_day | day; of hours and minutes: `due_at`.
    :param longer: working days of an extension, whatever the limit itself is counted in (行政许可法 42 条).
    :param stops: in any order; one that still stands is taken to last until today.
    """
    on, passed, stopped, day, provisional = begun, 0, 0, begun, False
    own = days if unit in ("working_day", "day") else 0
    counted = 0
    while passed < own + longer and (day - begun).days < _LONGEST:
        day += timedelta(days=1)
        working = unit == "working_day" or passed >= own
        provisional = provisional or (working and calendar.is_provisional(day))
        if working and not calendar.is_working(day):
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


def supplement_refusal(*, due_on: date | None, zone: tzinfo, now: datetime) -> Refusal | None:
    """补正期限届满: what was asked for is taken to the last second of its last day where the hall is, and not a second longer,
    whether or not the worker has ended the case by then.
    """
    if due_on is None or now.astimezone(zone).date() <= due_on:
        return None
    return Refusal("too-late", {"closes": due_on})


def _stands(day: date, stops: Sequence[Stop], today: date) -> bool:
    return any(stop.since < day <= (stop.until or max(today, stop.since)) for stop in stops)


def _between(today: date, on: date, unit: str, calendar: WorkCalendar) -> int:
    return calendar.working_days_between(today, on) if unit == "working_day" else (on - today).days


@dataclass(frozen=True)
class DueAt:
    """As `Due`, in minutes in which the hall is open; `at`: the last moment."""

    at: datetime
    counted: int
    stopped: int
    left: int


def due_at(
    begun: datetime,
    *,
    minutes: int,
    sessions: Iterable[tuple[datetime, datetime]],
    stops: Sequence[tuple[datetime, datetime | None]] = (),
    now: datetime,
) -> DueAt:
    """The last moment of a limit in minutes that began at `begun`, and where it stands at `now`.

    :param sessions: in which the hall is open, in order, up to as far as is looked.
    :param stops: one that still stands is taken to last until now.
    """
    stood = sorted((since, until or max(now, since)) for since, until in stops)
    at, whole, passed, still = begun, timedelta(minutes=minutes), timedelta(), timedelta()
    run = timedelta()
    for starts, ends in sessions:
        since = max(starts, begun)
        for start, end, runs in _pieces(since, ends, stood):
            until_now = max(min(end, now) - start, timedelta())
            if not runs:
                still += until_now
                continue
            passed += until_now
            if run < whole:
                at = min(end, start + (whole - run))
                run += at - start
    gone = int(passed.total_seconds() // 60)
    return DueAt(at, min(gone, minutes), int(still.total_seconds() // 60), minutes - gone)


def _pieces(
    start: datetime, end: datetime, stood: Sequence[tuple[datetime, datetime]]
) -> Iterable[tuple[datetime, datetime, bool]]:
    """A session in parts in which the clock runs, and in which it stands."""
    for since, until in stood:
        since, until = max(since, start), min(until, end)
        if since >= until:
            continue
        if start < since:
            yield start, since, True
        yield since, until, False
        start = until
    if start < end:
        yield start, end, True


def light(*, due_on: date | None, today: date, calendar: WorkCalendar, stopped: bool) -> str:
    """红黄灯: red past the day, yellow with two working days or fewer left, green before; none where nothing runs."""
    if due_on is None or stopped:
        return ""
    if today > due_on:
        return "red"
    return "yellow" if calendar.working_days_between(today, due_on) <= 2 else "green"


def worse(one: str, other: str) -> str:
    """The light of two that says more."""
    return next((light for light in ("red", "yellow", "green") if light in (one, other)), "")


def reminders(due_on: date, *, calendar: WorkCalendar) -> tuple[date, ...]:
    """The days on which the applicant is reminded that something is due."""
    return tuple(calendar.add_working_days(due_on, -days) for days in REMIND_BEFORE)
