"""Times as people say them, in the active language and time zone; near days by name where today is known."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy

from banshi.kernel.clock_words import clock_words as clock_of

_NEAR = {-1: gettext_lazy("yesterday"), 0: gettext_lazy("today"), 1: gettext_lazy("tomorrow")}


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def day_words(day: date, today: date | None) -> str:
    """“明天”, “周二 11月24日”, with the year when it is another one."""
    chinese = _chinese()
    if today is not None:
        distance = (day - today).days
        if distance in _NEAR:
            return str(_NEAR[distance])
        if distance == 2 and chinese:
            return "后天"
    with_year = today is not None and day.year != today.year
    if chinese:
        weekday = "一二三四五六日"[day.weekday()]
        return (f"{day.year}年" if with_year else "") + f"{day.month}月{day.day}日 周{weekday}"
    return date_format(day, "D j M Y" if with_year else "D j M")


def clock_words(at: datetime | time) -> str:
    """“9:30”, in the active time zone; an hour of a day as it stands."""
    return clock_of(timezone.localtime(at) if isinstance(at, datetime) else at)


def when(at: datetime, today: date | None) -> str:
    """“明天 9:30”."""
    return f"{day_words(timezone.localtime(at).date(), today)} {clock_words(at)}"


def span_words(starts_at: datetime, ends_at: datetime, today: date | None) -> str:
    """“明天 9:30–10:30”; both days where the span crosses midnight."""
    first, last = timezone.localtime(starts_at).date(), timezone.localtime(ends_at).date()
    if first == last:
        return f"{when(starts_at, today)}–{clock_words(ends_at)}"
    return f"{when(starts_at, today)} – {when(ends_at, today)}"
