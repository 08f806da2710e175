"""Rules of the roster (排班): which shifts cannot stand together, and which hours nobody works.

Pure functions on frozen values. Moments are aware; spans are half-open: a shift that ends at 12:00 does not touch one
that begins then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from banshi.kernel.spans import Span, overlap, subtract

Duty = Literal["window", "guide", "duty_lead"]
DUTIES: tuple[Duty, ...] = ("window", "guide", "duty_lead")  # 窗口, 导办, 值班长
MOST_FILTERS = 12  # that somebody saves of one list
LONGEST_NAME = 20
_KEY = re.compile(r"[a-z][a-z_-]{0,19}")
_MOST_PARTS, _LONGEST_PART = 10, 80


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift as the rules see it. `window_id` is None for a duty without a window."""

    id: int | None
    staff_id: int
    window_id: int | None
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span[datetime]:
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two shifts that cannot both be worked: the same person (`staff`) or the same window (`window`)."""

    what: Literal["staff", "window"]
    one: Planned
    other: Planned


def clash(one: Planned, other: Planned) -> Clash | None:
    """Why the two cannot both be worked, or None. The person counts before the window."""
    if one.id is not None and one.id == other.id:
        return None
    if not overlap(one.span, other.span):
        return None
    if one.staff_id == other.staff_id:
        return Clash("staff", one, other)
    if one.window_id is not None and one.window_id == other.window_id:
        return Clash("window", one, other)
    return None


def clashes(planned: Sequence[Planned]) -> list[Clash]:
    """Every pair that cannot both be worked, in the order given."""
    return [found for one, other in combinations(planned, 2) if (found := clash(one, other)) is not None]


def outside(shift: Planned, sessions: Iterable[Span[datetime]]) -> list[Span[datetime]]:
    """The parts of a shift in which the hall is not open: a warning, because people also prepare and tidy up."""
    return subtract([shift.span], list(sessions))


def on_duty(planned: Iterable[Planned], span: Span[datetime]) -> int:
    """How many people work at some time of this span (“4 on duty”)."""
    return len({each.staff_id for each in planned if overlap(each.span, span)})


def moved_by_weeks(day: date, weeks_from: date, weeks_to: date) -> date:
    """The same weekday in another week. Both weeks are named by their Monday."""
    return weeks_to + (day - weeks_from)


def filter_of(query: str) -> str:
    """What a list is filtered by, in one order: without the page, and what is empty, too long, or no filter at all."""
    said = parse_qsl(query, max_num_fields=50) if query.count("&") < 50 else []
    kept = {(key, value) for key, value in said if key != "page" and value and len(value) <= _LONGEST_PART}
    return urlencode(sorted(each for each in kept if _KEY.fullmatch(each[0]))[:_MOST_PARTS])
