"""Rules of the line: who is called first, what may be done to a number, when it is too late.

Pure: the time, the policy and what is known are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import IntEnum
from math import inf
from typing import NamedTuple

from banshi.kernel.documents import age_on
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal

SERVES_ON = timedelta(hours=1)  # who is in line when the day's last session ends is still served so long
# How a service ended (办理结果): its matter done; papers were missing; it was advice only; refused, with a reason.
OUTCOMES = ("done", "paper_missing", "advice_only", "refused")
WORTH_A_WALK = timedelta(minutes=5)
UNKNOWN_WAIT_S = 3600.0
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
) -> Rank:
    """Rank of a new number: priority lane, then booked by period, then walk-ins by arrival (mission §2.4).

    :param kind: booked | walk_in.
    """
    arrived = milliseconds(now)
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


def missed_advice(
    policy: TicketPolicy, *, until: datetime | None, numbers: bool, stands: bool = False
) -> dict[str, str]:
    """What somebody who missed the call is told about coming back, as `advice_zh` and `advice_en`.

    :param until: as `back_until`, in hall time. :param numbers: whether a new one is given now.
    :param stands: its line is closed now: no time runs, and when it goes on they are told until when.
    """
    if until is None and not numbers:
        return {
            "advice_zh": "不能再补号，现在也不再发号。",
            "advice_en": "It cannot be put back, and no numbers are given now.",
        }
    if until is None:
        return {"advice_zh": "要办就重新取号。", "advice_en": "Take a new number."}
    if stands:
        return {
            "advice_zh": "这个号还能补，恢复叫号前不计时。",
            "advice_en": "It can still be put back; no time runs until calling goes on.",
        }
    before = f"{until.hour}:{until:%M}"
    if policy.missed == "reissue":
        return {
            "advice_zh": f"{before} 前补号，不用重新排队。",
            "advice_en": f"Have it put back before {before}, without queueing again.",
        }
    return {
        "advice_zh": f"{before} 前可以补号，排在已取号的人后面。",
        "advice_en": f"It can be put back before {before}, behind those who have a number.",
    }


def call_by(*, rank_class: int, policy: TicketPolicy, now: datetime) -> datetime | None:
    """From when on a walk-in is called before everybody else ("finally call by"), or None."""
    if policy.finally_call_after is None or rank_class != RankClass.WALK_IN:
        return None
    return now + timedelta(minutes=policy.finally_call_after)


def lane_of(
    *, asked: str, born: date | None, shown: bool, policy: TicketPolicy, today: date
) -> tuple[str, bool] | Refusal:
    """The lane, and whether the window has to look at what it is asked for – on every surface by the same rule.

    Age is that of the document, on the day: who is old enough gets the elderly lane without asking, whose document says
    otherwise is refused it. Without a document, and for every other lane, nothing is shown: it is checked at the window.

    :param shown: the document itself was; a number that was only typed is compared with the card at the window.
    :param born: by the document; None without one, or where it does not say.
    """
    asked_lane = asked if asked in policy.priority_lanes else ""
    if born is None or "elderly" not in policy.priority_lanes:
        return asked_lane, bool(asked_lane)
    old = lane_by_age(age_on(born, today), policy) == "elderly"
    if asked_lane == "elderly" and not old:
        reason = {
            "zh": f"证件显示未满 {policy.elderly_from} 岁",
            "en": f"By the document, not yet {policy.elderly_from} years old",
        }
        return Refusal("invalid", {"field": "lane", "reason": reason})
    if asked_lane in ("", "elderly"):
        return ("elderly", not shown) if old else ("", False)
    return asked_lane, True


def lane_by_age(age: int | None, policy: TicketPolicy) -> str:
    """The lane that whole years open without asking, or ""."""
    return "elderly" if age is not None and age >= policy.elderly_from and "elderly" in policy.priority_lanes else ""


def lane_that_ranks(lane: str, *, to_check: bool) -> str:
    """The elderly lane goes by a card that can be laid on a reader or shown to the guide: until then it is kept, and ranks
    nothing – a typed year of birth must not send anybody ahead of others. The other lanes have no such card."""
    return "" if lane == "elderly" and to_check else lane


QUIET_S, FAIR_S = 10 * 60, 25 * 60


def how_busy(lines: Iterable[tuple[int | None, int]]) -> str:
    """quiet | fair | busy | "" – by the likely wait of a newcomer in each line, weighed by who waits there.

    :param lines: seconds, None where nobody can say; and how many wait.
    """
    known = [(likely_s, waiting + 1) for likely_s, waiting in lines if likely_s is not None]
    if not known:
        return ""
    mean = sum(wait * weight for wait, weight in known) / sum(weight for _, weight in known)
    return "quiet" if mean <= QUIET_S else "fair" if mean <= FAIR_S else "busy"


def walk_off_until(*, at_least_s: int | None, policy: TicketPolicy, now: datetime) -> datetime | None:
    """Until when somebody may leave the waiting room: the earliest likely call less the way back, to the whole minute.

    None where it is not worth the walk, where nothing honest can be said, or where the hall does not say it.
    """
    if at_least_s is None or policy.way_back is None:
        return None
    until = (now + timedelta(seconds=at_least_s - policy.way_back * 60)).replace(second=0, microsecond=0)
    return until if until - now >= WORTH_A_WALK else None


# --- What refuses a step (`lifecycle`) -------------------------------------------------------------------------------


def recall_refusal(*, recalls: int, policy: TicketPolicy) -> Refusal | None:
    if recalls >= policy.recall_limit:
        return Refusal("recall-limit", {"limit": policy.recall_limit})
    return None


def as_told(policy: TicketPolicy, *, within: int | None, way: str, came_back: int) -> TicketPolicy:
    """The rule for a number that was missed: what its person was told then stands, whatever the hall decides since. Only a
    longer time than that is given by the rule of now.

    :param within: minutes told at the miss; None where nothing was: the rule of now. :param way: as told, `policy.missed`.
    :param came_back: how often this number has been put back before.
    """
    if within is None:
        return policy
    given_now = policy.reissue_within if came_back < policy.reissue_limit else 0
    told = {
        "missed": way,
        "reissue_within": max(within, given_now),
        "reissue_limit": max(policy.reissue_limit, came_back + 1),
    }
    return policy.model_copy(update=told)


def comes_back_before(
    *, missed_at: datetime, policy: TicketPolicy, stood: timedelta = timedelta(), line_closes_at: datetime | None = None
) -> datetime:
    """Before when a missed number may be put back, if it may: never after the windows have stopped.

    :param stood: for how long its line was closed since: that time does not run.
    """
    closes = missed_at + timedelta(minutes=policy.reissue_within) + stood
    return closes if line_closes_at is None else min(closes, line_closes_at)


def reinstate_refusal(*, came_back: int, closes: datetime, policy: TicketPolicy, now: datetime) -> Refusal | None:
    """:param came_back: how often this number has been put back before. :param closes: as `comes_back_before` has it."""
    if now >= closes:  # “before 11:13” is said everywhere
        return Refusal("too-late", {"closes": closes})
    if came_back >= policy.reissue_limit:
        return Refusal("wrong-state", {"state": "missed", "needs": "a new number", "limit": policy.reissue_limit})
    return None


def back_until(*, came_back: int, closes: datetime, policy: TicketPolicy, now: datetime) -> datetime | None:
    """Before when a missed number may be put back; None where it may not any more. The parameters are those of
    `reinstate_refusal`."""
    no = reinstate_refusal(came_back=came_back, closes=closes, policy=policy, now=now)
    return closes if no is None else None


def line_closes_at(day_ends_at: datetime | None) -> datetime | None:
    """Until when the windows serve those in line, once the day's last session is over."""
    return day_ends_at + SERVES_ON if day_ends_at is not None else None


def served_today(*, policy: TicketPolicy, likely_s: int | None, until: datetime | None, now: datetime) -> bool | None:
    """Whether a number that waits from now will probably be called before service ends (末号时间).

    None where nobody can say, or the hall does not.

    :param likely_s: its wait. :param until: when the line closes (`line_closes_at`), not when numbers end.
    """
    if policy.last_number == "off" or likely_s is None or until is None:
        return None
    return still_called(likely_s=likely_s, until=until, now=now)


def still_called(*, likely_s: int | None, until: datetime, now: datetime) -> bool:
    """Whether a number with this wait will probably be called before `until`. With nobody at work it has none: no."""
    return likely_s is not None and now + timedelta(seconds=likely_s) < until


def where_soonest(
    *,
    way_s: float,
    open_now: bool,
    closes_at: datetime | None,
    likely_s: int | None,
    first_at: datetime | None,
    moment: datetime,
) -> tuple[int, float]:
    """What halls are compared by for somebody who would go at `moment`, the smaller the better: those that are open and will be
    when one gets there, by the way and the wait; then the others, by the way and the time until something is possible there.

    :param way_s: seconds to get there. :param likely_s: the wait there; an hour where nobody can say.
    :param first_at: when it opens, or the first period that can be booked.
    """
    if open_now and (closes_at is None or moment + timedelta(seconds=way_s) < closes_at):
        return 0, way_s + (likely_s if likely_s is not None else UNKNOWN_WAIT_S)
    return 1, way_s + (first_at - moment).total_seconds() if first_at is not None else inf
