"""一件事: how the whole stands, from how its parts do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.cases.rules.lifecycle import CASE

BEGUN, UNDER_WAY, OVER = "draft", "under_way", "over"
UNDER_LIMIT = ("accepted", "in_review", "decided", "issuing", "ready", "delivered", "closed")


def stands(phases: Sequence[str]) -> str:
    """draft: nothing was sent; over: all have ended; under_way in between."""
    if all(phase in CASE.ends for phase in phases):
        return OVER
    return BEGUN if all(phase in ("draft", *CASE.ends) for phase in phases) else UNDER_WAY


def due(
    *, dues: Sequence[date | None], begun: Sequence[date | None], joint_days: int | None, calendar: WorkCalendar
) -> date | None:
    """The day by which the whole is promised: the last of its parts', or the joint limit's where one is set.

    :param dues: the promised day of each part that goes on or was decided; None: its clock does not run yet.
    :param begun: the day each was accepted. :returns: None while one of them has no day.
    """
    if not dues or None in dues:
        return None
    if joint_days is not None and begun and None not in begun:
        return calendar.add_working_days(max(day for day in begun if day), joint_days)
    return max(day for day in dues if day)
