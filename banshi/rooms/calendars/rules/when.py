"""When: expressions over a day, as data. The package's docstring lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from borax.calendars.lunardate import LunarDate
from pydantic import JsonValue

from banshi.kernel.working_days import WorkCalendar

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORDS = ("every_day", "working", "rest_day", "holiday", "make_up")
_WORK_WEEK = frozenset(WEEKDAYS[:5])
_KEYS = (
    "weekdays",
    "nth_weekday",
    "every_weeks",
    "parity",
    "digits",
    "lunar_digits",
    "dates",
    "range",
    "all",
    "any",
    "not",
)
_DEEPEST = 12


class Fault(ValueError):
    """What is wrong in a calendar, in both tongues."""

    def __init__(self, en: str, zh: str) -> None:
        self.zh = zh
        super().__init__(en)


def checked_when(when: object, *, depth: int = 0) -> JsonValue:
    """The expression in its stored form (days as ISO text), or a sentence about what is wrong with it.

    :raises ValueError: with that sentence.
    """
    if depth > _DEEPEST:
        raise Fault(
            f"this 'when' is nested more than {_DEEPEST} deep; say it more simply",
            f"条件套了 {_DEEPEST} 层以上，写简单些",
        )
    if isinstance(when, str):
        if when not in _WORDS:
            raise Fault(
                f"'when' knows the words {_list(_WORDS)}, not {when!r}", f"条件可用的词是 {_list(_WORDS)}，没有“{when}”"
            )
        return when
    if not isinstance(when, Mapping) or len(when) != 1:
        raise Fault(
            f"'when' is a word or has exactly one of the keys {_list(_KEYS)}",
            f"条件是一个词，或只有一项：{_list(_KEYS)}",
        )
    ((key, value),) = when.items()
    if key not in _KEYS:
        raise Fault(f"'when' knows the keys {_list(_KEYS)}, not {key!r}", f"条件可用的项是 {_list(_KEYS)}，没有“{key}”")
    if key == "not":
        return {"not": checked_when(value, depth=depth + 1)}
    if key == "parity":
        if value not in ("odd", "even"):
            raise Fault(f"parity is odd or even, not {value!r}", f"单双日写 odd 或 even，“{value}”不行")
        return {"parity": value}
    if key == "range":
        return {"range": _checked_range(value)}
    if key == "nth_weekday":
        return {key: _checked_nth(value)}
    if key == "every_weeks":
        return {key: _checked_weeks(value)}
    if not isinstance(value, list | tuple) or not value:
        raise Fault(f"{key!r} needs a list with something in it", f"“{key}”要写成清单，至少一项")
    if key in ("all", "any"):
        return {key: [checked_when(each, depth=depth + 1) for each in value]}
    if key == "weekdays":
        wrong = [each for each in value if each not in WEEKDAYS]
        if wrong:
            raise Fault(
                f"weekdays are {_list(WEEKDAYS)}, not {wrong[0]!r}", f"星期写 {_list(WEEKDAYS)}，“{wrong[0]}”不行"
            )
        return {key: list(value)}
    if key == "dates":
        return {key: [_iso(each) for each in value]}
    wrong = [each for each in value if type(each) is not int or not 0 <= each <= 9]
    if wrong:
        raise Fault(
            f"{key} are last digits of the day, 0 to 9 (0 for 逢十), not {wrong[0]!r}",
            f"尾号是 0 到 9（0 是逢十），“{wrong[0]}”不行",
        )
    return {key: list(value)}


def _checked_range(value: object) -> dict[str, JsonValue]:
    if not isinstance(value, Mapping) or not value or not set(value) <= {"from", "to"}:
        raise Fault("a range has a 'from' day, a 'to' day, or both", "日期范围要有开始日（from）或结束日（to）")
    ends: dict[str, JsonValue] = {key: _iso(value[key]) for key in ("from", "to") if value.get(key) is not None}
    if not ends:
        raise Fault("a range has a 'from' day, a 'to' day, or both", "日期范围要有开始日（from）或结束日（to）")
    if len(ends) == 2 and str(ends["to"]) < str(ends["from"]):
        raise Fault(
            f"the range ends on {ends['to']}, before it begins on {ends['from']}",
            f"日期范围的结束 {ends['to']} 早于开始 {ends['from']}",
        )
    return ends


def _checked_nth(value: object) -> dict[str, JsonValue]:
    nth = value.get("nth") if isinstance(value, Mapping) and set(value) == {"nth", "weekday"} else None
    known = (-1, 1, 2, 3, 4, 5)
    if not isinstance(nth, list | tuple) or not nth or any(type(n) is not int or n not in known for n in nth):
        raise Fault(
            "nth_weekday has 'nth', a list of 1 to 5 or -1 for the last, and a 'weekday'",
            "第几个星期几：nth 写 1 到 5，-1 是最后一个；再写 weekday",
        )
    assert isinstance(value, Mapping)
    if value["weekday"] not in WEEKDAYS:
        raise Fault(
            f"weekdays are {_list(WEEKDAYS)}, not {value['weekday']!r}",
            f"星期写 {_list(WEEKDAYS)}，“{value['weekday']}”不行",
        )
    return {"nth": list(nth), "weekday": value["weekday"]}


def _checked_weeks(value: object) -> dict[str, JsonValue]:
    every = value.get("every") if isinstance(value, Mapping) and set(value) == {"every", "from"} else None
    if type(every) is not int or not 2 <= every <= 8:
        raise Fault(
            "every_weeks has 'every', 2 to 8, and 'from', a day of the first week",
            "每几周一次：every 写 2 到 8，from 写第一周的某一天",
        )
    assert isinstance(value, Mapping)
    return {"every": every, "from": _iso(value["from"])}


def _iso(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Fault(f"{value!r} is not a day like 2026-10-01", f"“{value}”不是 2026-10-01 这样的日期")


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


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
    if key == "nth_weekday":
        assert isinstance(value, dict)
        return _is_nth(value, day) and not _yields(day, cal)
    if key == "every_weeks":
        assert isinstance(value, dict)
        first = date.fromisoformat(str(value["from"]))
        weeks = (day - timedelta(days=day.weekday()) - (first - timedelta(days=first.weekday()))).days // 7
        return weeks >= 0 and weeks % int(str(value["every"])) == 0
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
        # A series of the whole working week works on make-up days too; any series yields to holidays.
        if cal.is_make_up_day(day):
            return set(value) >= _WORK_WEEK
        return WEEKDAYS[day.weekday()] in value and not _yields(day, cal)
    if key == "dates":
        return day.isoformat() in value
    return (day.day if key == "digits" else lunar_day(day)) % 10 in value


def _yields(day: date, cal: WorkCalendar) -> bool:
    """Whether a series of weekdays gives way: a named day off or a make-up day. A single date (`dates`) never does."""
    return cal.is_holiday(day) or cal.is_make_up_day(day)


def _is_nth(value: Mapping[str, JsonValue], day: date) -> bool:
    nth = value["nth"]
    assert isinstance(nth, list)
    if WEEKDAYS[day.weekday()] != value["weekday"]:
        return False
    last = (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 in nth or (last and -1 in nth)


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
