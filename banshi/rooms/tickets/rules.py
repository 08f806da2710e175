"""Rules of the line: who is called first, what may be done to a number, when it is too late.

Pure: the time, the policy and what is known are passed in. What is expected of a wait is in `forecast` below.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from statistics import NormalDist
from typing import NamedTuple

from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal

LANES = ("elderly", "disabled", "pregnant", "serviceman")

# --- Rank (次序) -------------------------------------------------------------------------------------------------


class RankClass(IntEnum):
    """Who goes before whom; the smaller is called first."""

    URGENT = 0  # put first by someone who may
    REISSUED = 1  # 补号 under policy B, or passed on by a window that had called it
    LANE = 2  # 绿色通道
    BOOKED = 3
    WALK_IN = 4


class Rank(NamedTuple):
    """Stored when the number is made. `key`: milliseconds since the epoch; the ticket's id breaks ties."""

    rank_class: int
    key: int


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


# `call_by` of a number that is put first: before every number whose own last moment has come.
PUT_FIRST_BY = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def rank(
    *,
    kind: str,
    lane: str,
    policy: TicketPolicy,
    period_start: datetime | None,
    now: datetime,
    since: datetime | None = None,
) -> Rank:
    """Rank of a new number: priority lane, then booked by period, then walk-ins by arrival (mission §2.4).

    :param kind: booked | walk_in.
    :param since: waited since then in another hall, and is not made to wait again for it.
    """
    arrived = milliseconds(since or now)
    if lane and lane in policy.priority_lanes:
        return Rank(RankClass.LANE, arrived)
    if kind == "booked" and policy.booked_first:
        return Rank(RankClass.BOOKED, milliseconds(period_start) if period_start else arrived)
    return Rank(RankClass.WALK_IN, arrived)


def reinstated_rank(*, policy: TicketPolicy, now: datetime) -> Rank:
    """Rank of a missed number that comes back (补号).

    Policy A [Nancheng]: not waited for; behind all numbers already ticketed, booked or not.
    Policy B [Dongcheng]: re-issued without queueing again.
    """
    if policy.missed == "reissue":
        return Rank(RankClass.REISSUED, milliseconds(now))
    return Rank(RankClass.WALK_IN, milliseconds(now))


def follow_up_rank(*, same_window: bool, now: datetime) -> Rank:
    """Rank of a second matter of somebody at a window: next there, or without queueing again elsewhere."""
    return Rank(RankClass.URGENT if same_window else RankClass.REISSUED, milliseconds(now))


def missed_advice(policy: TicketPolicy) -> dict[str, str]:
    """What somebody who missed the call is told about coming back, as `advice_zh` and `advice_en`."""
    if policy.reissue_limit == 0:
        return {"advice_zh": "要办请重新取号。", "advice_en": "Please take a new number."}
    within = policy.reissue_within
    if policy.missed == "reissue":
        return {
            "advice_zh": f"{within} 分钟内补号，不用重新排队。",
            "advice_en": f"Have it put back within {within} minutes, without queueing again.",
        }
    return {
        "advice_zh": f"{within} 分钟内可以补号，排在已取号的人后面。",
        "advice_en": f"It can be put back within {within} minutes, behind those who have a number.",
    }


def call_by(*, rank_class: int, policy: TicketPolicy, now: datetime) -> datetime | None:
    """From when on a walk-in is called before everybody else ("finally call by"), or None."""
    if policy.finally_call_after is None or rank_class != RankClass.WALK_IN:
        return None
    return now + timedelta(minutes=policy.finally_call_after)


def lane_of(*, asked: str, birth_year: int | None, policy: TicketPolicy, today: date) -> str:
    """The lane asked for, or `elderly` for those of the policy's age by year of birth."""
    if asked or birth_year is None or "elderly" not in policy.priority_lanes:
        return asked
    return "elderly" if today.year - birth_year >= policy.elderly_from else ""


def next_category(*, called: Mapping[str, int], weights: Mapping[str, int], waiting: Sequence[str]) -> str | None:
    """Weighted calling (2 A : 1 B): whose calls are furthest below their share; the earlier in `waiting` wins ties.

    The same rule is in the SQL of `call_next`; this one states it and is what the policy lab replays.
    """
    return min(waiting, key=lambda code: called.get(code, 0) / weights.get(code, 1), default=None)


# --- What may be done to a number ---------------------------------------------------------------------------------

# verb: (from which states, to which state)
VERBS: dict[str, tuple[tuple[str, ...], str]] = {
    "call": (("waiting",), "called"),
    "call_out_of_order": (("waiting", "parked", "missed"), "called"),
    "recall": (("called",), "called"),
    "start": (("called",), "serving"),
    "miss": (("called",), "missed"),
    "hold": (("serving",), "held"),
    "resume_held": (("held",), "serving"),
    "finish": (("serving",), "finished"),
    "check_identity": (("called", "serving"), ""),
    "add_matter": (("serving",), ""),
    "park": (("waiting",), "parked"),
    "unpark": (("parked",), "waiting"),
    "reinstate": (("missed",), "waiting"),
    "transfer": (("waiting", "called", "serving", "held"), "waiting"),
    "join_booking": (("waiting", "parked", "called", "serving", "held"), ""),
    "put_first": (("waiting", "parked"), "waiting"),
    "leave": (("waiting", "called", "held", "parked", "missed"), "left"),
    "redirect": (("waiting", "called", "serving", "parked", "missed"), "redirected"),
    "close": (("waiting", "held", "parked", "missed"), "closed"),
}


def may(state: str, verb: str) -> bool:
    return state in VERBS[verb][0]


def after(verb: str) -> str:
    """The state a verb leads to."""
    return VERBS[verb][1]


def wrong_state(state: str, verb: str) -> Refusal | None:
    """None when the verb fits the state; else `wrong-state` with what it is and what it would need to be."""
    if may(state, verb):
        return None
    return Refusal("wrong-state", {"state": state, "needs": list(VERBS[verb][0])})


def recall_refusal(*, recalls: int, policy: TicketPolicy) -> Refusal | None:
    if recalls >= policy.recall_limit:
        return Refusal("recall-limit", {"limit": policy.recall_limit})
    return None


def reinstate_refusal(*, came_back: int, missed_at: datetime, policy: TicketPolicy, now: datetime) -> Refusal | None:
    """:param came_back: how often this number has been put back before."""
    closes = missed_at + timedelta(minutes=policy.reissue_within)
    if now > closes:
        return Refusal("too-late", {"closes": closes})
    if came_back >= policy.reissue_limit:
        return Refusal("wrong-state", {"state": "missed", "needs": "a new number", "limit": policy.reissue_limit})
    return None


# --- Handling times, learned (办理时长) -----------------------------------------------------------------------------

REMEMBERED = 400.0  # services after which an old one counts 1/e: some days of a busy category
FIRST_STEP, LAST_STEP = 0.35, 0.02  # how far one service moves a quantile, as a share of it
PRIOR_P50, PRIOR_P90 = 0.85, 1.9  # of the mean; handling times are skewed to the right


@dataclass(frozen=True)
class Handling:
    """Handling time of a category: decayed count, mean and quantiles, seconds."""

    weight: float
    mean_s: float
    p50_s: float
    p90_s: float

    @property
    def sigma(self) -> float:
        """Of the lognormal with these quantiles."""
        return min(math.log(max(self.p90_s / max(self.p50_s, 1.0), 1.01)) / Z90, 1.2)

    @property
    def sd_s(self) -> float:
        return self.mean_s * math.sqrt(math.expm1(self.sigma**2))

    def part(self, share: float) -> float:
        """The time within which this share of services is done, by the lognormal with this mean."""
        return self.mean_s * math.exp(self.sigma * NormalDist().inv_cdf(share) - self.sigma**2 / 2)


def prior(minutes: float) -> Handling:
    """What is believed of a category before anything was seen."""
    mean = max(minutes, 0.5) * 60
    return Handling(0.0, mean, mean * PRIOR_P50, mean * PRIOR_P90)


def learn(known: Handling, seconds: float) -> Handling:
    """The handling time after one more service, older ones counting less and less.

    Quantiles move by a share of themselves, up more easily than down or the reverse, until the right part of
    services lies below (stochastic approximation); no history is read.
    """
    seen = min(max(seconds, 1.0), 4 * 3600.0)
    weight = known.weight * (1 - 1 / REMEMBERED) + 1
    # The prior counts as five services: one long first case does not make a slow category.
    mean = known.mean_s + (seen - known.mean_s) / (weight + 5)
    step = max(LAST_STEP, FIRST_STEP / math.sqrt(weight + 1))
    p50 = known.p50_s * math.exp(step * (0.5 - (seen < known.p50_s)))
    p90 = known.p90_s * math.exp(step * (0.9 - (seen < known.p90_s)))
    return Handling(weight, mean, p50, max(p90, p50 * 1.05))


# --- Waits, foretold (预计等候) -------------------------------------------------------------------------------------

Z90 = 1.2816  # 90 % of a normal distribution lie below so many deviations
CHANGEOVER_S = 40.0  # call, walk up, sit down
COMES = 0.85  # part of booked people who come
COMES_EARLY_S = 600.0  # booked people arrive so long before their period
MODEL_ERROR = 0.1  # part of a wait by which pauses, missed calls and new arrivals falsify it
LEAST_BAND_S = 120


@dataclass(frozen=True)
class InLine:
    """A waiting number, in rank order."""

    category: int
    rank_class: int
    only_window: int | None = None


@dataclass(frozen=True)
class AtWork:
    """A window that truly serves: signed in, not paused. `elapsed_s`: of the service under way, None when idle."""

    window: int
    categories: frozenset[int]
    category: int | None = None
    elapsed_s: float | None = None


@dataclass(frozen=True)
class Due:
    """A booked arrival still to come: its period starts in `in_s` seconds (negative: has started)."""

    category: int
    in_s: float


@dataclass(frozen=True)
class Band:
    """About `likely_s`, at most `at_most_s`: P50 and P90 of the wait from now, seconds."""

    likely_s: int
    at_most_s: int


@dataclass
class _Pool:
    """Windows that serve the same: when each is free next, and the variance of what was given to them."""

    categories: frozenset[int]
    free: list[float] = field(default_factory=list)
    given: float = 0.0
    idle: int = 0  # windows without anybody when the play begins
    begun: int = 0  # how many of them were given somebody


class Forecaster:
    """Plays the line forward once, in rank order, each number to the window that is free first.

    The mean comes from the play; the spread from the normal approximation: the n-th of many services at W windows
    ends at a time whose variance is that of n handling times over W².
    """

    def __init__(
        self,
        *,
        windows: Sequence[AtWork],
        handling: Mapping[int, Handling],
        due: Sequence[Due],
        booked_first: bool = True,
    ) -> None:
        self._handling = handling
        self._single: dict[int, _Pool] = {}
        self._by_category: dict[int, list[_Pool]] = {}
        self._variances: dict[int, float] = {}
        pools: dict[frozenset[int], _Pool] = {}
        for window in windows:
            pool = pools.setdefault(window.categories, _Pool(window.categories))
            heapq.heappush(pool.free, self._left(window))
            pool.idle += window.elapsed_s is None
        self._pools = list(pools.values())
        self._windows = {window.window: window for window in windows}
        self._due = sorted((d.in_s - COMES_EARLY_S, d.category) for d in due) if booked_first else []
        self._next_due = 0

    def place(self, ticket: InLine) -> Band | None:
        """The wait of the next number in rank order, who then takes its window; None when no window serves it."""
        if ticket.only_window is not None:
            return self._place_at(ticket)
        if ticket.rank_class >= RankClass.WALK_IN:
            self._let_booked_pass(ticket.category)
        pools = self._serving(ticket.category)
        if not pools:
            return None
        band = self._band(pools, ticket.category, min(p.free[0] for p in pools))
        self._take(ticket.category, part=1.0)
        return band

    def pass_by(self, ticket: InLine) -> None:
        """The next number in rank order takes its window; nobody asks how long it waits."""
        if ticket.only_window is not None:
            self._place_at(ticket)
            return
        if ticket.rank_class >= RankClass.WALK_IN:
            self._let_booked_pass(ticket.category)
        self._take(ticket.category, part=1.0)

    def probe(self, category: int) -> Band | None:
        """The wait of somebody who would take a walk-in number now; nothing is taken."""
        self._let_booked_pass(category)
        pools = self._serving(category)
        return self._band(pools, category, min(p.free[0] for p in pools)) if pools else None

    def _serving(self, category: int) -> list[_Pool]:
        found = self._by_category.get(category)
        if found is None:
            found = self._by_category[category] = [pool for pool in self._pools if category in pool.categories]
        return found

    def _take(self, category: int, *, part: float) -> None:
        pools = self._serving(category)
        if not pools:
            return
        pool = pools[0] if len(pools) == 1 else min(pools, key=lambda p: p.free[0])
        start = pool.free[0]
        known = self._handling[category]
        takes = known.mean_s
        if start == 0 and pool.begun < pool.idle:
            # Windows that begin together do not end together: the first is free long before the mean.
            takes = known.part((pool.begun + 0.5) / pool.idle)
            pool.begun += 1
        heapq.heapreplace(pool.free, start + (takes + CHANGEOVER_S) * part)
        pool.given += self._variance(category) * part

    def _place_at(self, ticket: InLine) -> Band | None:
        window = self._windows.get(ticket.only_window or 0)
        if window is None:
            return None
        pool = self._single.get(window.window)
        if pool is None:
            pool = self._single[window.window] = _Pool(window.categories, [self._left(window)])
        start = pool.free[0]
        known = self._handling[ticket.category]
        pool.free[0] = start + known.mean_s + CHANGEOVER_S
        band = self._band([pool], ticket.category, start)
        pool.given += self._variance(ticket.category)
        return band

    def _let_booked_pass(self, category: int) -> None:
        """Booked people who will have come before this number's turn are served before it."""
        while self._next_due < len(self._due):
            arrives, theirs = self._due[self._next_due]
            pools = self._serving(category)
            if not pools or arrives > min(p.free[0] for p in pools):
                return
            self._next_due += 1
            self._take(theirs, part=COMES)

    def _variance(self, category: int) -> float:
        found = self._variances.get(category)
        if found is None:
            found = self._variances[category] = self._handling[category].sd_s ** 2
        return found

    def _left(self, window: AtWork) -> float:
        """Mean time until the window is free: a service that lasts longer than usual lasts some more."""
        if window.elapsed_s is None or window.category is None:
            return 0.0
        known = self._handling[window.category]
        return max(known.mean_s - window.elapsed_s, 0.25 * known.mean_s)

    def _band(self, pools: Sequence[_Pool], category: int, start: float) -> Band:
        count = sum(len(pool.free) for pool in pools)
        own = self._variance(category)
        spread = (sum(pool.given for pool in pools) + own) / count**2 if start > 0 else 0.0
        sd = math.sqrt(spread + (MODEL_ERROR * start) ** 2)
        return Band(round(start), max(round(start + Z90 * sd), round(start) + LEAST_BAND_S))


def shares_windows(category: int, windows: Sequence[AtWork]) -> frozenset[int]:
    """Categories whose numbers stand before one's own: those that a window at work serves together with it."""
    return frozenset({category}).union(*(w.categories for w in windows if category in w.categories))
