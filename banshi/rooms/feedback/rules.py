"""Ratings: the five levels, the tags offered, and the clocks of a bad rating.

Source of the levels: 国办发〔2019〕51号 and GB/T 39734–2020. Silence is never a rating: some places count it
as 基本满意 (fair) after seven days; here it only lowers the share of visits rated.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table
from banshi.kernel.working_days import WorkCalendar

# 差评工单: answered by a day, settled by another; what is said once more opens it again. Who was rated may appeal once.
TASK = Table(
    "task",
    states=["open", "answered", "appealed", "settled"],
    ends=["settled"],
    needs=" or ".join,
    steps={
        "answer": Step("open", to="answered"),
        "reopen": Step("answered", to="open"),
        "settle": Step("answered", to="settled"),
        "appeal": Step("answered", to="appealed"),
        "dismiss": Step("appealed", to="answered"),
        "uphold": Step("appealed", to="settled"),
    },
)

# stars → (zh, en); the national code is 6 − stars.
LEVELS: dict[int, tuple[str, str]] = {
    5: ("非常满意", "Very satisfied"),
    4: ("满意", "Satisfied"),
    3: ("基本满意", "Fairly satisfied"),
    2: ("不满意", "Dissatisfied"),
    1: ("非常不满意", "Very dissatisfied"),
}
SATISFIED_FROM = 3  # 基本满意 and better count as satisfied in the national figure

CHANNELS = ("evaluator", "qr", "message", "kiosk", "web", "api")
OUTCOMES: dict[str, tuple[str, str]] = {
    "fixed": ("已整改", "Put right"),
    "explained": ("已解释", "Explained"),
    "groundless": ("不属实", "Groundless"),
    "malicious": ("恶意差评", "Malicious"),
}
SETTLED_BY_ONESELF = ("fixed", "explained", "groundless")  # the stars stay and count
GROUNDS = ("groundless", "malicious")  # of an appeal (申诉); only what somebody else upholds is set aside

MOST_TAGS = 10
LONGEST_TAG = 30
LONGEST_TEXT = 500


@dataclass(frozen=True)
class Tag:
    """A word to tap instead of writing."""

    code: str
    zh: str
    en: str


GOOD = (
    Tag("quick", "办得快", "Quick"),
    Tag("friendly", "态度好", "Friendly"),
    Tag("clear", "讲得清楚", "Explained clearly"),
    Tag("one_trip", "一次办好", "Done in one visit"),
    Tag("short_wait", "没怎么等", "Hardly any wait"),
    Tag("easy_to_find", "好找", "Easy to find"),
)
FAIR = (
    Tag("friendly", "态度好", "Friendly"),
    Tag("clear", "讲得清楚", "Explained clearly"),
    Tag("long_wait", "等得久", "Long wait"),
    Tag("slow", "办得慢", "Slow"),
    Tag("hard_to_find", "不好找", "Hard to find"),
    Tag("many_papers", "材料多", "Many papers"),
)
BAD = (
    Tag("long_wait", "等太久", "Waited too long"),
    Tag("slow", "办得慢", "Slow"),
    Tag("unfriendly", "态度不好", "Unfriendly"),
    Tag("unclear", "没讲清楚", "Not explained"),
    Tag("several_trips", "跑了多趟", "Several trips"),
    Tag("many_papers", "材料要得多", "Too many papers"),
    Tag("not_solved", "没办成", "Not solved"),
    Tag("unfair_order", "排队不公平", "Unfair order"),
)


def tags_for(stars: int) -> tuple[Tag, ...]:
    """The tags offered beside a level."""
    if stars >= 4:
        return GOOD
    return FAIR if stars == 3 else BAD


_CODES = {word: tag.code for tag in (*GOOD, *FAIR, *BAD) for word in (tag.code, tag.zh, tag.en)}
_NAMES = {tag.code: tag for tag in (*FAIR, *GOOD, *BAD)}


def tag_code(word: str) -> str:
    """The code of a known tag, by code or words in either language; a partner's own word stays as it is."""
    return _CODES.get(word, word)


def tag(code: str) -> Tag:
    """A tag to show; a partner's own word reads the same in both languages."""
    return _NAMES.get(code, Tag(code, code, code))


def last_day(served_on: date, within_days: int) -> date:
    """The last day on which a visit can be rated (natural days, the visit's own day is day 0)."""
    return served_on + timedelta(days=within_days)


def clocks(opened_on: date, *, answer_days: int, settle_days: int, calendar: WorkCalendar) -> tuple[date, date]:
    """Answer by, settle by: working days after the rating (回访 1 个、整改 15 个 are local; the policy rules)."""
    return calendar.add_working_days(opened_on, answer_days), calendar.add_working_days(opened_on, settle_days)


def due_on(state: str, *, answer: date, settle: date, judge: date | None) -> date | None:
    """The day by which somebody acts: calls back, settles, judges the appeal; None: it is settled."""
    return {"open": answer, "answered": settle, "appealed": judge or settle}.get(state)


def overdue(state: str, *, answer_due_on: date, settle_due_on: date, judge_due_on: date | None, today: date) -> bool:
    """Whether somebody should have answered, settled or judged before today."""
    day = due_on(state, answer=answer_due_on, settle=settle_due_on, judge=judge_due_on)
    return day is not None and today > day


_JUDGES = {
    "zh": "申诉由没有经办、回复和提出申诉的人核定",
    "en": "An appeal is judged by somebody who neither served, answered nor appealed",
}


def judge_refusal(*, judge: str, appealed_by: str, answered_by: str, served_by: Collection[str]) -> Refusal | None:
    """Why this person may not judge an appeal: nobody does in their own matter. All as an actor is written down."""
    if judge in {appealed_by, answered_by, *served_by}:
        return Refusal("same-person", {"reason": _JUDGES})
    return None


# Whom a rating needs, where the one who served wants to give it.
NOT_ONES_OWN = {"zh": "办事人本人", "en": "the person who was served"}
