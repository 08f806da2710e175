"""Sessions: what a hall holds on a day, after the national calendar and the closures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from banshi.kernel.spans import Span, covers, merge, overlap, split, subtract
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.rules.document import CalendarDocument, CutOff, SessionKind, SessionRule, WalkIns, Words
from banshi.rooms.calendars.rules.when import WEEKDAYS, applies

_DAY = timedelta(days=1)


def rules_on(doc: CalendarDocument, day: date, cal: WorkCalendar) -> tuple[SessionRule, ...]:
    """The rules that make the day's sessions, highest priority first; those replaced by another are left out.

    A rule that is itself replaced replaces nothing.
    """
    due = [
        rule
        for rule in doc.rules
        if (rule.valid_from is None or rule.valid_from <= day)
        and (rule.valid_to is None or day <= rule.valid_to)
        and applies(rule.when, day, cal)
    ]
    replaced: set[str] = set()
    settled: set[str] = set()
    while len(settled) < len(due):
        for rule in due:
            rivals = {each.code for each in due if rule.code in each.overrides}
            if rule.code not in settled and rivals <= settled:
                settled.add(rule.code)
                if rule.code not in replaced:
                    replaced.update(rule.overrides)
    left = [rule for rule in due if rule.code not in replaced]
    return tuple(sorted(left, key=lambda rule: (-rule.priority, rule.code)))


@dataclass(frozen=True, slots=True)
class Closure:
    """The hall, or a part of it, is closed from `starts_at` up to `ends_at` (aware), for a reason people are told.

    The part is one zone, one category or one item; a closed floor is a closure of each of its zones.
    `kind`: closure | evacuation | outage.
    """

    starts_at: datetime
    ends_at: datetime
    reason: Words
    zone: str | None = None
    category: str | None = None
    item: str | None = None
    kind: str = "closure"
    id: int = 0  # 0: not announced yet

    @property
    def span(self) -> Span[datetime]:
        return Span(self.starts_at, self.ends_at)

    @property
    def whole(self) -> bool:
        """Whether all of the hall is closed."""
        return self.zone is None and self.category is None and self.item is None

    def stops(self, *, zone: str | None = None, category: str | None = None, item: str | None = None) -> bool:
        """Whether it closes this zone, this category or this item; what is not asked about does not matter."""
        return self.whole or any(
            mine is not None and mine == theirs
            for mine, theirs in ((self.zone, zone), (self.category, category), (self.item, item))
        )

    def takes(
        self,
        starts_at: datetime,
        ends_at: datetime,
        *,
        zone: str | None = None,
        category: str | None = None,
        item: str | None = None,
    ) -> bool:
        """Whether it closes some of this time for this zone, this category or this item."""
        over = self.starts_at < ends_at and starts_at < self.ends_at
        return over and self.stops(zone=zone, category=category, item=item)

    def in_zone_of(self, hall: tzinfo) -> Closure:
        """The same closure told in the hall's time; the database gives UTC."""
        return replace(self, starts_at=self.starts_at.astimezone(hall), ends_at=self.ends_at.astimezone(hall))


@dataclass(frozen=True, slots=True)
class Session:
    """An unbroken stretch in which the hall serves by one rule. Datetimes are aware, in the hall's zone."""

    rule: str
    kind: SessionKind
    name: Words
    starts_at: datetime
    ends_at: datetime
    periods: tuple[tuple[datetime, datetime], ...]
    items: tuple[str, ...] | None = None
    item_tag: str | None = None
    categories: tuple[str, ...] | None = None
    zones: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    cut_off_at: datetime | None = None
    walk_ins: WalkIns = "always"
    priority: int = 0
    note: Words | None = None
    part_closures: tuple[Closure, ...] = ()  # of zones, categories and items, cut to the session

    @property
    def span(self) -> Span[datetime]:
        return Span(self.starts_at, self.ends_at)

    @property
    def serves_everything(self) -> bool:
        return self.items is None and self.item_tag is None and self.categories is None

    def serves(
        self,
        item: str | None = None,
        tags: Iterable[str] = (),
        *,
        category: str | None = None,
        zone: str | None = None,
        channel: str | None = None,
    ) -> bool:
        """Whether the session is for this item (with its tags) or category, in this zone, by this channel.

        An item is served when it is listed, carries the tag, or its category is listed. What is not asked about does
        not matter.
        """
        if zone is not None and self.zones is not None and zone not in self.zones:
            return False
        if channel is not None and self.channels is not None and channel not in self.channels:
            return False
        if self.serves_everything or (item is None and category is None):
            return True
        listed = self.items is not None and item in self.items
        tagged = self.item_tag is not None and self.item_tag in set(tags)
        of_category = self.categories is not None and category in self.categories
        return listed or tagged or of_category

    def open_in(
        self,
        zone: str | None,
        *,
        category: str | None = None,
        item: str | None = None,
        after: datetime | None = None,
    ) -> list[Span[datetime]]:
        """The stretches (ending after `after`) in which this zone, category and item are served.

        With nothing asked: the session as a whole.
        """
        shut = [part.span for part in self.part_closures if part.stops(zone=zone, category=category, item=item)]
        return [span for span in subtract([self.span], shut) if after is None or span.end > after]


def sessions_on(doc: CalendarDocument, day: date, cal: WorkCalendar, closures: Iterable[Closure] = ()) -> list[Session]:
    """The day's sessions by start, then priority; what closures leave of them.

    A closure cuts a session in two or shortens it; a booking period touched by one falls out whole. A closed zone
    shortens a session only when it leaves the session no zone; else it stands in `part_closures`, as closed categories
    and items always do. A session keeps the cut-off of the hours it was cut from.
    """
    zone = doc.zone
    whole_day = Span(datetime.combine(day, time(0), zone), datetime.combine(day + _DAY, time(0), zone))
    near = [closure.in_zone_of(zone) for closure in closures if overlap(closure.span, whole_day)]
    sessions = [session for rule in rules_on(doc, day, cal) for session in _sessions_of(doc, rule, day, zone, near)]
    return sorted(sessions, key=lambda session: (session.starts_at, -session.priority, session.rule))


def _sessions_of(
    doc: CalendarDocument, rule: SessionRule, day: date, zone: tzinfo, closures: Sequence[Closure]
) -> list[Session]:
    holes = [closure.span for closure in closures if closure.whole] + _all_zones_closed(rule, closures)
    sessions: list[Session] = []
    for start, end in rule.hours:
        hours = Span(datetime.combine(day, start, zone), datetime.combine(day, end, zone))
        periods = _periods(doc, rule, day, hours, zone)
        for left in subtract([hours], holes):
            sessions.append(
                Session(
                    rule=rule.code,
                    kind=rule.kind,
                    name=rule.name,
                    starts_at=left.start,
                    ends_at=left.end,
                    periods=tuple((period.start, period.end) for period in periods if covers(left, period)),
                    items=rule.items,
                    item_tag=rule.item_tag,
                    categories=rule.categories,
                    zones=rule.zones,
                    channels=rule.channels,
                    cut_off_at=_cut_off_at(rule.cut_off, hours.start) if rule.cut_off else None,
                    walk_ins=rule.walk_ins,
                    priority=rule.priority,
                    note=rule.note,
                    part_closures=_part_closures(rule, closures, left),
                )
            )
    return sessions


def _periods(
    doc: CalendarDocument, rule: SessionRule, day: date, hours: Span[datetime], zone: tzinfo
) -> list[Span[datetime]]:
    minutes, listed = rule.period_minutes, rule.periods
    if minutes is None and listed is None:
        minutes, listed = doc.period_minutes, doc.periods
    if minutes is not None:
        return split(hours, timedelta(minutes=minutes))
    if listed is None:
        return [hours]
    spans = [Span(datetime.combine(day, start, zone), datetime.combine(day, end, zone)) for start, end in listed]
    return [span for span in spans if covers(hours, span)]


def _all_zones_closed(rule: SessionRule, closures: Sequence[Closure]) -> list[Span[datetime]]:
    """When every zone of a rule that lists its zones is closed at once."""
    if rule.zones is None:
        return []
    closed: list[Span[datetime]] | None = None
    for zone in rule.zones:
        spans = merge(closure.span for closure in closures if closure.zone == zone)
        # A ∩ B = A − (A − B)
        closed = spans if closed is None else subtract(closed, subtract(closed, spans))
    return closed or []


def _part_closures(rule: SessionRule, closures: Sequence[Closure], left: Span[datetime]) -> tuple[Closure, ...]:
    parts = [
        replace(closure, starts_at=max(closure.starts_at, left.start), ends_at=min(closure.ends_at, left.end))
        for closure in closures
        if not closure.whole
        and (closure.zone is None or rule.zones is None or closure.zone in rule.zones)
        and overlap(closure.span, left)
    ]
    return tuple(
        sorted(parts, key=lambda part: (part.starts_at, part.zone or "", part.category or "", part.item or ""))
    )


def _cut_off_at(cut_off: CutOff, starts_at: datetime) -> datetime:
    day = starts_at.date()
    if cut_off.days_before is not None:
        return datetime.combine(day - timedelta(days=cut_off.days_before), cut_off.time, starts_at.tzinfo)
    assert cut_off.weekday is not None
    back = (day.weekday() - WEEKDAYS.index(cut_off.weekday)) % 7
    moment = datetime.combine(day - timedelta(days=back), cut_off.time, starts_at.tzinfo)
    return moment if moment < starts_at else moment - timedelta(days=7)
