"""Reads on the roster: a week, who is on duty, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.kernel.spans import Span
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session
from banshi.rooms.places.models import Hall
from banshi.rooms.staffing import rules
from banshi.rooms.staffing.models import SavedFilter, Shift
from banshi.rooms.staffing.rules import Planned

NEAR = timedelta(days=7)  # of a day: a roster that names somebody then knows when they work


@dataclass(frozen=True)
class ShiftView:
    """A shift in a list. Moments in the hall's zone; `window` is its number, "" for a duty without one."""

    id: int
    staff_id: int
    name_zh: str
    name_en: str
    window: str
    window_id: int | None
    day: date
    starts_at: datetime
    ends_at: datetime
    duty: str

    @property
    def planned(self) -> Planned:
        return Planned(self.id, self.staff_id, self.window_id, self.starts_at, self.ends_at)


@dataclass(frozen=True)
class SessionDuty:
    """A session and how many people work in it."""

    session: Session
    people: int


@dataclass(frozen=True)
class Week:
    """A hall's roster from Monday to Sunday. `clashing` and `outside` are shift ids; outside: begins before the hall
    opens that day or ends after it closes."""

    first: date
    shifts: tuple[ShiftView, ...]
    duties: dict[date, list[SessionDuty]]
    clashing: frozenset[int]
    outside: frozenset[int]


def _views(hall: Hall, rows: Iterable[Shift]) -> tuple[ShiftView, ...]:
    zone = ZoneInfo(hall.timezone)
    return tuple(
        ShiftView(
            id=row.pk,
            staff_id=row.staff_id,
            name_zh=row.staff.name_zh,
            name_en=row.staff.name_en,
            window=row.window.number if row.window else "",
            window_id=row.window_id,
            day=row.day,
            starts_at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone),
            duty=row.duty,
        )
        for row in rows
    )


def shifts(hall: Hall, first: date, last: date) -> tuple[ShiftView, ...]:
    """Shifts of the days first–last, by start, window and person."""
    rows = (
        Shift.objects.filter(hall=hall, day__range=(first, last))
        .select_related("staff", "window")
        .order_by("starts_at", "window__number", "staff_id", "id")
    )
    return _views(hall, rows)


def on_duty(hall: Hall, at: datetime) -> tuple[ShiftView, ...]:
    """Who is on duty (在岗) at a moment."""
    rows = (
        Shift.objects.filter(hall=hall, starts_at__lte=at, ends_at__gt=at)
        .select_related("staff", "window")
        .order_by("window__number", "staff_id", "id")
    )
    return _views(hall, rows)


def off_today(hall: Hall, at: datetime) -> frozenset[int]:
    """Who is not there any more today, by id: in the roster of these days, and in no shift that is on or still to come today. Of
    whoever the roster never speaks, nothing is known."""
    day = at.astimezone(ZoneInfo(hall.timezone)).date()
    near = Shift.objects.filter(hall=hall, day__range=(day - NEAR, day + NEAR))
    today = near.filter(day=day, ends_at__gt=at).order_by("staff_id").values("staff_id")
    return frozenset(near.exclude(staff_id__in=today).order_by("staff_id").values_list("staff_id", flat=True))


def week(hall: Hall, monday: date) -> Week:
    """The roster of the week that begins on `monday`, with what does not fit; four queries whatever its size."""
    sunday = monday + timedelta(days=6)
    found = shifts(hall, monday, sunday)
    planned = [each.planned for each in found]
    sessions = calendars.sessions(hall, monday, sunday)
    clashing = {shift.id for pair in rules.clashes(planned) for shift in (pair.one, pair.other)}
    outside = {each.id for each in found if rules.outside(each.planned, _doors(sessions.get(each.day, [])))}
    duties = {
        day: [SessionDuty(session, rules.on_duty(planned, session.span)) for session in of_day]
        for day, of_day in sessions.items()
    }
    return Week(monday, found, duties, frozenset(each for each in clashing if each is not None), frozenset(outside))


def _doors(sessions: list[Session]) -> list[Span[datetime]]:
    """From the day's first opening to its last closing: nobody is sent home for the noon break."""
    if not sessions:
        return []
    return [Span(min(each.starts_at for each in sessions), max(each.ends_at for each in sessions))]


def saved_filters(*, hall: Hall, staff_id: int, listed: str) -> list[SavedFilter]:
    """Those that a member of staff saved of a list of the hall, in the order they were saved."""
    return list(SavedFilter.objects.filter(staff_id=staff_id, hall=hall, listed=listed).order_by("place"))
