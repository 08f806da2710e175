"""Reads on calendars: when a hall is open, for what, and why not.

The national table and each calendar version are parsed once per process; versions are immutable, and the national table's
stamp is its row count with its newest day, so an import shows at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import connection

from banshi.kernel.working_days import DayInfo, WorkCalendar
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import CalendarVersion, Closure, NationalDay
from banshi.rooms.calendars.rules import CalendarDocument, Session, WhyClosed, Words
from banshi.rooms.places.models import Hall

# A hall without a calendar: a document needs a rule, and this one never applies.
_NEVER_OPEN = rules.load(
    {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "none",
                "name": {"zh": "尚未设置开放时间", "en": "No opening hours yet"},
                "kind": "regular",
                "when": {"dates": ["1970-01-01"]},
                "hours": [["09:00", "09:01"]],
            }
        ],
    }
)
_national: tuple[object, WorkCalendar] | None = None


def work_calendar() -> WorkCalendar:
    """The national working-day calendar."""
    global _national
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(day), sum(hashtext(day::text || kind || state)) FROM calendars_national_day"
        )
        stamp = cursor.fetchone()
    if _national is None or _national[0] != stamp:
        rows = NationalDay.objects.order_by("day").values_list("day", "kind", "name_zh", "name_en", "state")
        _national = (stamp, WorkCalendar.from_rows(DayInfo(*cast("Any", row)) for row in rows))
    return _national[1]


@lru_cache(maxsize=256)
def _parsed(version_id: int) -> CalendarDocument:
    return rules.load(CalendarVersion.objects.get(id=version_id).document)


def versions(hall_id: int) -> list[CalendarVersion]:
    """All versions, newest first."""
    return list(CalendarVersion.objects.filter(hall_id=hall_id).order_by("-version"))


def _documents(hall_id: int) -> list[tuple[date, CalendarDocument]]:
    """(valid_from, document), newest version first: for a day, the first whose valid_from is not after it rules."""
    rows = CalendarVersion.objects.filter(hall_id=hall_id).order_by("-version").values_list("id", "valid_from")
    return [(valid_from, _parsed(version_id)) for version_id, valid_from in rows]


def document_of(hall_id: int, day: date) -> CalendarDocument:
    """The calendar in force on a day; one without sessions where the hall has none."""
    return _pick(_documents(hall_id), day)


def _pick(documents: list[tuple[date, CalendarDocument]], day: date) -> CalendarDocument:
    for valid_from, document in documents:
        if valid_from <= day:
            return document
    return _NEVER_OPEN


def closures(hall: Hall, first: date, last: date) -> list[rules.Closure]:
    """Closures that touch the days first–last (hall's zone) and were not withdrawn."""
    zone = ZoneInfo(hall.timezone)
    start = datetime.combine(first, time(0), zone)
    end = datetime.combine(last + timedelta(days=1), time(0), zone)
    rows = (
        Closure.objects.filter(hall=hall, withdrawn_at=None, starts_at__lt=end, ends_at__gt=start)
        .select_related("zone")
        .order_by("starts_at", "id")
    )
    return [
        rules.Closure(r.starts_at, r.ends_at, Words(zh=r.reason_zh, en=r.reason_en), r.zone.code if r.zone else None)
        for r in rows
    ]


def sessions(hall: Hall, first: date, last: date) -> dict[date, list[Session]]:
    """Opening sessions of each day first–last (both included); days without any have an empty list."""
    calendar = work_calendar()
    shut = closures(hall, first, last)
    documents = _documents(hall.id)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    return {day: rules.sessions_on(_pick(documents, day), day, calendar, shut) for day in days}


def session_at(
    hall: Hall, at: datetime, item: str | None = None, tags: Iterable[str] = (), *, category: str | None = None
) -> Session | None:
    """The session serving this item or category (or anything) at a moment, or None."""
    day = at.astimezone(ZoneInfo(hall.timezone)).date()
    return rules.session_at(
        document_of(hall.id, day), at, work_calendar(), closures(hall, day, day), item, tags, category=category
    )


def is_open(hall: Hall, at: datetime) -> bool:
    return session_at(hall, at) is not None


def next_opening(
    hall: Hall, after: datetime, item: str | None = None, tags: Iterable[str] = (), *, category: str | None = None
) -> Session | None:
    """The first session that ends after `after` (it may be running); None within 60 days."""
    first = after.astimezone(ZoneInfo(hall.timezone)).date()
    wanted = frozenset(tags)
    for weeks in range(9):
        start = first + timedelta(days=7 * weeks)
        for day_sessions in sessions(hall, start, start + timedelta(days=6)).values():
            for session in day_sessions:
                if session.ends_at > after and session.serves(item, wanted, category=category):
                    return session
    return None


def why_closed(
    hall: Hall,
    day: date,
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    at: datetime | None = None,
) -> WhyClosed | None:
    """Why nothing (or not this) is served on a day, or at a moment of it; None when it is."""
    return rules.why_closed(
        document_of(hall.id, day), day, work_calendar(), closures(hall, day, day), item, tags, category=category, at=at
    )
