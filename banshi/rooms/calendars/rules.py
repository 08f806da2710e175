"""Calendar algebra: which sessions a hall holds on a day, from data.

A hall's calendar is one versioned document (`CalendarDocument`) of session rules (`SessionRule`). A rule says *when*
it applies (an expression over the day), *which hours*, *for what* (items, a tag, categories, zones, channels), until
when bookings are taken (`cut_off`), whether walk-ins are served (`walk_ins`), and which other rules it replaces
that day (`overrides`). `sessions_on` turns a document, a day, the national working-day calendar and the closures
into `Session`s: aware datetimes in the hall's own zone. Spans are half-open. Nothing here reads a clock.

The `when` expression, as data (YAML or JSON), is one of

- a word: `every_day`, `working` (make-up days included), `rest_day`, `holiday` (named day off), `make_up` (weekend
  that is worked), or
- one key: `{weekdays: [mon, wed]}`, `{parity: odd}` (day of the solar month; 逢单赶场), `{digits: [1, 4, 7]}` (last
  digit of the day of the solar month; 逢一四七), `{lunar_digits: [3, 6, 9]}` (the same of the lunar month),
  `{dates: [2026-10-01]}`, `{range: {from: …, to: …}}` (both included, either may be missing), `{all: […]}`,
  `{any: […]}`, `{not: …}`.

Times are written in quotes, "09:00": YAML reads a bare 9:00 as a number.

Sources: Nancheng's six periods [N]; no noon break [B]; weekend and evening sessions for chosen items, bookings until
Friday 16:00, booked people first and then walk-ins, market days [C] (mission §1–3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise, product
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from borax.calendars.lunardate import LunarDate
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)

from banshi.kernel.spans import Span, covers, merge, overlap, split, subtract
from banshi.kernel.working_days import WorkCalendar

SessionKind = Literal["regular", "extended", "weekend", "market", "duty"]
WalkIns = Literal["always", "after_booked", "never"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORDS = ("every_day", "working", "rest_day", "holiday", "make_up")
_KEYS = ("weekdays", "parity", "digits", "lunar_digits", "dates", "range", "all", "any", "not")
_DEEPEST = 12
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NOON = time(12)
_DAY = timedelta(days=1)


# --- The document ----------------------------------------------------------------------------------------------


class InvalidCalendar(ValueError):
    """The document cannot be used. `sentences` says why, one clear sentence for each fault."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(sentences))


def _time(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'write times in quotes, like "09:00"; YAML read this one as the number {value}')
    if isinstance(value, str):
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:00(\.0+)?)?", value):
            raise ValueError(f'{value!r} is not a time of day like "09:00"')
        return time.fromisoformat(value)
    return value


TimeOfDay = Annotated[time, BeforeValidator(_time), PlainSerializer(lambda each: f"{each:%H:%M}", when_used="json")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Words(_Model):
    """The same in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class CutOff(_Model):
    """Until when a session takes bookings: the last `weekday` at `time` before it starts, or `days_before` at `time`.

    `{weekday: fri, time: "16:00"}` stops both weekend days on Friday at four [C]; `{days_before: 0, time: "16:00"}`
    stops this evening's session at four today.
    """

    weekday: Weekday | None = None
    days_before: int | None = Field(default=None, ge=0, le=60)
    time: TimeOfDay

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.weekday is None) == (self.days_before is None):
            raise ValueError("a cut-off names either a weekday or days_before, and not both")
        return self


Hours = tuple[TimeOfDay, TimeOfDay]


class SessionRule(_Model):
    """One kind of session. With `items`, `item_tag` and `categories` all unset it serves everything.

    Unset `zones` and `channels` mean all of them. A rule holds from `valid_from` to `valid_to`, both included.
    `periods` are the booking periods; or `period_minutes` cuts the hours evenly; or neither: those of the document.
    """

    code: str
    name: Words
    kind: SessionKind = "regular"
    when: JsonValue
    valid_from: date | None = None
    valid_to: date | None = None  # included
    hours: tuple[Hours, ...]
    periods: tuple[Hours, ...] | None = None
    period_minutes: int | None = Field(default=None, ge=5, le=480)
    items: tuple[str, ...] | None = None
    item_tag: str | None = None
    categories: tuple[str, ...] | None = None
    zones: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    cut_off: CutOff | None = None
    walk_ins: WalkIns = "always"
    overrides: tuple[str, ...] = ()
    priority: int = 0
    note: Words | None = None

    @field_validator("code")
    @classmethod
    def _code_is_plain(cls, code: str) -> str:
        if not _CODE.fullmatch(code):
            raise ValueError(f"a code is made of small letters, digits, - and _, unlike {code!r}")
        return code

    @field_validator("when", mode="before")
    @classmethod
    def _when_is_known(cls, when: object) -> JsonValue:
        return checked_when(when)

    @field_validator("items", "categories", "zones", "channels")
    @classmethod
    def _lists_name_something(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if codes == ():
            raise ValueError("an empty list would serve nothing; leave it out to serve everything")
        return codes

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if not self.hours:
            raise ValueError("a rule needs at least one stretch of hours")
        _in_order("hours", self.hours)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        if self.periods is not None and self.period_minutes is not None:
            raise ValueError("give either periods or period_minutes, not both")
        if self.periods is not None:
            _in_order("periods", self.periods)
            _inside(self.periods, self.hours)
        return self


class CalendarDocument(_Model):
    """A hall's whole calendar: one version of it, valid from the day the hall sets."""

    timezone: str = "Asia/Shanghai"
    periods: tuple[Hours, ...] | None = None
    period_minutes: int | None = Field(default=None, ge=5, le=480)
    rules: tuple[SessionRule, ...]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def rule(self, code: str) -> SessionRule:
        """:raises KeyError: when no rule has the code."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise KeyError(code)

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ValueError, OSError, LookupError) as wrong:
            raise ValueError(f"there is no time zone {timezone!r}") from wrong
        return timezone

    @model_validator(mode="after")
    def _rules_fit_together(self) -> Self:
        if not self.rules:
            raise ValueError("a calendar needs at least one rule")
        codes = [rule.code for rule in self.rules]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"two rules have the code {code!r}")
        if self.periods is not None and self.period_minutes is not None:
            raise ValueError("give either periods or period_minutes, not both")
        if self.periods is not None:
            _in_order("periods", self.periods)
        for rule in self.rules:
            for other in rule.overrides:
                if other not in codes:
                    raise ValueError(f"rule {rule.code!r} overrides {other!r}, which does not exist")
            if rule.code in self._replaced_by(rule):
                raise ValueError(f"rule {rule.code!r} overrides itself, directly or through another")
        return self

    def _replaced_by(self, rule: SessionRule) -> set[str]:
        seen: set[str] = set()
        ahead = list(rule.overrides)
        while ahead:
            code = ahead.pop()
            if code not in seen:
                seen.add(code)
                ahead.extend(other for each in self.rules if each.code == code for other in each.overrides)
        return seen


def load(data: Mapping[str, Any]) -> CalendarDocument:
    """Read a document from data (parsed YAML or JSON).

    :raises InvalidCalendar: with a sentence for each fault, naming the rule it is in.
    """
    try:
        return CalendarDocument.model_validate(data)
    except ValidationError as wrong:
        raise InvalidCalendar([_sentence(data, fault) for fault in wrong.errors(include_url=False)]) from wrong


def checked_when(when: object, *, depth: int = 0) -> JsonValue:
    """The expression in its stored form (days as ISO text), or a sentence about what is wrong with it.

    :raises ValueError: with that sentence.
    """
    if depth > _DEEPEST:
        raise ValueError(f"this 'when' is nested more than {_DEEPEST} deep; say it more simply")
    if isinstance(when, str):
        if when not in _WORDS:
            raise ValueError(f"'when' knows the words {_list(_WORDS)}, not {when!r}")
        return when
    if not isinstance(when, Mapping) or len(when) != 1:
        raise ValueError(f"'when' is a word or has exactly one of the keys {_list(_KEYS)}")
    ((key, value),) = when.items()
    if key not in _KEYS:
        raise ValueError(f"'when' knows the keys {_list(_KEYS)}, not {key!r}")
    if key == "not":
        return {"not": checked_when(value, depth=depth + 1)}
    if key == "parity":
        if value not in ("odd", "even"):
            raise ValueError(f"parity is odd or even, not {value!r}")
        return {"parity": value}
    if key == "range":
        return {"range": _checked_range(value)}
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{key!r} needs a list with something in it")
    if key in ("all", "any"):
        return {key: [checked_when(each, depth=depth + 1) for each in value]}
    if key == "weekdays":
        wrong = [each for each in value if each not in WEEKDAYS]
        if wrong:
            raise ValueError(f"weekdays are {_list(WEEKDAYS)}, not {wrong[0]!r}")
        return {key: list(value)}
    if key == "dates":
        return {key: [_iso(each) for each in value]}
    wrong = [each for each in value if type(each) is not int or not 0 <= each <= 9]
    if wrong:
        raise ValueError(f"{key} are last digits of the day, 0 to 9 (0 for 逢十), not {wrong[0]!r}")
    return {key: list(value)}


def _checked_range(value: object) -> dict[str, JsonValue]:
    if not isinstance(value, Mapping) or not value or not set(value) <= {"from", "to"}:
        raise ValueError("a range has a 'from' day, a 'to' day, or both")
    ends: dict[str, JsonValue] = {key: _iso(value[key]) for key in ("from", "to") if value.get(key) is not None}
    if not ends:
        raise ValueError("a range has a 'from' day, a 'to' day, or both")
    if len(ends) == 2 and str(ends["to"]) < str(ends["from"]):
        raise ValueError(f"the range ends on {ends['to']}, before it begins on {ends['from']}")
    return ends


def _iso(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise ValueError(f"{value!r} is not a day like 2026-10-01")


def _in_order(what: str, spans: Sequence[Hours]) -> None:
    for start, end in spans:
        if end <= start:
            raise ValueError(f"{what} {start:%H:%M}–{end:%H:%M} end before they start")
    for one, other in pairwise(spans):
        if other[0] < one[1]:
            raise ValueError(f"{what} {one[0]:%H:%M}–{one[1]:%H:%M} and {other[0]:%H:%M}–{other[1]:%H:%M} overlap")


def _inside(periods: Sequence[Hours], hours: Sequence[Hours]) -> None:
    open_hours = [Span(start, end) for start, end in hours]
    for start, end in periods:
        if not any(covers(each, Span(start, end)) for each in open_hours):
            raise ValueError(f"the period {start:%H:%M}–{end:%H:%M} lies outside the hours")


def _sentence(data: Mapping[str, Any], fault: Any) -> str:
    place, message = list(fault["loc"]), str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "missing":
        message = "is missing"
    elif fault["type"] == "extra_forbidden":
        message = "is not known here"
    where: list[str] = []
    if place[:1] == ["rules"] and len(place) > 1 and isinstance(place[1], int):
        rule = data["rules"][place[1]]
        code = rule.get("code") if isinstance(rule, Mapping) else None
        where.append(f'rule "{code}"' if isinstance(code, str) else f"rule {place[1] + 1}")
        place = place[2:]
    if place:
        where.append(".".join(str(each + 1 if isinstance(each, int) else each) for each in place))
    return f"{', '.join(where) or 'calendar'}: {message}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


# --- Days ------------------------------------------------------------------------------------------------------


def applies(when: JsonValue, day: date, cal: WorkCalendar) -> bool:
    """Whether a checked `when` expression holds on the day."""
    if isinstance(when, str):
        return _WORD_TESTS[when](cal, day)
    assert isinstance(when, dict)
    ((key, value),) = when.items()
    if key == "not":
        return not applies(value, day, cal)
    if key == "parity":
        return (day.day % 2 == 1) == (value == "odd")
    if key == "range":
        assert isinstance(value, dict)
        iso = day.isoformat()
        return str(value.get("from", iso)) <= iso <= str(value.get("to", iso))
    assert isinstance(value, list)
    if key == "all":
        return all(applies(each, day, cal) for each in value)
    if key == "any":
        return any(applies(each, day, cal) for each in value)
    if key == "weekdays":
        return WEEKDAYS[day.weekday()] in value
    if key == "dates":
        return day.isoformat() in value
    return (day.day if key == "digits" else lunar_day(day)) % 10 in value


_WORD_TESTS: Mapping[str, Callable[[WorkCalendar, date], bool]] = {
    "every_day": lambda cal, day: True,
    "working": WorkCalendar.is_working,
    "rest_day": lambda cal, day: not cal.is_working(day),
    "holiday": WorkCalendar.is_holiday,
    "make_up": WorkCalendar.is_make_up_day,
}


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> int:
    """Day of the lunar month, 1–30; known for 1900–2100.

    :raises ValueError: outside these years.
    """
    return int(LunarDate.from_solar(day).day)


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


# --- Sessions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closure:
    """The hall, or one zone of it, is closed from `starts_at` up to `ends_at` (aware), for a reason people are told."""

    starts_at: datetime
    ends_at: datetime
    reason: Words
    zone: str | None = None

    @property
    def span(self) -> Span[datetime]:
        return Span(self.starts_at, self.ends_at)

    def in_zone_of(self, hall: tzinfo) -> Closure:
        """The same closure told in the hall's time; the database gives UTC."""
        return replace(self, starts_at=self.starts_at.astimezone(hall), ends_at=self.ends_at.astimezone(hall))


@dataclass(frozen=True, slots=True)
class ZoneClosure:
    """A part of a session during which one zone does not serve."""

    zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span[datetime]:
        return Span(self.starts_at, self.ends_at)


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
    zone_closures: tuple[ZoneClosure, ...] = ()

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

    def open_in(self, zone: str | None, *, after: datetime | None = None) -> list[Span[datetime]]:
        """The stretches (ending after `after`) in which this zone serves; None asks for the session as a whole."""
        shut = [part.span for part in self.zone_closures if part.zone == zone]
        return [span for span in subtract([self.span], shut) if after is None or span.end > after]

    def bookable_at(self, now: datetime) -> bool:
        """Whether the cut-off still lets a booking through."""
        return self.cut_off_at is None or now < self.cut_off_at


def sessions_on(doc: CalendarDocument, day: date, cal: WorkCalendar, closures: Iterable[Closure] = ()) -> list[Session]:
    """The day's sessions by start, then priority; what closures leave of them.

    A closure cuts a session in two or shortens it; a booking period touched by one falls out whole. A closed zone
    shortens a session only when it leaves the session no zone; else it stands in `zone_closures`. A session keeps the
    cut-off of the hours it was cut from.
    """
    zone = doc.zone
    whole_day = Span(datetime.combine(day, time(0), zone), datetime.combine(day + _DAY, time(0), zone))
    near = [closure.in_zone_of(zone) for closure in closures if overlap(closure.span, whole_day)]
    sessions = [session for rule in rules_on(doc, day, cal) for session in _sessions_of(doc, rule, day, zone, near)]
    return sorted(sessions, key=lambda session: (session.starts_at, -session.priority, session.rule))


def _sessions_of(
    doc: CalendarDocument, rule: SessionRule, day: date, zone: tzinfo, closures: Sequence[Closure]
) -> list[Session]:
    holes = [closure.span for closure in closures if closure.zone is None] + _all_zones_closed(rule, closures)
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
                    zone_closures=_zone_closures(rule, closures, left),
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


def _zone_closures(rule: SessionRule, closures: Sequence[Closure], left: Span[datetime]) -> tuple[ZoneClosure, ...]:
    parts = [
        ZoneClosure(closure.zone, max(closure.starts_at, left.start), min(closure.ends_at, left.end))
        for closure in closures
        if closure.zone is not None
        and (rule.zones is None or closure.zone in rule.zones)
        and overlap(closure.span, left)
    ]
    return tuple(sorted(parts, key=lambda part: (part.starts_at, part.zone)))


def _cut_off_at(cut_off: CutOff, starts_at: datetime) -> datetime:
    day = starts_at.date()
    if cut_off.days_before is not None:
        return datetime.combine(day - timedelta(days=cut_off.days_before), cut_off.time, starts_at.tzinfo)
    assert cut_off.weekday is not None
    back = (day.weekday() - WEEKDAYS.index(cut_off.weekday)) % 7
    moment = datetime.combine(day - timedelta(days=back), cut_off.time, starts_at.tzinfo)
    return moment if moment < starts_at else moment - timedelta(days=7)


# --- Questions -------------------------------------------------------------------------------------------------


def is_open(
    doc: CalendarDocument,
    at: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
) -> bool:
    """Whether the hall (this zone of it) serves this item or category at this aware moment."""
    return session_at(doc, at, cal, closures, item, tags, category=category, zone=zone) is not None


def session_at(
    doc: CalendarDocument,
    at: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
) -> Session | None:
    """The session that serves at this aware moment, the one of highest priority when there are several; or None."""
    local = at.astimezone(doc.zone)
    tags = frozenset(tags)
    serving = [
        session
        for session in sessions_on(doc, local.date(), cal, closures)
        if at in session.span
        and session.serves(item, tags, category=category, zone=zone)
        and any(at in span for span in session.open_in(zone))
    ]
    return max(serving, key=lambda session: session.priority, default=None)


def next_opening(
    doc: CalendarDocument,
    after: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    horizon_days: int = 60,
    *,
    category: str | None = None,
    zone: str | None = None,
) -> Session | None:
    """The first session for this item or category that ends after the aware moment `after`.

    If one is running, it is that one; its `starts_at` then lies before `after`. None within `horizon_days` days.
    """
    closures, tags = list(closures), frozenset(tags)
    today = after.astimezone(doc.zone).date()
    for ahead in range(horizon_days + 1):
        for session in sessions_on(doc, today + timedelta(days=ahead), cal, closures):
            if session.open_in(zone, after=after) and session.serves(item, tags, category=category, zone=zone):
                return session
    return None


class ClosedSlug(StrEnum):
    """Why nothing is served on a day."""

    CLOSURE = "closure"
    ITEM_NOT_SERVED = "item_not_served"
    HOLIDAY = "holiday"
    NOT_A_MARKET_DAY = "not_a_market_day"
    WEEKEND = "weekend"
    NO_SESSION = "no_session"
    OUTSIDE_HOURS = "outside_hours"


@dataclass(frozen=True, slots=True)
class WhyClosed:
    """The reason, in words to show."""

    slug: ClosedSlug
    words: Words


def why_closed(
    doc: CalendarDocument,
    day: date,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
    at: datetime | None = None,
) -> WhyClosed | None:
    """Why this item (or anything) is not served that day, or at that aware moment of it; None when it is.

    Of several reasons the one that explains most: closure, item not served in that day's sessions, holiday, not a
    market day (only where the hall has such days), weekend, no session.
    """
    closures, tags = list(closures), frozenset(tags)
    open_now = sessions_on(doc, day, cal, closures)
    serving = [
        session
        for session in open_now
        if session.open_in(zone) and session.serves(item, tags, category=category, zone=zone)
    ]
    if serving:
        if at is None or is_open(doc, at, cal, closures, item, tags, category=category, zone=zone):
            return None
        shut = _closure_at(closures, Span(at, at + timedelta(microseconds=1)), zone)
        return _closed_by(shut) if shut else _outside(serving)
    planned = sessions_on(doc, day, cal)
    meant = [session for session in planned if session.serves(item, tags, category=category, zone=zone)]
    for session in meant:
        shut = _closure_at(closures, session.span, zone or (session.zones[0] if session.zones else None))
        if shut:
            return _closed_by(shut)
    if planned:
        return WhyClosed(
            ClosedSlug.ITEM_NOT_SERVED,
            Words(zh="当天的服务时段不办理该事项。", en="That day's sessions do not serve this item."),
        )
    return _why_no_session(doc, day, cal)


def _why_no_session(doc: CalendarDocument, day: date, cal: WorkCalendar) -> WhyClosed:
    info = cal.info(day)
    if info is not None and info.kind == "restday":
        return WhyClosed(
            ClosedSlug.HOLIDAY,
            Words(zh=f"{info.name_zh}放假，大厅不开放。", en=f"The hall is closed for {info.name_en}."),
        )
    if any(rule.kind == "market" for rule in doc.rules) and not cal.is_working(day):
        return WhyClosed(
            ClosedSlug.NOT_A_MARKET_DAY,
            Words(zh="当天不逢场，大厅不开放。", en="It is not a market day; the hall is closed."),
        )
    if not cal.is_working(day):
        return WhyClosed(
            ClosedSlug.WEEKEND, Words(zh="周末休息，大厅不开放。", en="The hall is closed at the weekend.")
        )
    return WhyClosed(
        ClosedSlug.NO_SESSION, Words(zh="当天没有安排服务时段。", en="No session is planned for that day.")
    )


def _closure_at(closures: Sequence[Closure], span: Span[datetime], zone: str | None) -> Closure | None:
    met = [each for each in closures if overlap(each.span, span) and each.zone in (None, zone)]
    return min(met, key=lambda each: (each.zone is not None, each.starts_at), default=None)


def _closed_by(closure: Closure) -> WhyClosed:
    return WhyClosed(
        ClosedSlug.CLOSURE,
        Words(zh=f"临时关闭：{closure.reason.zh}", en=f"Temporarily closed: {closure.reason.en}"),
    )


def _outside(sessions: Sequence[Session]) -> WhyClosed:
    hours = merge(session.span for session in sessions)
    text = [f"{span.start:%H:%M}–{span.end:%H:%M}" for span in hours]
    return WhyClosed(
        ClosedSlug.OUTSIDE_HOURS,
        Words(zh=f"当天的服务时间是 {'、'.join(text)}。", en=f"That day's hours are {', '.join(text)}."),
    )


class Half(StrEnum):
    """Half of a day (上午, 下午): the unit in which a person may hold one appointment [N]."""

    AM = "am"
    PM = "pm"


def halves(period: tuple[datetime, datetime], timezone: str | tzinfo | None = None) -> Half:
    """The half day a period belongs to: by whether it starts before noon in the hall's zone.

    :param timezone: the hall's zone, needed when the datetimes come from the database in UTC.
    """
    return Half.AM if _local(period[0], timezone).time() < _NOON else Half.PM


def half_day_key(period: tuple[datetime, datetime], timezone: str | tzinfo | None = None) -> str:
    """The half day as a key: "2026-11-23-am"."""
    return f"{_local(period[0], timezone).date()}-{halves(period, timezone)}"


def _local(moment: datetime, timezone: str | tzinfo | None) -> datetime:
    if timezone is None:
        return moment
    return moment.astimezone(ZoneInfo(timezone) if isinstance(timezone, str) else timezone)


# --- Changes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lost:
    """A stretch of a day that was served and no longer is, for what the old session served."""

    day: date
    starts_at: datetime
    ends_at: datetime
    session: Session


def diff(
    old_doc: CalendarDocument,
    new_doc: CalendarDocument,
    days: Iterable[date],
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    *,
    new_closures: Iterable[Closure] | None = None,
    new_cal: WorkCalendar | None = None,
) -> list[Lost]:
    """What the change takes away on these days, by day and start: the appointments in there need moving.

    A moment is kept when the new sessions together serve each thing the old one served: item, tag, category, zone,
    channel. What an item's tags are is not looked up: an item that was listed must be listed again. New closures
    or a new working-day calendar (a notice came out) are compared the same way.
    """
    before = list(closures)
    after = before if new_closures is None else list(new_closures)
    lost: list[Lost] = []
    for day in sorted(set(days)):
        new_sessions = sessions_on(new_doc, day, new_cal or cal, after)
        for session in sessions_on(old_doc, day, cal, before):
            gone = [span for part in _parts(session) for span in _lost_to(part, session, new_sessions)]
            lost.extend(Lost(day, span.start, span.end, session) for span in merge(gone))
    return lost


# What a session serves, taken apart: what (kind and code, None for everything), zone and channel (None for all).
_Part = tuple[tuple[str, str] | None, str | None, str | None]


def _parts(session: Session) -> list[_Part]:
    what: list[tuple[str, str] | None] = [("item", code) for code in session.items or ()]
    what += [("tag", session.item_tag)] if session.item_tag is not None else []
    what += [("category", code) for code in session.categories or ()]
    return list(product(what or [None], session.zones or [None], session.channels or [None]))


def _lost_to(part: _Part, old: Session, new_sessions: Sequence[Session]) -> list[Span[datetime]]:
    what, zone, channel = part
    kept: list[Span[datetime]] = []
    for new in new_sessions:
        if _serves_part(new, what) and _has(new.zones, zone) and _has(new.channels, channel):
            shut = [each.span for each in new.zone_closures if zone in (None, each.zone)]
            kept += subtract([new.span], shut)
    had = subtract([old.span], [each.span for each in old.zone_closures if zone in (None, each.zone)])
    return subtract(had, kept)


def _serves_part(new: Session, what: tuple[str, str] | None) -> bool:
    if new.serves_everything or what is None:
        return new.serves_everything
    kind, code = what
    listed = {"item": new.items, "tag": (new.item_tag,), "category": new.categories}[kind]
    return code in (listed or ())


def _has(codes: tuple[str, ...] | None, code: str | None) -> bool:
    return codes is None or code in codes
