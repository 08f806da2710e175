"""What a case is measured by once it is decided and closed: working days saved, trips made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases.rules.clocks import Stop

# Ways of handing over for which somebody has to come.
COMES_FOR = frozenset({"counter", "cabinet", "kiosk"})


def days_saved(
    *, begun: date, decided: date, limit: int, unit: str, stops: Sequence[Stop] = (), calendar: WorkCalendar
) -> int | None:
    """提前办结: the statutory limit less the working days really counted, in working days; negative when it took longer.

    Counted as the limit is: from the day after `begun` to `decided`, without the days on which the clock stood. An
    extension saves nothing: the limit is the law's own. None where the law sets none.

    :param limit: of the law, in `unit`; a limit in calendar days saves the working days that were left of it, one in hours
        or minutes ends with the day it began on.
    """
    if not limit:
        return None
    if unit == "working_day":
        return limit - _counted(begun, decided, stops, calendar)
    last = _after(begun, limit if unit == "day" else 0, stops)
    return calendar.working_days_between(decided, last)


def _counted(begun: date, until: date, stops: Sequence[Stop], calendar: WorkCalendar) -> int:
    days = (begun + timedelta(days=n) for n in range(1, (until - begun).days + 1))
    return sum(calendar.is_working(day) and not _stood(day, stops) for day in days)


def _after(begun: date, days: int, stops: Sequence[Stop]) -> date:
    """The last of so many calendar days, those left out on which the clock stood."""
    day = begun
    while days:
        day += timedelta(days=1)
        days -= not _stood(day, stops)
    return day


def _stood(day: date, stops: Sequence[Stop]) -> bool:
    """A stop that has no end ends with the decision: it is none for the days counted up to then."""
    return any(stop.since < day <= stop.until for stop in stops if stop.until is not None)


@dataclass(frozen=True)
class Happened:
    """A step as far as trips are told by it. `staff`: a member of staff took it, `before`: the phase it was taken in."""

    verb: str
    day: date
    before: str = ""
    staff: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def trips(story: Iterable[Happened], *, visited: date | None = None) -> int:
    """跑动次数: the days on which whoever applied had to come for a case; several errands of one day are one trip.

    They came where it was received from a draft (only a window does that), for a booked time or in a visit; where a window
    took what had been missing; where papers were laid into a cabinet; where the result was fetched. What came over
    the network or by courier is no trip.

    :param visited: the day of the visit in which it was handed in.
    """
    days = {visited} if visited else set()
    booked = False
    for each in story:
        match each.verb:
            case "expect":
                booked = "appointment" in each.facts
                came = "cell" in each.facts
            case "receive":
                came = each.before == "draft" or (each.before == "await_receipt" and booked)
            case "supplement":
                came = each.staff
            case "deliver":
                came = each.facts.get("how") in COMES_FOR
            case _:
                came = False
        if came:
            days.add(each.day)
    return len(days)
