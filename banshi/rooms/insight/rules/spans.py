"""Days that are kept together: single ones, eights of them, and eights of eights, counted from one first day.

So any range up to 400 days is made of at most a few dozen pieces.
"""

from __future__ import annotations

from datetime import date, timedelta

FIRST = date(2000, 1, 1)
LENGTHS = (1, 8, 64)  # days; each is eight of the one before


def of_day(day: date, days: int) -> date:
    """The first day of the span of that length in which a day lies."""
    return day - timedelta(days=(day - FIRST).days % days)
