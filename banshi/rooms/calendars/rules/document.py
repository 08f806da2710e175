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

from banshi.kernel.clock_words import hours_words
from banshi.kernel.spans import Span, covers
from banshi.rooms.calendars.rules.when import Fault, Weekday, checked_when

SessionKind = Literal["regular", "extended", "weekend", "market", "duty"]
WalkIns = Literal["always", "after_booked", "never"]

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class InvalidCalendar(ValueError):
    """The document cannot be used. `sentences` says why, one clear sentence for each fault; `chinese` says the same."""

    def __init__(self, sentences: Sequence[str], chinese: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        self.chinese = tuple(chinese)
        super().__init__("\n".join(sentences))


def _time(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise Fault(
            f'write times in quotes, like "09:00"; YAML read this one as the number {value}',
            f'时间要加引号，写成 "09:00"；这一个被读成了数字 {value}',
        )
    if isinstance(value, str):
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:00(\.0+)?)?", value):
            raise Fault(f'{value!r} is not a time of day like "09:00"', f"“{value}”不是 09:00 这样的时间")
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
            raise Fault(
                "a cut-off names either a weekday or days_before, and not both",
                "预约截止要么写星期几，要么写提前几天，只写一样",
            )
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
            raise Fault(
                f"a code is made of small letters, digits, - and _, unlike {code!r}",
                f"代码用小写字母、数字、- 和 _，“{code}”不行",
            )
        return code

    @field_validator("when", mode="before")
    @classmethod
    def _when_is_known(cls, when: object) -> JsonValue:
        return checked_when(when)

    @field_validator("items", "categories", "zones", "channels")
    @classmethod
    def _lists_name_something(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if codes == ():
            raise Fault(
                "an empty list would serve nothing; leave it out to serve everything",
                "空的清单等于什么都不办；不限就不要写",
            )
        return codes

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if not self.hours:
            raise Fault("a rule needs at least one stretch of hours", "至少写一段时间")
        _in_order("hours", self.hours)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Fault(
                f"valid_to {self.valid_to} lies before valid_from {self.valid_from}",
                f"结束日期 {self.valid_to} 早于开始日期 {self.valid_from}",
            )
        if self.periods is not None and self.period_minutes is not None:
            raise Fault(
                "give either periods or period_minutes, not both", "预约时段要么逐个列出，要么写每段分钟数，只写一样"
            )
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
            raise Fault(f"there is no time zone {timezone!r}", f"没有“{timezone}”这个时区") from wrong
        return timezone

    @model_validator(mode="after")
    def _rules_fit_together(self) -> Self:
        if not self.rules:
            raise Fault("a calendar needs at least one rule", "至少要有一个时段安排")
        codes = [rule.code for rule in self.rules]
        for code in codes:
            if codes.count(code) > 1:
                raise Fault(f"two rules have the code {code!r}", f"两个安排用了同一个代码“{code}”")
        if self.periods is not None and self.period_minutes is not None:
            raise Fault(
                "give either periods or period_minutes, not both", "预约时段要么逐个列出，要么写每段分钟数，只写一样"
            )
        if self.periods is not None:
            _in_order("periods", self.periods)
        for rule in self.rules:
            for other in rule.overrides:
                if other not in codes:
                    raise Fault(
                        f"rule {rule.code!r} overrides {other!r}, which does not exist",
                        f"“{rule.name.zh}”要替换的“{other}”不存在",
                    )
            if rule.code in self._replaced_by(rule):
                raise Fault(
                    f"rule {rule.code!r} overrides itself, directly or through another",
                    f"“{rule.name.zh}”直接或间接替换了自己",
                )
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
        faults = wrong.errors(include_url=False)
        raise InvalidCalendar(
            [_sentence(data, fault) for fault in faults], [_chinese(data, fault) for fault in faults]
        ) from wrong


def _in_order(what: str, spans: Sequence[Hours]) -> None:
    for start, end in spans:
        if end <= start:
            raise Fault(
                f"{what} {hours_words(start, end)} end before they start", f"{hours_words(start, end)} 的结束早于开始"
            )
    for one, other in pairwise(spans):
        if other[0] < one[1]:
            raise Fault(
                f"{what} {hours_words(*one)} and {hours_words(*other)} overlap",
                f"{hours_words(*one)} 和 {hours_words(*other)} 重叠",
            )


def _inside(periods: Sequence[Hours], hours: Sequence[Hours]) -> None:
    open_hours = [Span(start, end) for start, end in hours]
    for start, end in periods:
        if not any(covers(each, Span(start, end)) for each in open_hours):
            raise Fault(
                f"the period {hours_words(start, end)} lies outside the hours",
                f"预约时段 {hours_words(start, end)} 不在开放时间内",
            )


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


_PLACES = {
    "timezone": "时区", "periods": "预约时段", "period_minutes": "每段分钟数", "rules": "安排", "code": "代码", "name": "名称",
    "zh": "中文", "en": "英文", "kind": "种类", "when": "日期", "valid_from": "开始日期", "valid_to": "结束日期", "hours": "时间",
    "items": "事项", "item_tag": "事项标签", "categories": "类别", "zones": "区域", "channels": "预约渠道", "cut_off": "预约截止",
    "weekday": "星期", "days_before": "提前几天", "time": "时间", "walk_ins": "现场取号", "overrides": "替换",
    "priority": "优先级", "note": "说明",
}  # fmt: skip


def _chinese(data: Mapping[str, Any], fault: Any) -> str:
    """As `_sentence`, in Chinese: the rule by its name, the fields by their words."""
    place, where = list(fault["loc"]), ""
    if place[:1] == ["rules"] and len(place) > 1 and isinstance(place[1], int):
        rule = data["rules"][place[1]]
        name = rule.get("name") if isinstance(rule, Mapping) else None
        said = name.get("zh") if isinstance(name, Mapping) else None
        where = f"“{said or rule.get('code')}”" if isinstance(rule, Mapping) and (said or rule.get("code")) else ""
        where, place = where or f"第 {place[1] + 1} 个安排", place[2:]
    steps = [f"第 {each + 1} 项" if isinstance(each, int) else _PLACES.get(str(each), str(each)) for each in place]
    return f"{' '.join(each for each in (where, *steps) if each) or '日历'}：{_why(fault)}"


def _why(fault: Any) -> str:
    context, kind = fault.get("ctx") or {}, fault["type"]
    if isinstance(context.get("error"), Fault):
        return str(context["error"].zh)
    match kind:
        case "missing":
            return "没有写"
        case "extra_forbidden":
            return "没有这一项"
        case "greater_than_equal":
            return f"至少 {context['ge']}"
        case "less_than_equal":
            return f"最多 {context['le']}"
        case "string_too_short":
            return "不能为空"
        case "literal_error":
            return f"可以写 {str(context['expected']).replace(' or ', '、').replace(', ', '、')}"
    return "写得不对"
