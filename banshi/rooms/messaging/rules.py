"""What a message says: the common templates, the words its values become, and where each key may go.

A template is text with `{placeholders}`. A stretch in `[square brackets]` is said only when every placeholder in it has
a value, so a missing value shortens the sentence instead of breaking it. Values are put in once and never read again:
braces or brackets inside a value are just characters.
"""

# ruff: noqa: E501 – the words of a message stay on one line
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MOST_TRIES = 5
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20))  # machine time
LEASE = timedelta(seconds=60)  # machine time; a message `sending` for longer has lost its worker
MOST_THINGS = 5  # materials named in one message; the rest is counted

URGENT = ("code", "your_turn", "ahead")  # never behind a flood of closures
MISSING = "–"

# key → language → words. zh as a good clerk speaks: what, when, where, what to bring.
COMMON: dict[str, dict[str, str]] = {
    "code": {
        "zh": "验证码 {code}[，{minutes} 分钟内有效]。别告诉任何人。",
        "en": "Code {code}[, valid for {minutes} minutes]. Tell nobody.",
    },
    "confirmation": {
        "zh": "约好了：{when}，{hall}[，办“{item}”]。[带：{bring}。][提前 {early} 分钟到。][预约号 {code}。][出示、改期、取消：{link}]",
        "en": "Booked: {when}, {hall}[, for “{item}”].[ Bring: {bring}.][ Come {early} minutes early.]"
        "[ Reference {code}.][ Show, change or cancel: {link}]",
    },
    "reminder": {
        "zh": "{when}，{hall}[，办“{item}”]。[带：{bring}。][提前 {early} 分钟到。][来不了就取消，把位子让出来：{link}]",
        "en": "{when}, {hall}[, for “{item}”].[ Bring: {bring}.][ Come {early} minutes early.]"
        "[ Can't come? Cancel and somebody else can: {link}]",
    },
    "leave": {
        "zh": "该出门了：{when}，{hall}[，{address}][，办“{item}”]。[带：{bring}。][进门先取号，出示：{link}]",
        "en": "Time to leave: {when}, {hall}[ ({address})][, for “{item}”].[ Bring: {bring}.][ Take a number first; show: {link}]",
    },
    "moved": {
        "zh": "改好了：[原来{was}，]现在{when}，{hall}[，办“{item}”]。[原因：{reason}。][提前 {early} 分钟到。][预约号不变：{code}。][{link}]",
        "en": "Changed[ from {was}]: now {when}, {hall}[, for “{item}”].[ Reason: {reason}.][ Come {early} minutes early.]"
        "[ The reference stays {code}.][ {link}]",
    },
    "cancelled": {
        "zh": "已取消：{when}，{hall}[，办“{item}”]。[点错了马上能再约：{link}]",
        "en": "Cancelled: {when}, {hall}[, for “{item}”].[ By mistake? Book again at once: {link}]",
    },
    "cancelled_by_hall": {
        "zh": "{hall}取消了{when}的预约[“{item}”][，因为{reason}]。很抱歉，这不计入取消次数。[另约时间：{link}]",
        "en": "{hall} had to cancel {when}[, “{item}”][, because: {reason}]. We are sorry; it does not count against anyone."
        "[ Choose another time: {link}]",
    },
    "closure": {
        "zh": "{hall}{when}不开门[，因为{reason}]。[约好的“{item}”要换个时间。][改期：{link}]",
        "en": "{hall} is closed {when}[, because: {reason}].[ “{item}” needs another time.][ Change it: {link}]",
    },
    "no_show": {
        "zh": "{when}在{hall}没等到人，[“{item}”的]预约记为失约[，这是第 {count} 次]。[满 {limit} 次，网上预约停 {days} 天。][有特殊情况可以申诉：{link}]",
        "en": "Nobody came {when} to {hall}[ for “{item}”]: noted as a no-show[, number {count}]."
        "[ {limit} of them stop online booking for {days} days.][ Had a reason? Appeal: {link}]",
    },
    "suspended": {
        "zh": "网上预约暂停[，{since}起][，到{until}为止][，因为{reason}]。现场取号照常。[不认可可以申诉：{link}]",
        "en": "Online booking is suspended[ from {since}][ until {until}][, because: {reason}]. Walk-in numbers are still given."
        "[ Not right? Appeal: {link}]",
    },
    "lifted": {
        "zh": "网上预约恢复了，现在就能约。[{reason}。][{link}]",
        "en": "Online booking works again, from now.[ {reason}.][ {link}]",
    },
    "waiting_offer": {
        "zh": "有位子了：{when}，{hall}[，办“{item}”]。[留到{expires}。][要就点：{link}]",
        "en": "A place is free: {when}, {hall}[, for “{item}”].[ Kept until {expires}.][ Take it: {link}]",
    },
    "ahead": {
        "zh": "[{number} 号，]{in_line}[，约 {minutes} 分钟][，最多 {at_most} 分钟]。[到{floor}等。][看进度：{link}]",
        "en": "[Number {number}: ]{in_line}[, about {minutes} minutes][, at most {at_most}].[ Wait on {floor}.][ Follow it: {link}]",
    },
    "your_turn": {
        "zh": "{number} 号，到了：[{floor}，]{window} 号窗口。[{link}]",
        "en": "Number {number}, now: [{floor}, ]window {window}.[ {link}]",
    },
    "missed": {
        "zh": "{number} 号刚才叫过，没等到人。[{advice}][还要办：到取号机扫码，或找导办。码在这里：{link}]",
        "en": "Number {number} was called and nobody came.[ {advice}][ Still need it? Scan its code at the number machine, or ask a guide: {link}]",
    },
    "rate": {
        "zh": "[“{item}”]办得怎么样？点一下就行：{link}",
        "en": "How did it go[ with “{item}”]? One tap: {link}",
    },
    "rating_answered": {
        "zh": "{hall}回复了[{day}的]评价：{text}[ 还有话说：{link}]",
        "en": "{hall} answered the rating[ of {day}]: {text}[ More to say: {link}]",
    },
    "booking_open": {
        "zh": "可以约了：{hall}[，{day}]的号放出来了[，“{item}”在内]。[{link}]",
        "en": "Booking is open: {hall}[, {day}][, “{item}” included].[ {link}]",
    },
}  # fmt: skip

LANGUAGES = ("zh", "en")
_ALWAYS = frozenset({"hall", "address", "phone", "link"})
_ALSO = {"ahead": frozenset({"ahead"})}
_PIECE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def language_of(code: str) -> str:
    """The template language of a Django language code: `en-gb` → `en`; anything else is Chinese."""
    return "en" if code.lower().startswith("en") else "zh"


def placeholders(body: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(body))


def allowed(key: str) -> frozenset[str]:
    """Placeholders that a template of this key may use: those of the common templates, and the hall's own."""
    return _ALWAYS.union(_ALSO.get(key, ()), *(placeholders(body) for body in COMMON.get(key, {}).values()))


def fault(key: str, body: str) -> dict[str, str] | None:
    """Why a template body cannot be used, in both languages (for `Refused("invalid")`), or None.

    Refused are unknown keys and placeholders, loose or nested braces and brackets, and words that are too long to send.
    """
    if key not in COMMON:
        return {"zh": f"没有“{key}”这种通知", "en": f"There is no message “{key}”"}
    if not body.strip():
        return {"zh": "没有写内容", "en": "The text is empty"}
    if len(body) > 500:
        return {"zh": "超过 500 个字", "en": "The text is longer than 500 characters"}
    unknown = placeholders(body) - allowed(key)
    if unknown:
        wrong, possible = ", ".join(sorted(unknown)), ", ".join(sorted(allowed(key)))
        return {
            "zh": f"不认识：{wrong}。可以用：{possible}",
            "en": f"Unknown placeholders: {wrong}. Possible: {possible}",
        }
    rest = _PLACEHOLDER.sub("", body)
    if "{" in rest or "}" in rest:
        return {"zh": "花括号没有配对", "en": "A brace is open or stands alone"}
    rest = re.sub(r"\[[^\[\]]*\]", "", rest)
    if "[" in rest or "]" in rest:
        return {"zh": "方括号没有配对，或套在一起", "en": "A square bracket is open, nested or stands alone"}
    return None


def render(template: str, params: Mapping[str, Any]) -> str:
    """Fill a template. Never raises: a missing value empties its bracket, or reads “–” outside of one."""
    values = {key: str(value) for key, value in params.items() if value is not None and value != ""}

    def put(found: re.Match[str]) -> str:
        stretch, name = found.groups()
        if name is not None:
            return values.get(name, MISSING)
        if not placeholders(stretch) <= values.keys():
            return ""
        return _PLACEHOLDER.sub(lambda inner: values[inner.group(1)], stretch)

    return " ".join(_PIECE.sub(put, template).split())


def spoken(params: Mapping[str, Any], *, language: str, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Values as people say them, by placeholder.

    Understood in `params`: text and numbers; pairs `x_zh`/`x_en`, `{"zh": …, "en": …}` or `[zh, en]` inside lists, which
    become `x`; ISO dates and times; `starts_at`/`ends_at` → `when`; `old_starts_at`/`old_ends_at` → `was`;
    `come_early` → `early`; `likely_s`/`at_most_s` → `minutes`/`at_most`; `ahead` → also `in_line`; lists, of which the first five are named.

    :param zone: the hall's; `now` is hall time, for “tomorrow”.
    """
    language = language_of(language)
    said: dict[str, str] = {}
    for key, value in params.items():
        base, _, tail = key.rpartition("_")
        if tail in LANGUAGES and base:
            if tail == language or f"{base}_{language}" not in params:
                said[base] = _say(value, language, zone, now)
        elif key not in said:
            said[key] = _say(value, language, zone, now)
    for name, start, end in (("when", "starts_at", "ends_at"), ("was", "old_starts_at", "old_ends_at")):
        starts_at, ends_at = _moment(params.get(start)), _moment(params.get(end))
        if starts_at:
            said[name] = period(starts_at, ends_at, language=language, zone=zone, now=now)
    if "come_early" in said:
        said.setdefault("early", said["come_early"])
    if isinstance(params.get("ahead"), int):
        said["in_line"] = _in_line(params["ahead"], language)
    for seconds, name in (("likely_s", "minutes"), ("at_most_s", "at_most")):
        if isinstance(params.get(seconds), int | float):
            said.setdefault(name, str(max(1, round(params[seconds] / 60))))
    return said


def period(starts_at: datetime, ends_at: datetime | None, *, language: str, zone: ZoneInfo, now: datetime) -> str:
    """`明天（3月11日）9:30–10:30`; over midnight the second day is named too."""
    first, today = starts_at.astimezone(zone), now.astimezone(zone).date()
    text = _day_and_clock(first, language, today)
    if ends_at is None:
        return text
    last = ends_at.astimezone(zone)
    if last.date() == first.date():
        return f"{text}–{_clock(last)}"
    return f"{text} – {_day_and_clock(last, language, today)}"


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


def channels_for(
    *, key: str, wanted: Sequence[str], to: str, offered: Iterable[str], unreachable: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The channels one message goes out on, each once.

    A one-time code goes by SMS alone: it proves the telephone. E-mail needs an address, the others a number. Where
    nothing of what the hall wants reaches the person, SMS is tried, so that nobody is left untold.

    :param offered: names of the channels this installation has.
    :param unreachable: channels that have no address for this person.
    """
    offered = set(offered)
    if "@" in to:
        return ("email",) if "email" in offered else ()
    if key == "code":
        return ("sms",)
    possible = [c for c in dict.fromkeys(wanted) if c in offered and c != "email" and c not in unreachable]
    if possible:
        return tuple(possible)
    return ("sms",) if wanted else ()


def sibling(dedupe: str, channel: str) -> str:
    """The dedupe of the same message on a further channel, within the column's 140 characters."""
    if len(dedupe) + len(channel) + 1 > 140:
        dedupe = hashlib.sha256(dedupe.encode()).hexdigest()
    return f"{dedupe}:{channel}"


def next_try(tries: int) -> timedelta | None:
    """How long to wait (machine time) after the `tries`-th failure that may pass; None: a person must look."""
    if tries >= MOST_TRIES:
        return None
    return BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]


def link(base: str, *, key: str, subject: str) -> str:
    """The page a message leads to, by what it is about; empty where there is none."""
    kind, _, ref = subject.partition(":")
    if not ref:
        return ""
    if kind == "ticket":
        return f"{base}/{'r' if key in ('rate', 'rating_answered') else 't'}/{ref}"
    if kind == "appointment":
        return f"{base}/a/{ref}"
    return f"{base}/appointments/" if kind in ("waiting", "suspension") else ""


def _in_line(ahead: int, language: str) -> str:
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
    moment = _moment(value)
    if moment:
        return period(moment, None, language=language, zone=zone, now=now)
    day = _date(value)
    if day:
        return spoken_day(day, language=language, today=now.astimezone(zone).date())
    return str(value)


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


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if not isinstance(value, str) or len(value) < 16 or value[4:5] != "-" or value[10:11] not in ("T", " "):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _date(value: Any) -> date | None:
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
    return f"{spoken_day(moment.date(), language=language, today=today)}{between}{_clock(moment)}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02d}"
