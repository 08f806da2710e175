"""材料复用: whether a paper that was handed in before stands for one that is asked for again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from banshi.rooms.cases.rules.materials import UNCLEARED

# How a case ended whose papers went back to whoever applied, or were not to be believed: none of them is used again.
NOT_AFTER = ("withdrawn", "terminated", "lapsed")
NOT_ON_GROUND = "false_papers"


@dataclass(frozen=True)
class Page:
    """One page of a paper, as it came. `handed_on`: that hall's day on which it was handed in the first time; `by_staff`: a
    member of staff judged it, or took it at a window."""

    handed_on: date
    verdict: str
    by_staff: bool
    scan: str


def last_day(pages: Sequence[Page], *, days: int) -> date:
    """Until when it may be used: the oldest page counts. Day 0 is the one on which it was handed in."""
    return min(page.handed_on for page in pages) + timedelta(days=days)


def stands(pages: Sequence[Page], *, days: int, today: date) -> bool:
    """Whether all of it was judged right by staff, may be opened, and is not older than `days`.

    :param today: the day in the hall that asks for it.
    """
    if not pages or today > last_day(pages, days=days):
        return False
    return all(page.verdict == "ok" and page.by_staff and page.scan not in UNCLEARED for page in pages)
