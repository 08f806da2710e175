"""Waits, foretold (预计等候): the line is played forward many times at once, in rank order.

Each play draws its services from what is known of their category (`Handling.in_parts`): of those under way, what is left
given how long they have lasted. “About” is the mean of the plays, “at most” what nine in ten of them stay below. Draws
are equally likely parts in fixed shuffles, so the same line always gives the same answer.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush, heapreplace
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from banshi.rooms.tickets.rules.handling import PARTS, Z90, Handling
from banshi.rooms.tickets.rules.line import RankClass
from banshi.rooms.tickets.rules.turnout import Turnout

PLAYS = {1000: PARTS // 4, 120: PARTS // 2, 0: PARTS}  # where more than so many wait: the sums of many vary less
BLOCKS = 3000  # where more are booked than so many, those of one category and period come and are served some at a time
AT_ONCE = 16  # of so many windows, one more takes its next before it is asked again who of the booked has come
MODEL_ERROR = 0.08  # part of a wait by which pauses, missed calls and new arrivals falsify it
LEAST_BAND_S = 120
FEWEST_SD = 2.0  # so many spreads below the mean, and below every play: one call in forty or fewer comes before


class InLine(NamedTuple):
    """A waiting number, in rank order. `spills_in_s`: until windows of other zones may call it."""

    category: int
    rank_class: int
    only_window: int | None = None
    spills_in_s: float = 0.0
    persons: int = 1  # of one booking: served one after the other


@dataclass(frozen=True)
class AtWork:
    """A window that truly serves: signed in, not paused.

    `elapsed_s`: of the service under way, None when idle; below zero: the person called needs so long to begin.
    `far`: categories of other zones, called here once their people may be. `opens_in_s`: planned, not yet there.
    """

    window: int
    categories: frozenset[int]
    category: int | None = None
    elapsed_s: float | None = None
    far: frozenset[int] = frozenset()
    opens_in_s: float = 0.0


@dataclass(frozen=True)
class Due:
    """Booked people not yet here, `count` bookings of `persons` each, whose period runs from–until so many seconds from now
    (negative: has begun)."""

    category: int
    in_s: float
    until_s: float = 3600.0
    persons: int = 1
    count: int = 1


class Band(NamedTuple):
    """About `likely_s`, at most `at_most_s`: mean and P90 of the wait from now, seconds. Hardly ever below `at_least_s`."""

    likely_s: int
    at_most_s: int
    at_least_s: int = 0


@dataclass
class _Pool:
    """Windows that serve the same. `free`: of each play, a heap of the times at which they are free next."""

    near: frozenset[int]
    far: frozenset[int]
    free: list[list[float]]
    taken: int = 0  # of its windows, now


@dataclass(frozen=True)
class _Meeting:
    """Where booked people of one category meet a number of another: windows that serve both, and those that serve only theirs."""

    shared: list[_Pool]
    apart: list[_Pool]

    @cached_property
    def pushed(self) -> float:
        """Of people who come when a window of theirs alone would be free, the part that still takes one of the shared.

        Newcomers of their own, who are in no line yet, will have taken the former as often as it is taken now; whoever
        finds all taken goes to whichever is free first.
        """
        shared, apart = (sum(len(pool.free[0]) for pool in pools) for pools in (self.shared, self.apart))
        taken = sum(pool.taken for pool in self.apart)
        return taken / apart * shared / (shared + apart) if apart else 1.0

    def elsewhere(self, play: int, comes_at: float, luck: int) -> bool:
        """They take a window that serves only theirs."""
        if not self.apart:
            return False
        if not self.shared:
            return True
        soonest = self.apart[0].free[play][0]
        for pool in self.apart[1:]:
            soonest = min(soonest, pool.free[play][0])
        if soonest <= comes_at:
            return luck >= self.pushed * PARTS
        return soonest <= min(pool.free[play][0] for pool in self.shared)


def _soonest(free: list[float]) -> float:
    return free[0]


_Booked = tuple[float, int, int, int, int]  # of one play: comes at, category, persons, luck, how many at a time


@dataclass
class _Aside:
    """In one play, booked people of one category who have come and were left for later, by when they came.

    `looked`: by category, up to when it was asked whose luck sends them to its windows; that is asked once.
    """

    line: list[_Booked]
    looked: dict[int, float]


_chance = random.Random(20260310)  # noqa: S311 – shuffles, not secrets
_SHUFFLES = [_chance.sample(range(PARTS), PARTS) for _ in range(251)]


class Forecaster:
    """Plays the line forward once, in rank order, each number to the window that is free first."""

    def __init__(
        self,
        *,
        windows: Sequence[AtWork],
        handling: Mapping[int, Handling],
        due: Sequence[Due],
        booked_first: bool = True,
        waiting: int = 0,
        turnout: Turnout | None = None,
    ) -> None:
        """:param waiting: about how many will be placed. :param turnout: of the hall's booked people."""
        self._plays = next(plays for more, plays in PLAYS.items() if waiting > more or not more)
        self._handling = handling
        self._windows = {window.window: window for window in windows}
        self._single: dict[int, _Pool] = {}
        self._by_category: dict[int, list[_Pool]] = {}
        self._parts: dict[int, tuple[float, ...]] = {}
        self._drawn = 0
        pools: dict[tuple[frozenset[int], frozenset[int]], _Pool] = {}
        for window in windows:
            pool = pools.setdefault(
                (window.categories, window.far), _Pool(window.categories, window.far, [[] for _ in range(self._plays)])
            )
            for free, left in zip(pool.free, self._left(window), strict=True):
                free.append(left)
            pool.taken += window.elapsed_s is not None
        for pool in pools.values():
            for free in pool.free:
                heapify(free)
        self._pools = list(pools.values())
        self._due = sorted(due, key=lambda d: d.in_s) if booked_first else []
        self._at_a_time = -(-sum(each.count for each in self._due) // BLOCKS)
        self._next_due = 0
        self._turnout = turnout or Turnout()
        self._opens_s = self._turnout.opens_s
        self._meetings: dict[tuple[int, int], _Meeting] = {}
        self._coming: list[list[_Booked]] = [[] for _ in range(self._plays)]
        self._aside: list[dict[int, _Aside]] = [{} for _ in range(self._plays)]  # by category
        self._expected = 0  # how many stand in there
        self._arrivals: dict[tuple[float, float], tuple[float, list[float]]] = {}

    def place(self, ticket: InLine) -> Band | None:
        """The wait of the next number in rank order, who then takes its window; None when no window serves it."""
        starts = self._take(ticket)
        return None if starts is None else _band(starts)

    def pass_by(self, ticket: InLine, count: int = 1) -> None:
        """The next number in rank order takes its window, or as many of its kind; nobody asks how long they wait."""
        if ticket.only_window is not None or ticket.persons > 1 or ticket.spills_in_s > 0:
            for _ in range(count):
                self._take(ticket)
            return
        if not self._serving(ticket.category):  # no window serves it, so nobody goes before it either
            return
        meets_booked = ticket.rank_class >= RankClass.WALK_IN
        some = max(1, sum(len(pool.free[0]) for pool in self._serving(ticket.category)) // AT_ONCE)
        while count:
            if not meets_booked or self._all_booked_passed:
                some = count
            else:
                self._let_booked_pass(ticket.category)
            self._pass_many(ticket.category, min(some, count))
            count -= min(some, count)

    def _pass_many(self, category: int, count: int) -> None:
        """As `_take` of each, one play after the other: the line of a busy hall is thousands of these."""
        pools, parts = self._serving(category), self._parts_of(category)
        if not pools:
            return
        orders = [self._shuffle_whole() for _ in range(count)]
        for play in range(self._plays):
            frees = [pool.free[play] for pool in pools]
            if len(frees) == 1:
                free = frees[0]
                for order in orders:
                    heapreplace(free, free[0] + parts[order[play]])
                continue
            for order in orders:
                free = min(frees)
                heapreplace(free, free[0] + parts[order[play]])

    @property
    def _all_booked_passed(self) -> bool:
        return self._next_due == len(self._due) and not self._expected

    def probe(self, category: int, *, spills_in_s: float = 0.0) -> Band | None:
        """The wait of somebody who would take a walk-in number now; nothing is taken."""
        if not self._serving(category):
            return None
        self._let_booked_pass(category)
        return _band([self._first(category, play, spills_in_s)[0] for play in range(self._plays)])

    def _serving(self, category: int) -> list[_Pool]:
        found = self._by_category.get(category)
        if found is None:
            found = [pool for pool in self._pools if category in pool.near or category in pool.far]
            self._by_category[category] = found
        return found

    def _take(self, ticket: InLine) -> list[float] | None:
        """The time at which it begins in each play."""
        if ticket.only_window is not None:
            return self._take_at(ticket)
        pools = self._serving(ticket.category)
        if not pools:
            return None
        if ticket.rank_class >= RankClass.WALK_IN:
            self._let_booked_pass(ticket.category)
        draws = self._draws(ticket.category, ticket.persons)
        if len(pools) == 1 and (ticket.category in pools[0].near or ticket.spills_in_s <= 0):
            return [heapreplace(free, free[0] + draw) for free, draw in zip(pools[0].free, draws, strict=True)]
        starts = []
        if ticket.spills_in_s <= 0:  # as below, without asking who is near
            for draw, *frees in zip(draws, *(pool.free for pool in pools), strict=True):
                free = min(frees)  # by their first; heaps are lists
                starts.append(heapreplace(free, free[0] + draw))
            return starts
        for play, draw in enumerate(draws):
            start, pool = self._first(ticket.category, play, ticket.spills_in_s)
            heapreplace(pool.free[play], start + draw)
            starts.append(start)
        return starts

    def _first(self, category: int, play: int, spills_in_s: float) -> tuple[float, _Pool]:
        """Where it begins first, and when."""
        best, where = math.inf, self._serving(category)[0]
        for pool in self._serving(category):
            start = pool.free[play][0]
            if category not in pool.near and start < spills_in_s:
                start = spills_in_s
            if start < best:
                best, where = start, pool
        return best, where

    def _take_at(self, ticket: InLine) -> list[float] | None:
        window = self._windows.get(ticket.only_window or 0)
        if window is None:
            return None
        pool = self._single.get(window.window)
        if pool is None:
            pool = self._single[window.window] = _Pool(
                window.categories, window.far, [[left] for left in self._left(window)]
            )
        draws = self._draws(ticket.category, ticket.persons)
        return [heapreplace(free, free[0] + draw) for free, draw in zip(pool.free, draws, strict=True)]

    def _let_booked_pass(self, category: int) -> None:
        """Booked people who will have come before this number's turn are served before it, where they need its windows.

        Who will find another window free is left for later: its own line comes first, and is not played yet.
        """
        if self._all_booked_passed:
            return
        turns = self._turns(category)
        latest = max(turns)
        while self._next_due < len(self._due) and self._due[self._next_due].in_s - self._opens_s <= latest:
            self._expect(self._due[self._next_due])
            self._next_due += 1
        for play, (coming, aside) in enumerate(zip(self._coming, self._aside, strict=True)):
            turn = turns[play]
            for theirs, left in aside.items():
                if left.line and left.line[0][0] <= turn and self._meeting(theirs, category).shared:
                    turn = self._let_aside_pass(left, theirs, category, play, turn)
            while coming and coming[0][0] <= turn:
                each = heappop(coming)
                theirs = each[1]
                if not self._meeting(theirs, category).elsewhere(play, each[0], each[3]):
                    turn = self._let_pass(each, category, play)
                    continue
                left = aside.get(theirs) or aside.setdefault(theirs, _Aside([], {}))
                insort(left.line, each)
                left.looked[category] = max(each[0], left.looked.get(category, 0.0))

    def _let_aside_pass(self, left: _Aside, theirs: int, category: int, play: int, turn: float) -> float:
        """Of those left for later, whoever needs the windows of this category after all; when its turn is then.

        As `_Meeting.elsewhere` of each, without asking everybody each time: those who came before a window of their own
        was free all go the same way, and luck does not change.
        """
        met, line = self._meeting(theirs, category), left.line
        while line and line[0][0] <= turn and not met.elsewhere(play, line[0][0], PARTS):
            turn = self._let_pass(line.pop(0), category, play)
        if not met.apart:
            return turn
        soonest = min(pool.free[play][0] for pool in met.apart)
        n = bisect_left(line, (max(soonest, left.looked.get(category, -1.0)),))
        left.looked[category] = max(turn, left.looked.get(category, 0.0))
        while n < len(line) and line[n][0] <= turn:
            if line[n][3] < met.pushed * PARTS:
                turn = self._let_pass(line.pop(n), category, play)
            else:
                n += 1
        return turn

    def _let_pass(self, each: _Booked, category: int, play: int) -> float:
        """They take one of the windows that serve this category, too; when its turn is then."""
        _, theirs, persons, _, abreast = each
        self._expected -= 1
        shared = self._meeting(theirs, category).shared
        if shared:
            for draw in self._draws_in(play, theirs, persons, abreast):
                free = (
                    shared[0].free[play]
                    if len(shared) == 1
                    else min((pool.free[play] for pool in shared), key=_soonest)
                )
                heapreplace(free, free[0] + draw)
        return self._first(category, play, 0.0)[0]

    def _meeting(self, theirs: int, category: int) -> _Meeting:
        found = self._meetings.get((theirs, category))
        if found is None:
            mine, pools = self._serving(category), self._serving(theirs)
            shared = [pool for pool in pools if any(pool is own for own in mine)]
            apart = [pool for pool in pools if all(pool is not own for own in mine)]
            found = self._meetings[(theirs, category)] = _Meeting(shared, apart)
        return found

    def _turns(self, category: int) -> list[float]:
        """When a window is free for it, in each play."""
        pools = self._serving(category)
        if len(pools) == 1:
            return [free[0] for free in pools[0].free]
        return [self._first(category, play, 0.0)[0] for play in range(self._plays)]

    def _expect(self, due: Due) -> None:
        """In which plays this person comes, and when – given that they have not come yet."""
        key = (due.in_s, due.until_s)
        known = self._arrivals.get(key)
        if known is None:
            curve = self._turnout.curve(*key)
            gone = _arrived(curve)
            parts = [_arrival(gone + (1 - gone) * (n + 0.5) / PARTS, curve) for n in range(PARTS)]
            known = self._arrivals[key] = (self._turnout.likely(gone) * PARTS - 0.5, parts)
        most, parts = known
        for first in range(0, due.count, self._at_a_time):
            abreast = min(self._at_a_time, due.count - first)
            for coming, chance, when, luck in zip(
                self._coming, self._shuffle(), self._shuffle(), self._shuffle(), strict=True
            ):
                if chance < most:
                    heappush(coming, (parts[when], due.category, due.persons, luck, abreast))
                    self._expected += 1

    def _shuffle(self) -> list[int]:
        return self._shuffle_whole()[: self._plays]

    def _shuffle_whole(self) -> list[int]:
        self._drawn += 1
        return _SHUFFLES[self._drawn % len(_SHUFFLES)]

    def _draws(self, category: int, persons: int = 1) -> list[float]:
        """How long the window is taken by the next service of this category, in each play."""
        parts = self._parts_of(category)
        if persons == 1:
            return [parts[n] for n in self._shuffle()]
        return [sum(each) for each in zip(*([parts[n] for n in self._shuffle()] for _ in range(persons)), strict=True)]

    def _draws_in(self, play: int, category: int, persons: int, abreast: int) -> list[float]:
        """The same of so many who come together, in one play; of more than one from a single shuffle."""
        parts = self._parts_of(category)
        if abreast == 1:
            return [sum(parts[self._shuffle()[play]] for _ in range(persons))]
        order = self._shuffle_whole()
        drawn = [parts[order[(play + n) % PARTS]] for n in range(persons * abreast)]
        return [sum(drawn[n::abreast]) for n in range(abreast)]

    def _parts_of(self, category: int) -> tuple[float, ...]:
        found = self._parts.get(category)
        if found is None:
            known = self._handling[category]
            found = self._parts[category] = tuple(part + known.gap_s for part in known.in_parts())
        return found

    def _left(self, window: AtWork) -> list[float]:
        """Until the window may call again, in each play."""
        if window.elapsed_s is None or window.category is None:
            return [window.opens_in_s] * self._plays
        known = self._handling[window.category]
        parts = known.in_parts(max(window.elapsed_s, 0.0))
        begins = max(-window.elapsed_s, 0.0)
        return [begins + parts[n] for n in self._shuffle()]


def _arrived(curve: Sequence[tuple[float, float]]) -> float:
    """Share that has come by now."""
    if curve[0][0] >= 0:
        return 0.0
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x1 >= 0:
            return y0 + (y1 - y0) * -x0 / (x1 - x0)
    return 1.0


def _arrival(share: float, curve: Sequence[tuple[float, float]]) -> float:
    """By when this share has come; never before now."""
    for (x0, y0), (x1, y1) in pairwise(curve):
        if share <= y1:
            return max(0.0, x0 + (x1 - x0) * (share - y0) / (y1 - y0))
    return max(0.0, curve[-1][0])


def _band(starts: Sequence[float]) -> Band:
    mean = sum(starts) / len(starts)
    off = [start - mean for start in starts]
    spread = sum(map(mul, off, off)) / (len(starts) - 1)
    sd = math.sqrt(spread + (MODEL_ERROR * mean) ** 2)
    least = max(0.0, min(min(starts), mean - FEWEST_SD * sd))
    return Band(round(mean), max(round(mean + Z90 * sd), round(mean) + LEAST_BAND_S), int(least))


def served_together(category: int, windows: Iterable[frozenset[int]]) -> frozenset[int]:
    """Categories whose numbers stand before one's own: those that a window serves together with it."""
    return frozenset({category}).union(*(categories for categories in windows if category in categories))
