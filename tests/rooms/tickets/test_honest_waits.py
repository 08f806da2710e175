"""Promises beside an independent simulation of a hall: its own clock, its own queue, its own services.

“At most” holds in 88–95 % of waits, “about” lies within 10 % of the mean truth – per category, per hour, for few and for
many ahead. Seeded; counts only.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from banshi.rooms.tickets.rules import AtWork, Band, Due, Forecaster, Handling, InLine

SIGMA = 0.7
GAP = 40.0
ASKED = 0.25  # part of the newcomers whose promise is looked at: more days in the same time
MEANS = {1: 540.0, 2: 900.0, 3: 300.0}


def handling() -> dict[int, Handling]:
    known = {}
    for category, mean in MEANS.items():
        p50 = mean * math.exp(-(SIGMA**2) / 2)
        known[category] = Handling(500, mean, p50, p50 * math.exp(SIGMA * 1.2816), GAP)
    return known


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


def morning(seed: int, *, desks: list[frozenset[int]], load: float, booked_share: float) -> list[Told]:
    """Four hours of a hall; every newcomer is told a wait, and what came of it is kept."""
    chance = random.Random(seed)
    shares = {1: 0.5, 2: 0.2, 3: 0.3}
    mean = sum(shares[c] * (MEANS[c] + GAP) for c in MEANS)
    rate = load * len(desks) / mean  # people a second
    arrivals: list[Coming] = []
    due: list[tuple[float, float | None, int]] = []  # period start, comes at, category
    serial, now = 0, 0.0
    while now < 4 * 3600:
        now += chance.expovariate(rate * (1 - booked_share))
        arrivals.append((now, serial := serial + 1, _category(chance, shares), None))
    for period in range(4):
        for _ in range(round(rate * booked_share * 3600 / 0.85)):
            starts, category = period * 3600.0, _category(chance, shares)
            comes = None
            if chance.random() < 0.85:
                comes = (
                    max(0.0, starts + chance.gauss(-300, 300))
                    if chance.random() < 0.9
                    else starts + chance.uniform(60, 900)
                )
                comes = max(comes, starts - 900)
                arrivals.append((comes, serial := serial + 1, category, starts))
            due.append((starts, comes, category))
    return lived(arrivals, due, desks, handling(), SIGMA, chance)


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
                mine.promise, mine.ahead = _promise(hall, line, due, mine, now, known, period_s), len(line)
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
                    )  # fmt: skip
                )
    return told


def _category(chance: random.Random, shares: dict[int, float]) -> int:
    return chance.choices(list(shares), list(shares.values()))[0]


def _promise(
    hall: list[Desk],
    line: list[Waiting],
    due: list[tuple[float, float | None, int]],
    mine: Waiting,
    now: float,
    known: dict[int, Handling],
    period_s: float,
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
    forecaster = Forecaster(windows=windows, handling=known, due=waits)
    for other in sorted([*line, mine]):
        if other is mine:
            return forecaster.place(InLine(mine.category, mine.rank))
        forecaster.pass_by(InLine(other.category, other.rank))
    raise AssertionError("unreachable")


HALLS = {
    "one window": [frozenset({1, 2, 3})],
    "three integrated": [frozenset({1, 2, 3})] * 3,
    "ten, some special": [frozenset({1, 2, 3})] * 6 + [frozenset({1, 3})] * 2 + [frozenset({2})] * 2,
}


def days(name: str, n: int, *, load: float, booked: float) -> list[Told]:
    found = []
    for seed in range(n):
        found += morning(seed, desks=HALLS[name], load=load, booked_share=booked)
    return found


def kept(told: list[Told]) -> float:
    return sum(t.actual <= t.at_most for t in told) / len(told)


def bias(told: list[Told]) -> float:
    """Mean promise by mean truth."""
    return sum(t.likely for t in told) / sum(t.actual for t in told)


@pytest.mark.parametrize(
    ("name", "n", "load", "booked"),
    [
        ("one window", 400, 0.95, 0.0),
        ("three integrated", 140, 1.0, 0.0),
        ("three integrated", 140, 1.0, 0.4),
        ("ten, some special", 50, 1.05, 0.0),
        ("ten, some special", 50, 1.05, 0.4),
    ],
)
def test_at_most_holds_nine_times_in_ten_and_about_is_right_on_average(name, n, load, booked):
    told = days(name, n, load=load, booked=booked)
    groups: dict[str, list[Told]] = defaultdict(list)
    for t in told:
        groups["all"].append(t)
        groups[f"category {t.category}"].append(t)
        groups[f"hour {t.hour}"].append(t)
        groups["few ahead" if t.ahead <= 2 else "many ahead"].append(t)
        groups["booked" if t.booked else "walk-in"].append(t)

    for group, members in groups.items():
        if len(members) >= 500:  # smaller ones say more of the dice than of the promise
            assert 0.88 <= kept(members) <= 0.95, (group, len(members), kept(members))
            assert 0.9 <= bias(members) <= 1.1, (group, len(members), bias(members))
