"""Working days (工作日) with the national calendar's holidays and make-up days (调休).

A `WorkCalendar` is built from rows for the exceptional days only: named days off, and weekends that are worked.
Every other day follows its weekday. Days are plain dates in the hall's own zone; weeks run Monday to Sunday.

The State Council publishes each year's days the November before. A year without confirmed rows is therefore
answered by weekday and known statutory days alone, and marked provisional: its make-up days are still unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from banshi.kernel import tables
from banshi.kernel.wording import is_legible

DayKind = Literal["workday", "restday"]
DayState = Literal["confirmed", "provisional"]

_KINDS: dict[str, DayKind] = {
    "workday": "workday", "restday": "restday", "上班": "workday", "调休上班": "workday", "工作日": "workday",
    "补班": "workday", "放假": "restday", "休息": "restday", "休": "restday", "节假日": "restday",
}  # fmt: skip
_STATES: dict[str, DayState] = {
    "confirmed": "confirmed", "provisional": "provisional", "已公布": "confirmed", "暂定": "provisional"
}  # fmt: skip
_ALSO = {"日期": "day", "类型": "kind", "名称": "name_zh", "英文名": "name_en", "状态": "state", "文号": "notice"}
YEARS = range(2000, 2100)  # of days that can be asked for
A_DAY: Mapping[str, str] = {
    "zh": "应为 2000 至 2099 年间的日期，形如 2026-03-10", "en": "A day of 2000 to 2099 like 2026-03-10"
}  # fmt: skip
_CHINA = timezone(timedelta(hours=8))
_FIRST, _END = (datetime(year, 1, 1, tzinfo=_CHINA) for year in (YEARS.start, YEARS.stop))
LONGEST_NOTICE = 60
_DAY = timedelta(days=1)
_SATURDAY = 5
# A guard against a calendar that names every day a day off.
_LONGEST_SEARCH = 366


def can_be_asked_for(moment: datetime) -> bool:
    """Whether an aware moment lies within the years of days that can be asked for, in the time of the halls, whatever year its
    offset makes of it.
    """
    return _FIRST <= moment < _END


@dataclass(frozen=True, slots=True)
class DayInfo:
    """One exceptional day: a named day off (`restday`), or a weekend that is worked (`workday`, 调休上班).

    :ivar notice: number (文号) of the notice that makes it so; "" where nobody said.
    """

    day: date
    kind: DayKind
    name_zh: str
    name_en: str
    state: DayState = "confirmed"
    notice: str = ""


@dataclass(frozen=True)
class WorkCalendar:
    """Answers what kind of day a date is. Immutable; build it with `from_rows`."""

    days: Mapping[date, DayInfo] = field(default_factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[DayInfo]) -> WorkCalendar:
        """Build from rows in any order.

        :raises ValueError: when a day is named twice.
        """
        days: dict[date, DayInfo] = {}
        for row in rows:
            if row.day in days:
                raise ValueError(f"{row.day} is in the calendar twice")
            days[row.day] = row
        return cls(days)

    def __post_init__(self) -> None:
        states: dict[int, set[DayState]] = {}
        for info in self.days.values():
            states.setdefault(info.day.year, set()).add(info.state)
        confirmed = frozenset(year for year, seen in states.items() if seen == {"confirmed"})
        object.__setattr__(self, "_confirmed_years", confirmed)

    @property
    def confirmed_years(self) -> frozenset[int]:
        """Years whose rows are all confirmed, that is, whose notice (国办发明电) has been loaded."""
        years: frozenset[int] = self.__dict__["_confirmed_years"]
        return years

    def info(self, day: date) -> DayInfo | None:
        """The row of an exceptional day, or None for an ordinary one."""
        return self.days.get(day)

    def is_working(self, day: date) -> bool:
        info = self.days.get(day)
        if info is not None:
            return info.kind == "workday"
        return day.weekday() < _SATURDAY

    def is_make_up_day(self, day: date) -> bool:
        """Whether the day is a Saturday or Sunday that is worked (调休上班)."""
        return day.weekday() >= _SATURDAY and self.is_working(day)

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a named day off: statutory or bridging, weekends inside a holiday included."""
        info = self.days.get(day)
        return info is not None and info.kind == "restday"

    def is_provisional(self, day: date) -> bool:
        """Whether a later notice may still change what kind of day this is."""
        return day.year not in self.confirmed_years

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self._step(day, _DAY)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; the event's own day is day 0 (民法典 201条).

        Zero gives `day` itself, working or not; a negative count goes back.
        """
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day = self._step(day, step)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative when `end` is earlier.

        The inverse of `add_working_days`: from `d` to the n-th working day after `d` there are n.
        """
        if end < start:
            return -self.working_days_between(end, start)
        span = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, span + 1))

    def week_of(self, day: date) -> tuple[date, ...]:
        """The seven days, Monday to Sunday, of the week that `day` is in."""
        monday = day - timedelta(days=day.weekday())
        return tuple(monday + timedelta(days=n) for n in range(7))

    def working_days_of_week(self, day: date) -> tuple[date, ...]:
        """The working days of that week, make-up Saturday and Sunday included; none in a holiday week."""
        return tuple(each for each in self.week_of(day) if self.is_working(each))

    def last_working_day_of_week(self, day: date) -> date | None:
        """The last working day of the Monday–Sunday week `day` is in, or None if that week has none."""
        return max(self.working_days_of_week(day), default=None)

    def _step(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_SEARCH):
            day += step
            if self.is_working(day):
                return day
        raise ValueError(f"the calendar has no working day within a year of {day}")


def rows_from_table(content: bytes) -> list[DayInfo]:
    """Read a CSV file or workbook with the columns day, kind, name_zh, name_en, state, notice; the order is kept.

    Columns and values may be Chinese: 日期, 类型 (放假, 上班), 名称, 英文名, 状态, 文号. Without an English name or state the
    Chinese name and `confirmed` stand.

    :raises TableError: naming the row and the column of everything that is wrong.
    """
    rows = tables.read(content, also=_ALSO)
    days = tables.parse(rows, _row)
    first: dict[date, int] = {}
    twice: list[str] = []
    for row, info in zip(rows, days, strict=True):
        if info.day in first:
            twice += row.wrong("day", f"{info.day} stands in row {first[info.day]} already").problems
        first.setdefault(info.day, row.number)
    if twice:
        raise tables.TableError(twice)
    return days


def _row(row: tables.Row) -> DayInfo:
    zh = row["name_zh"]
    if not zh:
        raise row.wrong("name_zh", "the name is missing")
    state = row.one_of("state", _STATES) if row.get("state") else "confirmed"
    notice = row.get("notice") or ""
    if len(notice) > LONGEST_NOTICE:
        raise row.wrong("notice", f"longer than {LONGEST_NOTICE} characters")
    if not is_legible(notice):
        raise row.wrong("notice", "there are characters in it that cannot be seen")
    return DayInfo(row.day("day"), row.one_of("kind", _KINDS), zh, row.get("name_en") or zh, state, notice)
