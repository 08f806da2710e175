"""Rules of insight. floor: what stands out in a hall · steps: how times are told · spans: which days are kept together
· case_figures: what the figures of cases mean."""

from __future__ import annotations

from banshi.rooms.insight.rules.case_figures import CASE_COUNTS, DAYS, case_figures, step_of_days
from banshi.rooms.insight.rules.floor import IDLE_LONG_S, LONG_WAIT_S, Hint, Place, Queue, hints, in_trouble, verdict
from banshi.rooms.insight.rules.spans import FIRST, LENGTHS, of_day
from banshi.rooms.insight.rules.steps import ENDS, packed, percentile, step_of, unpacked

__all__ = [
    "CASE_COUNTS",
    "DAYS",
    "ENDS",
    "FIRST",
    "IDLE_LONG_S",
    "LENGTHS",
    "LONG_WAIT_S",
    "Hint",
    "Place",
    "Queue",
    "case_figures",
    "hints",
    "in_trouble",
    "of_day",
    "packed",
    "percentile",
    "step_of",
    "step_of_days",
    "unpacked",
    "verdict",
]
