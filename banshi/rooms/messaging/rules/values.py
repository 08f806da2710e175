"""Values as people say them: days, clock times, lists, people ahead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from banshi.kernel.clock_words import clock_words
from banshi.kernel.tongues import one_tongue
from banshi.rooms.messaging.rules.templates import language_of
from banshi.rooms.messaging.rules.words import LANGUAGES

# What somebody wrote themselves: it may name anybody, and is sealed like what opens something.
OWN_WORDS = frozenset({"reason", "reason_zh", "reason_en", "answer", "text"})
MOST_THINGS = 5  # materials named in one message; the rest is counted
_CHINESE = re.compile("[\u4e00-\u9fff]")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def spoken(params: Mapping[str, Any], *, language: str, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Values as people say them, by placeholder.

    Understood in `params`: text and numbers; pairs `x_zh`/`x_en`, `{"zh": …, "en": …}` or `[zh, en]` inside lists, which
    become `x`; ISO dates and times; `starts_at`/`ends_at` → `when`; `old_starts_at`/`old_ends_at` → `was`;
    `closed` (`zh`, `en`: the part, where it is not the whole hall; `matter`; `evacuates`; `from`, `until`) → a clause, and
    `part`; `come_early` → `early`; `likely_s`/`at_most_s` → `minutes`/`at_most`; `ahead` → also `in_line`;
    lists, of which the first five are named.

    :param zone: the hall's; `now` is hall time, for “tomorrow”.
    """
    language = language_of(language)
    said: dict[str, str] = {}
    for key, value in params.items():
        base, _, tail = key.rpartition("_")
        if tail in LANGUAGES and base:
            if tail == language or not {f"{base}_{language}", base} & params.keys():
                said[base] = _say(value, language, zone, now)
        elif f"{key}_{language}" not in params:
            said[key] = _say(value, language, zone, now)
    said |= _closed(params.get("closed"), language, zone, now)
    for name, start, end in (("when", "starts_at", "ends_at"), ("was", "old_starts_at", "old_ends_at")):
        starts_at, ends_at = moment_of(params.get(start)), moment_of(params.get(end))
        if starts_at:
            said[name] = period(starts_at, ends_at, language=language, zone=zone, now=now)
    if "reason" in said:
        said["reason"] = said["reason"].rstrip("。.")  # the sentence has its own full stop
    if said.get("answer"):
        said["answer"] = sentence(said["answer"], language=language)
    if language == "en" and _CHINESE.search(said.get("reason", "")):
        del said["reason"]  # the hall gave none in English: better none than one that cannot be read
    if "come_early" in said:
        said.setdefault("early", said["come_early"])
    if isinstance(params.get("ahead"), int):
        idle = "likely_s" in params and params["likely_s"] is None
        after = f"after {params.get('after')}" if language == "en" else f"{params.get('after')} 办完接着办"
        said["in_line"] = after if params.get("after") else _in_line(params["ahead"], language, idle=idle)
    for seconds, name in (("likely_s", "minutes"), ("at_most_s", "at_most")):
        if isinstance(params.get(seconds), int | float):
            said.setdefault(name, str(max(1, round(params[seconds] / 60))))
    return said


def sentence(text: str, *, language: str) -> str:
    """What somebody wrote, with its full stop: what follows is a sentence of its own."""
    if text.rstrip()[-1:] in "。.！!？?…":
        return text.rstrip()
    return text.rstrip() + ("." if language == "en" and not _CHINESE.search(text) else "。")


def period(starts_at: datetime, ends_at: datetime | None, *, language: str, zone: ZoneInfo, now: datetime) -> str:
    """`明天（3月11日）9:30–10:30`; over midnight the second day is named too."""
    first, today = starts_at.astimezone(zone), now.astimezone(zone).date()
    text = _day_and_clock(first, language, today)
    if ends_at is None:
        return text
    last = ends_at.astimezone(zone)
    if last.date() == first.date():
        return f"{text}–{clock_words(last)}"
    return f"{text} – {_day_and_clock(last, language, today)}"


def _closed(closed: Any, language: str, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """What is closed and when, as a clause; `part`: its name, where it is not the whole hall."""
    if not isinstance(closed, Mapping):
        return {}
    starts_at, ends_at = moment_of(closed.get("from")), moment_of(closed.get("until"))
    if starts_at is None or ends_at is None:
        return {"closed": "the hours have changed" if language == "en" else "开放时间有调整"}
    what = str(closed.get(language) or closed.get("zh") or "")
    span = _closed_span(starts_at, ends_at, language=language, zone=zone, now=now)
    is_closed, shut = ("is evacuated", "疏散") if closed.get("evacuates") else ("is closed", "关闭")
    if not what:
        return {"closed": f"the hall {is_closed} {span}" if language == "en" else f"大厅{span}{shut}"}
    if closed.get("matter"):
        clause = f"{what} is not served {span}" if language == "en" else f"{what}{span}暂停办理"
    else:
        clause = f"{what} {is_closed} {span}" if language == "en" else f"{what}{span}{shut}"
    return {"closed": clause, "part": what}


def _closed_span(starts_at: datetime, ends_at: datetime, *, language: str, zone: ZoneInfo, now: datetime) -> str:
    """`今天（11月27日）10:15–11:30`; whole days by their names alone, the end of a day not at all: `今天（11月27日）11:07 起`."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    to_the_end = (last + timedelta(minutes=1)).date() > last.date() or (last.hour, last.minute) == (0, 0)
    today = now.astimezone(zone).date()
    if to_the_end and (first.hour, first.minute) != (0, 0) and (last - timedelta(minutes=1)).date() == first.date():
        begins = _day_and_clock(first, language, today)
        return f"from {begins}" if language == "en" else f"{begins} 起"
    if (first.hour, first.minute) != (0, 0) or not to_the_end:
        return period(starts_at, ends_at, language=language, zone=zone, now=now)
    days = [first.date(), (last - timedelta(minutes=1)).date()]
    named = [spoken_day(day, language=language, today=today) for day in dict.fromkeys(days)]
    return (" to " if language == "en" else "至").join(named)


def spoken_day(day: date, *, language: str, today: date) -> str:
    """今天, 明天（3月11日）, 3月20日（周五）. The date stays beside “tomorrow”: a message is read again later."""
    apart = (day - today).days
    if language_of(language) == "en":
        name = f"{day.day} {_MONTHS_EN[day.month - 1]}" + (f" {day.year}" if day.year != today.year else "")
        if apart in (0, 1):
            return f"{'today' if apart == 0 else 'tomorrow'} ({name})"
        return f"{_WEEKDAYS_EN[day.weekday()]} {name}"
    name = (f"{day.year}年" if day.year != today.year else "") + f"{day.month}月{day.day}日"
    if apart in (0, 1, 2):
        return f"{('今天', '明天', '后天')[apart]}（{name}）"
    return f"{name}（周{_WEEKDAYS_ZH[day.weekday()]}）"


def _in_line(ahead: int, language: str, *, idle: bool) -> str:
    """:param idle: no window works that could call anybody."""
    if ahead <= 0 and idle:
        return "nobody ahead, no window open yet" if language == "en" else "前面没有人，窗口还没开"
    if language == "en":
        return f"{ahead} ahead" if ahead > 0 else "next in line"
    return f"前面还有 {ahead} 人" if ahead > 0 else "下一个就到"


def _say(value: Any, language: str, zone: ZoneInfo, now: datetime) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("zh") or value.get("en") or value.get(f"name_{language}") or "")
    if isinstance(value, list | tuple):
        return _list([_one(each, language, zone, now) for each in value], language)
    moment = moment_of(value)
    if moment:
        return period(moment, None, language=language, zone=zone, now=now)
    day = date_of(value)
    if day:
        return spoken_day(day, language=language, today=now.astimezone(zone).date())
    return one_tongue(str(value), language)


def _one(value: Any, language: str, zone: ZoneInfo, now: datetime) -> str:
    if isinstance(value, list | tuple) and len(value) == 2:
        return str(value[LANGUAGES.index(language)] or value[0])
    return _say(value, language, zone, now)


def _list(things: list[str], language: str) -> str:
    things = [thing for thing in things if thing]
    if language == "en":
        more = f" and {len(things) - MOST_THINGS} more" if len(things) > MOST_THINGS else ""
        return ", ".join(things[:MOST_THINGS]) + more
    more = f"等 {len(things)} 样" if len(things) > MOST_THINGS else ""
    return "、".join(things[:MOST_THINGS]) + more


def moment_of(value: Any) -> datetime | None:
    """An aware time, as such or in ISO; anything else is None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if not isinstance(value, str) or len(value) < 16 or value[4:5] != "-" or value[10:11] not in ("T", " "):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def date_of(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _day_and_clock(moment: datetime, language: str, today: date) -> str:
    between = " " if language_of(language) == "en" else ""  # the full-width bracket is space enough
    return f"{spoken_day(moment.date(), language=language, today=today)}{between}{clock_words(moment)}"
