"""现场勘查: a visit to the premises is told before it is made, and made by two or more (行政许可法 34 条).

The law: 应当指派两名以上工作人员进行核查.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from banshi.kernel.refusals import Refusal

FOUND = ("pass", "faults")  # what comes of a visit that was made; faults refuse nothing by themselves
NOT_MET = "not_met"  # nobody was there, or let them in
OUTCOMES = (*FOUND, NOT_MET)
OVER = ("moved", "cancelled")
STATES = ("planned", *OVER, "done", "not_met")
LEAST_OFFICERS = 2
MOST_OFFICERS = 6
LONGEST_DAYS = 30  # where no day is promised, or it has gone by
LONGEST_SPAN = timedelta(hours=8)
LONGEST_WORDS = 1000
LONGEST_WHY = 300
LONGEST_CONTACT = 60


def latest(*, today: date, promised: date | None) -> date:
    """The last day of a visit: the promised one, as nothing is granted before it; of what is late, some weeks from today."""
    return promised if promised is not None and promised >= today else today + timedelta(days=LONGEST_DAYS)


def time_refusal(day: date, from_at: time, until_at: time, *, now: datetime, promised: date | None) -> Refusal | None:
    """Why nobody comes at this time, or None. :param now: of the hall's clock."""
    today = now.date()
    last = latest(today=today, promised=promised)
    if not today <= day <= last:
        return _no("day", f"从今天到 {last.isoformat()} 之间选一天", f"A day from today to {last.isoformat()}")
    length = datetime.combine(day, until_at) - datetime.combine(day, from_at)
    if not timedelta(0) < length <= LONGEST_SPAN:
        return _no("until_at", "结束要在开始之后，最长 8 小时", "It ends after it begins, within 8 hours")
    if day == today and from_at <= now.time():
        return _no("from_at", "这个时间已经过了，选晚一点的", "That time has gone by: choose a later one")
    return None


def officers_refusal(officers: Sequence[int], leader: int) -> Refusal | None:
    """Why these people do not go together, or None. :param officers: each once, the leader among them."""
    if not LEAST_OFFICERS <= len(officers) <= MOST_OFFICERS:
        return _no(
            "officers", f"选 {LEAST_OFFICERS} 到 {MOST_OFFICERS} 人", f"{LEAST_OFFICERS} to {MOST_OFFICERS} people go"
        )
    if leader not in officers:
        return _no("leader", "带队的人要在去的人里面", "Whoever leads is one of those who go")
    return None


def report_refusal(day: date, *, outcome: str, words: str, today: date) -> Refusal | None:
    """Why this is not what came of a visit, or None."""
    if outcome not in OUTCOMES:
        return _no("outcome", "结果是符合、有问题或没见到人", "It is in order, has faults, or nobody was there")
    if today < day:
        said = day.isoformat()
        return _no("outcome", f"约的是 {said}，到那天再写结果", f"It is on {said}: say what came of it then")
    if len(words) > LONGEST_WORDS or not words.strip():
        return _no(
            "words",
            f"写明看到了什么，{LONGEST_WORDS} 字以内",
            f"Say what was found, in up to {LONGEST_WORDS} characters",
        )
    return None


def _no(field: str, zh: str, en: str) -> Refusal:
    return Refusal("invalid", {"field": field, "reason": {"zh": zh, "en": en}})
