"""受理时段: an item is received in some periods of the year only. What was begun in one goes on, what is booked stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from banshi.kernel.refusals import Refusal
from banshi.rooms.catalogue.rules.days import day_en, day_zh
from banshi.rooms.catalogue.rules.handling import Season

_DAY = timedelta(days=1)
_LEAP = 2000  # a year that has every day


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day, both within: of every year as MM-DD, perhaps over New Year; or once as YYYY-MM-DD."""

    first: str
    last: str

    @property
    def once(self) -> bool:
        return len(self.first) > len("MM-DD")

    def holds(self, day: date) -> bool:
        if self.once:
            return self.first <= day.isoformat() <= self.last
        at = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last

    def begins(self, day: date) -> date | None:
        """The next day on which it begins: this day or later."""
        if self.once:
            first = date.fromisoformat(self.first)
            return first if first >= day else None
        return min(found for year in (day.year, day.year + 1) if (found := _in(year, self.first)) >= day)

    def ends(self, day: date) -> date:
        """Its last day, seen from a day within."""
        if self.once:
            return date.fromisoformat(self.last)
        year = day.year + (self.last < f"{day:%m-%d}")
        return _in(year, self.last, last=True)


@dataclass(frozen=True, slots=True)
class Seasons:
    """When an item is received."""

    item: str
    spans: tuple[Span, ...]

    def hold(self, day: date) -> bool:
        return any(span.holds(day) for span in self.spans)

    def opens(self, day: date) -> date | None:
        """The first day of receiving from this day on; None where no more is said."""
        if self.hold(day):
            return day
        return min((found for span in self.spans if (found := span.begins(day)) is not None), default=None)

    def closes(self, day: date) -> date:
        """The last day in a row on which it is received, from a day within. Of seasons that fill the year: some day a year on."""
        last = day
        for _ in range(2 * len(self.spans) + 1):
            ends = max((span.ends(last) for span in self.spans if span.holds(last)), default=last)
            last = max(last, ends)
            if not self.hold(last + _DAY):
                break
            last += _DAY
        return last

    def refusal(self, day: date) -> Refusal | None:
        """Why nothing new of it is begun for this day, or None.

        :param day: of the booking, the number or the case, in the hall's zone.
        """
        if self.hold(day):
            return None
        zh, en = words(self.spans)
        opens = self.opens(day)
        facts: dict[str, Any] = {"item": self.item}
        if opens is not None:
            facts["opens"] = opens
            zh, en = f"{zh}，下次从{day_zh(opens)}起", f"{en}; next from {day_en(opens)}"
        return Refusal("out-of-season", facts | {"reason": {"zh": f"受理时间：{zh}。", "en": f"Received {en}."}})


def seasons(item: str, said: Iterable[Mapping[str, Any] | Season] | None) -> Seasons | None:
    """:param said: as a handling has them, or its JSON; None where it is received all year."""
    spans = [
        Span(each.first, each.last) if isinstance(each, Season) else Span(str(each["first"]), str(each["last"]))
        for each in said or ()
    ]
    return Seasons(item, tuple(spans)) if spans else None


def words(spans: Iterable[Span]) -> tuple[str, str]:
    """Of a list, zh and en: 每年9月1日至10月15日、2027年3月1日至3月31日."""
    said = [_span_words(span) for span in spans]
    return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def faults_of(spans: Sequence[Span]) -> list[tuple[int, str, str]]:
    """What is wrong with them: the place in the list, zh and en."""
    found = []
    for i, span in enumerate(spans):
        if span.once != (len(span.last) > len("MM-DD")):
            found.append((i, "起止要么都有年份，要么都没有", "Both days have a year, or neither has"))
        elif not (_is_day(span.first) and _is_day(span.last)):
            found.append((i, "没有这一天", "There is no such day"))
        elif span.once and span.first > span.last:
            found.append((i, "止早于起", "It ends before it begins"))
    if not found and spans and _whole_year(spans):
        found.append((0, "全年都受理，不用写时段", "They fill the year: leave them out"))
    return found


def _whole_year(spans: Sequence[Span]) -> bool:
    yearly = [span for span in spans if not span.once]
    days = (date(_LEAP, 1, 1) + _DAY * n for n in range(366))
    return bool(yearly) and all(any(span.holds(day) for span in yearly) for day in days)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text if len(text) > len("MM-DD") else f"{_LEAP}-{text}")
    except ValueError:
        return False
    return True


def _in(year: int, month_day: str, *, last: bool = False) -> date:
    """The day in this year. 29 February is, where there is none, the day after as a first day and the day before as a last."""
    try:
        return date.fromisoformat(f"{year:04}-{month_day}")
    except ValueError:
        return date(year, 2, 28) if last else date(year, 3, 1)


def _span_words(span: Span) -> tuple[str, str]:
    if span.once:
        first, last = date.fromisoformat(span.first), date.fromisoformat(span.last)
        until = f"{last.month}月{last.day}日" if first.year == last.year else day_zh(last)
        since = f"{first.day} {first:%B}" if first.year == last.year else day_en(first)
        return f"{day_zh(first)}至{until}", f"{since} – {day_en(last)}"
    first, last = (date.fromisoformat(f"{_LEAP}-{each}") for each in (span.first, span.last))
    over = "次年" if span.first > span.last else ""
    zh = f"每年{first.month}月{first.day}日至{over}{last.month}月{last.day}日"
    return zh, f"{first.day} {first:%B} – {last.day} {last:%B} of each year"
