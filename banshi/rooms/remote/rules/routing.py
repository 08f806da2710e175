"""Which seat a call goes to. Pure: seats and calls as they were read."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from banshi.kernel.policy import VideoPolicy

EVERYTHING = 1000  # skills of a seat that names none
_FIRST = {"dedicated": 0, "hotline": 1, "window": 2}  # who has nothing else to do takes it first


@dataclass(frozen=True)
class Desk:
    """The window a seat's clerk works at. `idle_since`: nobody there since then; None: somebody is. `hall_waits`: people in the
    line of its hall."""

    idle_since: datetime | None
    paused: bool
    hall_waits: int


@dataclass(frozen=True)
class FreeSeat:
    """A seat that is ready. `hall` None: of every hall. `skills`: codes of categories and departments; none: everything."""

    id: int
    hall: int | None
    kind: str
    skills: frozenset[str]
    languages: frozenset[str]
    since: datetime
    desk: Desk | None = None


@dataclass(frozen=True)
class Call:
    """Somebody who waits. `skills`: any of them will do; none: everybody can. `seat`: passed on to that one alone."""

    id: int
    hall: int
    skills: frozenset[str]
    language: str
    seat: int | None = None


def takes_now(seat: FreeSeat, policy: VideoPolicy, *, now: datetime) -> bool:
    """Whether a seat takes a call now. A window's clerk only while the window has been empty for long enough, and the hall's
    own line is short: nobody in the hall waits longer because somebody calls."""
    if seat.kind != "window":
        return True
    desk = seat.desk
    if policy.windows_take == "none" or desk is None or desk.paused or desk.idle_since is None:
        return False
    return now - desk.idle_since >= timedelta(seconds=policy.idle_s) and desk.hall_waits < policy.hall_waits_below


def fits(seat: FreeSeat, call: Call) -> bool:
    """Whether this seat can help with this call: it reaches the hall, speaks the language, knows the matter."""
    if seat.hall is not None and seat.hall != call.hall:
        return False
    if call.language not in seat.languages:
        return False
    if call.seat is not None:
        return seat.id == call.seat
    return not seat.skills or not call.skills or bool(seat.skills & call.skills)


def best(seats: Collection[FreeSeat], call: Call) -> FreeSeat | None:
    """Of the seats that can: dedicated ones first, then who knows least besides, then who has been free longest."""
    able = [seat for seat in seats if fits(seat, call)]
    return min(able, key=_order, default=None)


def _order(seat: FreeSeat) -> tuple[int, int, datetime, int]:
    return _FIRST[seat.kind], len(seat.skills) or EVERYTHING, seat.since, seat.id


def pairs(calls: Sequence[Call], seats: Sequence[FreeSeat]) -> list[tuple[Call, FreeSeat]]:
    """Who gets which seat, in the order of the line. Nobody waits for a seat that cannot help them, and nobody loses one
    that can to somebody who came later."""
    free, found = {seat.id: seat for seat in seats}, []
    for call in calls:
        seat = best(free.values(), call)
        if seat is not None:
            del free[seat.id]
            found.append((call, seat))
    return found


TALK_MINUTES = 8.0  # until a few have been held: no source, a guess
ENOUGH = 5  # talks from which on their mean is believed


def estimate(*, ahead: int, free: int, at_work: int, talks: Sequence[float]) -> int | None:
    """Minutes until somebody answers; None: nobody is at work.

    :param free: seats that can help and are free; :param at_work: those that can help, free or in a call;
    :param talks: lengths of the last talks, minutes.
    """
    if at_work == 0:
        return None
    if free > ahead:
        return 0
    mean = sum(talks) / len(talks) if len(talks) >= ENOUGH else TALK_MINUTES
    return max(1, math.ceil((ahead - free + 1) * mean / at_work))
