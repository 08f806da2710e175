"""Reads on calendars: when a hall is open, for what, and why not.

The national table and each calendar version are parsed once per process; versions are immutable, and the national table's
stamp is its row count with its newest day, so an import shows at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.kernel.spans import Span, overlap
from banshi.kernel.working_days import DayInfo, WorkCalendar
from banshi.rooms.calendars import rules
from banshi.rooms.calendars.models import CalendarVersion, Closure, NationalDay
from banshi.rooms.calendars.rules import ANYTHING, CalendarDocument, Hours, Session, What, WhyClosed, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category, Hall, WindowCategory, Zone

_national: tuple[object, WorkCalendar] | None = None


def work_calendar() -> WorkCalendar:
    """The national working-day calendar."""
    global _national
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(day), sum(hashtext(concat(day, kind, name_zh, name_en, state, notice)))"
            " FROM calendars_national_day"
        )
        stamp = cursor.fetchone()
    if _national is None or _national[0] != stamp:
        rows = NationalDay.objects.order_by("day").values_list("day", "kind", "name_zh", "name_en", "state", "notice")
        _national = (stamp, WorkCalendar.from_rows(DayInfo(*cast("Any", row)) for row in rows))
    return _national[1]


LOOK_AHEAD_DAYS = 62  # in which the next opening is looked for
RECENT_S = 1.0
_looked_at = -RECENT_S  # when this process last saw that its calendar is the one that stands


def recent_calendar() -> WorkCalendar:
    """The national working-day calendar as it was within the last second: for those who ask many times in one."""
    global _looked_at
    at = clock.monotonic()
    if _national is None or at - _looked_at >= RECENT_S:
        found = work_calendar()
        _looked_at = at
        return found
    return _national[1]


_documents: dict[int, CalendarDocument] = {}  # by version: a version is immutable, so its id is a sound key
MOST_KEPT = 2048


def _documents_of(versions: Collection[int]) -> dict[int, CalendarDocument]:
    """By version; what is not known here yet is read in one query."""
    known = {version: _documents[version] for version in versions if version in _documents}
    new = [version for version in versions if version not in known]
    if new:
        rows = CalendarVersion.objects.filter(id__in=new).order_by("id").values_list("id", "document")
        fresh = {version: rules.load(document) for version, document in rows}
        if len(_documents) > MOST_KEPT:
            _documents.clear()
        _documents.update(fresh)
        known |= fresh
    return known


@forgettable
def forget() -> None:
    """Read calendars anew (tests)."""
    global _national, _looked_at
    _national, _looked_at = None, -RECENT_S
    _documents.clear()


def versions(hall_id: int) -> list[CalendarVersion]:
    """All versions, newest first."""
    return list(CalendarVersion.objects.filter(hall_id=hall_id).order_by("-version"))


def ruling(hall_id: int, day: date) -> CalendarVersion | None:
    """The version in force on a day."""
    return CalendarVersion.objects.filter(hall_id=hall_id, valid_from__lte=day).order_by("-version").first()


def planned(hall_id: int, after: date) -> list[CalendarVersion]:
    """Versions that take over after a day, by when; those that a later one replaces on their day are left out."""
    now_ruling = ruling(hall_id, after)
    kept: list[CalendarVersion] = []
    for row in CalendarVersion.objects.filter(hall_id=hall_id, valid_from__gt=after).order_by("-version"):
        newer = now_ruling is None or row.version > now_ruling.version
        if newer and all(row.valid_from < later.valid_from for later in kept):
            kept.append(row)
    return sorted(kept, key=lambda row: row.valid_from)


def document_of(hall_id: int, day: date) -> CalendarDocument:
    """The calendar in force on a day; one without sessions where the hall has none."""
    return rules.document_on(_versions_of([hall_id]).get(hall_id, ()), day)


def _versions_of(hall_ids: Collection[int]) -> dict[int, tuple[tuple[date, CalendarDocument], ...]]:
    """By hall (valid from, document), newest version first; a query, and one more for versions not seen yet."""
    rows = CalendarVersion.objects.filter(hall_id__in=hall_ids).order_by("hall_id", "-version")
    versions = list(rows.values_list("hall_id", "id", "valid_from"))
    documents = _documents_of([version for _, version, _ in versions])
    return {
        hall_id: tuple((valid_from, documents[version]) for _, version, valid_from in of_hall)
        for hall_id, of_hall in groupby(versions, key=itemgetter(0))
    }


def hours_of(halls: Sequence[Hall], first: date, last: date) -> dict[int, Hours]:
    """By hall, its hours over the days first–last of its own zone: as many queries for many halls as for one."""
    if not halls:
        return {}
    calendar, versions = work_calendar(), _versions_of([hall.pk for hall in halls])
    days = {hall.pk: _span(ZoneInfo(hall.timezone), first, last) for hall in halls}
    start, end = min(each.start for each in days.values()), max(each.end for each in days.values())
    shut = closures_of(halls, start, end)
    return {
        hall.pk: Hours(
            ZoneInfo(hall.timezone),
            versions.get(hall.pk, ()),
            calendar,
            tuple(each for each in shut.get(hall.pk, ()) if overlap(each.span, days[hall.pk])),
        )
        for hall in halls
    }


def hours(hall: Hall, first: date, last: date | None = None) -> Hours:
    """A hall's hours over the days first–last of its own zone; `last` None = the one day."""
    return hours_of([hall], first, first if last is None else last)[hall.pk]


def _span(zone: ZoneInfo, first: date, last: date) -> Span[datetime]:
    return Span(datetime.combine(first, time(0), zone), datetime.combine(last + timedelta(days=1), time(0), zone))


def closures(hall: Hall, first: date, last: date) -> list[rules.Closure]:
    """Closures that touch the days first–last (hall's zone) and were not withdrawn."""
    span = _span(ZoneInfo(hall.timezone), first, last)
    return closures_of([hall], span.start, span.end).get(hall.pk, [])


def closures_of(halls: Sequence[Hall], start: datetime, end: datetime) -> dict[int, list[rules.Closure]]:
    """By hall, the closures that touch start–end (aware) and were not withdrawn; two queries for any number of halls."""
    rows = (
        Closure.objects.filter(hall__in=halls, withdrawn_at=None, starts_at__lt=end, ends_at__gt=start)
        .select_related("zone", "category", "item")
        .order_by("starts_at", "id")
    )
    found: dict[int, list[rules.Closure]] = {}
    for row in rows:
        found.setdefault(row.hall_id, []).extend(spans_of(row))
    return found


def ran(hall_ids: Iterable[int], since: datetime, until: datetime) -> dict[int, list[rules.Closure]]:
    """By hall, the closures that ran at any moment of since–until (aware): one that was taken back, up to then."""
    rows = Closure.objects.filter(hall__in=list(hall_ids), starts_at__lt=until, ends_at__gt=since)
    rows = rows.exclude(withdrawn_at__lte=F("starts_at")).exclude(withdrawn_at__lte=since)
    found: dict[int, list[rules.Closure]] = {}
    for row in rows.select_related("zone", "category", "item").order_by("starts_at", "id"):
        ended = min(row.ends_at, row.withdrawn_at or row.ends_at)
        found.setdefault(row.hall_id, []).extend(replace(span, ends_at=ended) for span in spans_of(row))
    return found


def spans_of(row: Closure) -> list[rules.Closure]:
    """A closure as the rules read it: one for the hall, a zone, a category or an item; a floor's is one for each zone."""
    whole = rules.Closure(
        row.starts_at,
        row.ends_at,
        Words(zh=row.reason_zh, en=row.reason_en),
        zone=row.zone.code if row.zone else None,
        category=row.category.code if row.category else None,
        item=row.item.code if row.item else None,
        kind=row.kind,
        id=row.pk or 0,
    )
    if row.floor_id is None:
        return [whole]
    codes = Zone.objects.filter(floor_id=row.floor_id).order_by("code").values_list("code", flat=True)
    return [replace(whole, zone=code) for code in codes]


def zones_by_category(hall_id: int) -> dict[str, str | None]:
    """Category code → the zone in which it is served: its own, else that of its windows where they stand in one."""
    own: dict[str, str | None] = dict(
        Category.objects.filter(hall_id=hall_id).order_by("id").values_list("code", "zone__code")
    )
    if all(own.values()):
        return own
    of_windows: dict[str, set[str]] = {}
    pairs = WindowCategory.objects.filter(window__hall_id=hall_id).order_by("id")
    for code, zone in pairs.values_list("category__code", "window__zone__code"):
        of_windows.setdefault(code, set()).add(zone)
    return {
        code: zone or (next(iter(of_windows[code])) if len(of_windows.get(code, ())) == 1 else None)
        for code, zone in own.items()
    }


def what_of(hall: Hall, asked: What) -> What:
    """What is asked about, whole: an item with its category and tags, a category with its zone, as this hall has them."""
    item, tags, category, zone = asked.item, asked.tags, asked.category, asked.zone
    if item is not None and (category is None or not tags):
        row = (
            HallItem.objects.filter(hall=hall, item__code=item).order_by("id").values_list("category__code", "extended")
        )
        for its_category, extended in row[:1]:
            category = category or its_category
            tags = tags | ({"extended"} if extended else frozenset())
    if category is not None and zone is None:
        zone = zones_by_category(hall.pk).get(category)
    return What(item, tags, category, zone)


def sessions(hall: Hall, first: date, last: date) -> dict[date, list[Session]]:
    """Opening sessions of each day first–last (both included); days without any have an empty list."""
    return hours(hall, first, last).between(first, last)


def begins_at(hall: Hall, now: datetime) -> datetime | None:
    """Before the first session of the hall's day: when it begins. None once one has begun, and on a day without any."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    first = min((each.starts_at for each in sessions(hall, today, today)[today]), default=None)
    return first if first is not None and first > now else None


def sessions_but_for_evacuations(hall: Hall, day: date) -> list[Session]:
    """What the day holds where nobody had to go out: an evacuation may be over at any moment."""
    return hours(hall, day).but_for("evacuation").on(day)


def session_at(hall: Hall, at: datetime, asked: What = ANYTHING) -> Session | None:
    """The session serving this at a moment, or None."""
    return hall_day(hall, at).hours.session_at(at, what_of(hall, asked))


@dataclass(frozen=True)
class Opening:
    """Whether something is served at a moment: by which session, or why not and when it goes on.

    `closure`: what stops it, where it is a closure. `opens_at`: the next moment it is served, within 60 days.
    `day_ends_at`: where it is served, when the day's last session ends, whatever is served in that one.
    """

    session: Session | None
    why: WhyClosed | None = None
    opens_at: datetime | None = None
    closure: rules.Closure | None = None
    day_ends_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.session is not None


def opening(hall: Hall, at: datetime, asked: What = ANYTHING) -> Opening:
    """The one question: is this hall – for this item, category or zone – open at a moment, and if not, why and until when.

    Booking, check-in, numbers, calls, boards, kiosk, phone, desk and `when` all ask it here.
    """
    return hall_day(hall, at).opening(at, what_of(hall, asked))


@dataclass(frozen=True)
class HallDay:
    """One day of a hall, read once: answers `opening` for as many things as are asked about."""

    hall: Hall
    day: date
    hours: Hours

    def opening(self, at: datetime, what: What) -> Opening:
        """As `opening` says it. Reads more only to say when something that is not served now goes on.

        :param at: a moment of this day.
        """
        session = self.hours.session_at(at, what)
        if session is not None:
            ends = [each.ends_at for each in self.sessions]
            return Opening(session, day_ends_at=max([session.ends_at, *ends]))
        goes_on = next_open_moment(self.hall, at, what)
        why = self.hours.why_closed(self.day, what, at=at)
        return Opening(None, why, goes_on, self.hours.closure_at(at, what))

    @cached_property
    def sessions(self) -> list[Session]:
        return self.hours.on(self.day)


def hall_day(hall: Hall, at: datetime) -> HallDay:
    """The day of this moment, in the hall's zone."""
    day = at.astimezone(ZoneInfo(hall.timezone)).date()
    return HallDay(hall, day, hours(hall, day))


def next_open_moment(hall: Hall, after: datetime, asked: What = ANYTHING) -> datetime | None:
    """The first moment not before `after` at which this is served, closures left out; None within 60 days."""
    what = what_of(hall, asked)
    session = _next_session(hall, after, what)
    if session is None:
        return None
    spans = session.open_in(what.zone, category=what.category, item=what.item, after=after)
    return max(spans[0].start, after.astimezone(spans[0].start.tzinfo)) if spans else None


def closed_now(hall: Hall, at: datetime) -> list[rules.Closure]:
    """The closures that run at a moment, the widest first."""
    day = at.astimezone(ZoneInfo(hall.timezone)).date()
    running = [each for each in closures(hall, day, day) if at in each.span]
    return sorted(running, key=lambda each: (not each.whole, each.starts_at))


@dataclass(frozen=True)
class Notice:
    """A closure as people read it. `where`: the part that is closed; None for the whole hall. `spans`: as the rules do."""

    where: Words | None
    reason: Words
    starts_at: datetime
    ends_at: datetime
    kind: str
    id: int
    spans: tuple[rules.Closure, ...] = ()

    @property
    def matter(self) -> bool:
        """Whether `where` names a category or an item, which is not served, and no place that is closed."""
        return any(span.category is not None or span.item is not None for span in self.spans)


def notices(hall: Hall, at: datetime, *, zone: str | None = None) -> list[Notice]:
    """What is closed now and why, the whole hall first.

    :param zone: only what concerns this zone; None = everything.
    """
    rows = Closure.objects.filter(hall=hall, withdrawn_at=None, starts_at__lte=at, ends_at__gt=at)
    found = []
    for row in rows.select_related("floor", "zone__floor", "category__zone", "item").order_by("starts_at", "id"):
        notice = as_notice(row)
        if zone is None or notice.where is None or zone in _zones_of(row):
            found.append(notice)
    return sorted(found, key=lambda each: each.where is not None)


def standing(closure_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Of closures by id: announced | running | over – ended, or taken back. One query."""
    rows = Closure.objects.filter(pk__in=closure_ids).order_by("id")
    found = {}
    for pk, starts_at, ends_at, withdrawn_at in rows.values_list("pk", "starts_at", "ends_at", "withdrawn_at"):
        over = withdrawn_at is not None or ends_at <= now
        found[pk] = "over" if over else "running" if starts_at <= now else "announced"
    return found


def notice_of(closure_id: int) -> Notice | None:
    """One closure as people read it; None where there is none."""
    rows = Closure.objects.filter(pk=closure_id).select_related("floor", "zone", "category", "item").order_by("id")
    return next(map(as_notice, rows), None)


def withdrawn(hall: Hall, now: datetime) -> set[int]:
    """The ids of the closures that were taken back before they were over, as far as a period they touched may still run."""
    rows = Closure.objects.filter(hall=hall, withdrawn_at__isnull=False, ends_at__gt=now - timedelta(days=1))
    return set(rows.order_by("id").values_list("id", flat=True))


def announced(hall: Hall, first: date, last: date) -> list[Notice]:
    """The closures that touch the days first–last (hall's zone), as people read them, in order."""
    zone = ZoneInfo(hall.timezone)
    start, end = (datetime.combine(day, time(0), zone) for day in (first, last + timedelta(days=1)))
    rows = Closure.objects.filter(hall=hall, withdrawn_at=None, starts_at__lt=end, ends_at__gt=start)
    return [
        as_notice(row) for row in rows.select_related("floor", "zone", "category", "item").order_by("starts_at", "id")
    ]


def as_notice(row: Closure) -> Notice:
    """A closure as people read it, saved or not."""
    part = row.floor or row.zone or row.category or row.item
    reason = Words(zh=row.reason_zh, en=row.reason_en)
    return Notice(_named(part), reason, row.starts_at, row.ends_at, row.kind, row.pk or 0, tuple(spans_of(row)))


def _zones_of(row: Closure) -> set[str]:
    if row.category is not None:
        return {row.category.zone.code} if row.category.zone else set()
    return {span.zone for span in spans_of(row) if span.zone is not None}


def _named(part: Any) -> Words | None:
    if part is None:
        return None
    zh = getattr(part, "name_zh", "") or getattr(part, "label_zh", "")
    en = getattr(part, "name_en", "") or getattr(part, "label_en", "")
    return Words(zh=zh or en or part.code, en=en or zh or part.code)


def next_opening(hall: Hall, after: datetime, asked: What = ANYTHING) -> Session | None:
    """The first session that still serves this after `after` (it may be running); None within 60 days."""
    return _next_session(hall, after, what_of(hall, asked))


def _next_session(hall: Hall, after: datetime, what: What) -> Session | None:
    first = after.astimezone(ZoneInfo(hall.timezone)).date()
    last = first + timedelta(days=LOOK_AHEAD_DAYS)
    return hours(hall, first, last).next_opening(after, what, last=last)


def why_closed(hall: Hall, day: date, asked: What = ANYTHING, *, at: datetime | None = None) -> WhyClosed | None:
    """Why nothing (or not this) is served on a day, or at a moment of it; None when it is."""
    return hours(hall, day).why_closed(day, what_of(hall, asked), at=at)
