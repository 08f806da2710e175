"""A hall beside the product: its own clock, its own queue, its own services. Each newcomer is told a wait by the product's rules,
and what came of it is kept. Seeded; no database, no machine time.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from banshi.rooms.tickets.rules import AtWork, Band, Due, Forecaster, Handling, InLine, Turnout

GAP = 40.0
ASKED = 0.25  # part of the newcomers whose promise is looked at: more days in the same time


@dataclass
class Desk:
    serves: frozenset[int]
    free_at: float = 0.0
    category: int | None = None
    began: float = 0.0  # of the service, after the changeover


@dataclass(order=True)
class Waiting:
    rank: int
    key: float
    serial: int
    category: int = field(compare=False)
    promise: Band | None = field(compare=False, default=None)
    at: float = field(compare=False, default=0.0)
    ahead: int = field(compare=False, default=0)


@dataclass
class Told:
    category: int
    hour: int
    ahead: int
    booked: bool
    likely: float
    at_most: float
    actual: float
    day: int = 0


Coming = tuple[float, int, int, float | None]  # at, serial, category, period start of who is booked


def lived(
    arrivals: list[Coming],
    due: list[tuple[float, float | None, int]],
    desks: list[frozenset[int]],
    known: dict[int, Handling],
    sigma: float,
    chance: random.Random,
    *,
    period_s: float = 3600.0,
    zeros: bool = False,
    turnout: Turnout | None = None,
) -> list[Told]:
    """The hall's own clock and queue, until nobody waits: each newcomer's promise beside what came of it."""
    hall = [Desk(serves) for serves in desks]
    came = 0
    heapq.heapify(arrivals)
    line: list[Waiting] = []
    told: list[Told] = []
    ends: list[float] = []
    while arrivals or line:
        next_arrival = arrivals[0][0] if arrivals else math.inf
        next_free = ends[0] if ends else math.inf
        now = min(next_arrival, next_free)
        if now is math.inf:
            break
        if next_arrival <= next_free:
            _, _, category, period = heapq.heappop(arrivals)
            came += 1
            mine = Waiting(4 if period is None else 3, now if period is None else period, came, category, at=now)
            if chance.random() < ASKED:
                mine.promise, mine.ahead = _promise(hall, line, due, mine, now, known, period_s, turnout), len(line)
            line.append(mine)
            line.sort()
        else:
            heapq.heappop(ends)
        for desk in hall:
            if desk.free_at > now:
                continue
            desk.category = None
            one = next((w for w in line if w.category in desk.serves), None)
            if one is None:
                continue
            line.remove(one)
            desk.category, desk.began = one.category, now + GAP
            lasts = chance.lognormvariate(math.log(known[one.category].mean_s) - sigma**2 / 2, sigma)
            desk.free_at = desk.began + lasts
            heapq.heappush(ends, desk.free_at)
            if one.promise is not None and (zeros or now > one.at):
                told.append(
                    Told(
                        one.category,
                        int(one.at // 3600),
                        one.ahead,
                        one.rank == 3,
                        one.promise.likely_s,
                        one.promise.at_most_s,
                        now - one.at,
                    )
                )
    return told


def _promise(
    hall: list[Desk],
    line: list[Waiting],
    due: list[tuple[float, float | None, int]],
    mine: Waiting,
    now: float,
    known: dict[int, Handling],
    period_s: float,
    turnout: Turnout | None,
) -> Band | None:
    windows = [
        AtWork(
            n, desk.serves, desk.category if desk.free_at > now else None,
            now - desk.began if desk.free_at > now and desk.category else None,
        )
        for n, desk in enumerate(hall)
    ]  # fmt: skip
    waits = [
        Due(category, starts - now, starts + period_s - now)
        for starts, comes, category in due
        if starts + period_s > now and (comes is None or comes > now)
    ]
    forecaster = Forecaster(windows=windows, handling=known, due=waits, turnout=turnout)
    for other in sorted([*line, mine]):
        if other is mine:
            return forecaster.place(InLine(mine.category, mine.rank))
        forecaster.pass_by(InLine(other.category, other.rank))
    raise AssertionError("unreachable")


def kept(told: Sequence[Told]) -> float:
    return sum(t.actual <= t.at_most for t in told) / len(told)


def bias(told: Sequence[Told]) -> float:
    """Mean promise by mean truth."""
    return sum(t.likely for t in told) / sum(t.actual for t in told)
