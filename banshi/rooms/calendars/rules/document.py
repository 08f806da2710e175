"""The document: a hall's calendar as validated data, one version of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

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

from banshi.kernel.spans import Span, covers
from banshi.rooms.calendars.rules.when import Weekday, checked_when

SessionKind = Literal["regular", "extended", "weekend", "market", "duty"]
WalkIns = Literal["always", "after_booked", "never"]

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


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

    `{weekday: fri, time: "16:00"}` stops both weekend days on Friday at four (Chengdu);
    `{days_before: 0, time: "16:00"}` stops this evening's session at four today.
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
