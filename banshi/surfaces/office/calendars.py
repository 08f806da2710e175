"""Opening hours as they are: by week or month, and the versions behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import local, monday_of, paged, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import day_asked
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.queries import Notice
from banshi.rooms.calendars.rules import Session, WhyClosed, Words
from banshi.rooms.places import queries as places
from banshi.surfaces.office import calendar_words
from banshi.surfaces.office.frame import page


@dataclass(frozen=True)
class DayHours:
    """One day: its sessions, or why there are none; the name of a holiday or make-up day."""

    day: date
    sessions: list[Session]
    why: WhyClosed | None
    named: Any
    provisional: bool
    in_month: bool = True
    parts: tuple[ClosedPart, ...] = ()


@dataclass(frozen=True)
class ByNotice:
    """What a notice (文号) says of the days shown: one day of each name. `notice`: "" where nobody gave a number."""

    notice: str
    days: list[DayInfo]


def _by_notice(named: list[DayInfo]) -> list[ByNotice]:
    found: dict[str, dict[str, DayInfo]] = {}
    for each in named:
        found.setdefault(each.notice, {}).setdefault(each.name_zh, each)
    return [ByNotice(notice, list(days.values())) for notice, days in found.items()]


@dataclass(frozen=True)
class ClosedPart:
    """A floor, zone, category or matter that is closed on a day: from when to when (hall's zone); `all_day`: in all of its
    sessions."""

    where: Words
    reason: Words
    starts_at: datetime
    ends_at: datetime
    all_day: bool


def _closed_parts(notices: list[Notice], sessions: list[Session], zone: ZoneInfo) -> tuple[ClosedPart, ...]:
    """What of a day's sessions the closures of parts take away."""
    opens, shuts = min(s.starts_at for s in sessions), max(s.ends_at for s in sessions)
    found = []
    for each in notices:
        starts, ends = max(each.starts_at.astimezone(zone), opens), min(each.ends_at.astimezone(zone), shuts)
        if each.where is not None and starts < ends:
            found.append(ClosedPart(each.where, each.reason, starts, ends, (starts, ends) == (opens, shuts)))
    return tuple(found)


@door(audience="staff", permission="calendar.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    today = local(place, clock.now()).date()
    day = day_asked(request.GET.get("day"), today)
    month = request.GET.get("view") == "month"
    if month:
        begin = day.replace(day=1)
        end = (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        first, last = monday_of(begin), monday_of(end) + timedelta(days=6)
        before, after = begin - timedelta(days=1), end + timedelta(days=1)
    else:
        first = monday_of(day)
        last = first + timedelta(days=6)
        begin, end = first, last
        before, after = first - timedelta(days=7), first + timedelta(days=7)
    calendar = calendars.work_calendar()
    found = calendars.sessions(place, first, last)
    notices, zone = calendars.announced(place, first, last), zone_of(place)
    days = [
        DayHours(
            each,
            sessions,
            None if sessions else calendars.why_closed(place, each),
            calendar.info(each),
            calendar.is_provisional(each),
            begin <= each <= end,
            _closed_parts(notices, sessions, zone) if sessions else (),
        )
        for each, sessions in found.items()
    ]
    named = [each.named for each in days if each.named is not None and each.in_month]
    weeks = [days[i : i + 7] for i in range(0, len(days), 7)]
    versions_of = CalendarVersion.objects.filter(hall=place).order_by("-version")
    current = next((v for v in versions_of if v.valid_from <= today), None)
    return page(
        request,
        "office/calendar.html",
        place,
        weeks=weeks,
        month=month,
        begin=begin,
        end=end,
        before=before,
        after=after,
        today=today,
        current=current,
        coming=[v for v in versions_of if v.valid_from > today and (current is None or v.version > current.version)],
        provisional=any(each.provisional for each in days),
        by_notice=_by_notice(named),
        closures=[c for c in calendars.closures(place, today, today + timedelta(days=30)) if c.ends_at > clock.now()],
    )


@dataclass(frozen=True)
class VersionDiff:
    version: CalendarVersion
    by: str
    said: list[str]  # a sentence for each change


def plain(document: dict[str, Any]) -> str:
    """The document as people write it: YAML without what is unset."""
    ordered = _in_order(_without_empty(document))
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)


# As a reader expects them; the database keeps keys in an order of its own.
_ORDER = (
    "timezone", "period_minutes", "periods", "rules", "code", "name", "zh", "en", "kind", "when", "valid_from",
    "valid_to", "hours", "items", "item_tag", "categories", "zones", "channels", "cut_off", "weekday", "days_before",
    "time", "walk_ins", "overrides", "priority", "note",
)  # fmt: skip


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
        return {key: _in_order(value[key]) for key in keys}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_empty(v) for k, v in value.items() if v not in (None, [], ())}
    if isinstance(value, list | tuple):
        return [_without_empty(each) for each in value]
    return value


@door(audience="staff", permission="calendar.edit")
@require_GET
def versions(request: Asked, hall: str) -> HttpResponseBase:
    """Who published which hours, when, from when on, and what was different."""
    place = places.hall_by_code(hall)
    rows = paged(request, CalendarVersion.objects.filter(hall=place).order_by("-version"), 10)
    listed: list[CalendarVersion] = list(rows)
    numbers = {row.version - 1 for row in listed}
    earlier = {
        v.version: v.document for v in CalendarVersion.objects.filter(hall=place, version__in=numbers).order_by("id")
    }
    who = names_of(row.made_by for row in listed)
    names = calendar_words.Names(place)
    found = [
        VersionDiff(row, who[row.made_by], calendar_words.changes(earlier.get(row.version - 1), row.document, names))
        for row in listed
    ]
    return page(request, "office/calendar_versions.html", place, rows=rows, found=found, more="")
