"""Questions to a department: what may be done to one, by when it is answered, how much one person asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from banshi.kernel.policy import ConsultingPolicy
from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table

# 咨询: answered by the department; asked further once; closed by whoever asked, or when they ask nothing more.
ENQUIRY = Table(
    "enquiry",
    states=["open", "answered", "closed", "withdrawn"],
    ends=["closed", "withdrawn"],
    steps={
        "answer": Step("open", to="answered"),
        "forward": Step("open"),
        "withdraw": Step("open", to="withdrawn"),
        "correct": Step("answered"),
        "ask_further": Step("answered", to="open"),
        "mark": Step("answered"),
        "close": Step("answered", to="closed"),
    },
)

# 常见问答: written by one, published by another, withdrawn at any time.
PUBLIC_ANSWER = Table(
    "public_answer",
    states=["draft", "published", "withdrawn"],
    ends=["withdrawn"],
    steps={
        "publish": Step("draft", to="published"),
        "withdraw": Step("draft", "published", to="withdrawn"),
    },
)

SHORTEST, LONGEST = 5, 1000  # characters of a question
LONGEST_ANSWER = 2000
LONGEST_REASON = 300
LONGEST_PUBLIC_QUESTION = 200
QUESTIONS = 2  # the first and one further
STUCK = "desk-matters-that-got-stuck"  # the matter under which people say what they could not get done (办不成事反映)
LISTED = 5  # answers offered before somebody asks

# What belongs to one person and never stands where everybody reads: mobile telephones, identity numbers.
_PERSONAL = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)|(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")


def personal(text: str) -> bool:
    """Whether the number of somebody stands in it."""
    return _PERSONAL.search(text) is not None


@dataclass(frozen=True)
class Asked:
    """What somebody asked so far. `due_on`: by which day each of the open ones is answered."""

    due_on: Sequence[date]
    today: int


def too_many(asked: Asked, policy: ConsultingPolicy, *, now: datetime) -> Refusal | None:
    """Why somebody asks nothing more now, with the next chance; None where they may.

    :param now: in the zone of the hall.
    """
    if asked.today >= policy.a_day_each:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(0), now.tzinfo)
        return Refusal("too-many-enquiries", {"limit": policy.a_day_each, "day": True}, tomorrow)
    if len(asked.due_on) >= policy.open_each:
        first = max(min(asked.due_on), now.date())
        soon = datetime.combine(first, time(0), now.tzinfo)
        return Refusal("too-many-enquiries", {"limit": policy.open_each}, soon if soon > now else None)
    return None


def overdue(state: str, due_on: date | None, *, today: date) -> bool:
    """Whether somebody should have answered before today."""
    return state in ENQUIRY.of("answer") and due_on is not None and today > due_on


def light(state: str, due_on: date | None, *, today: date, left: int) -> str:
    """red: late; yellow: due within a working day; green otherwise; "" where nobody waits.

    :param left: working days until it is due.
    """
    if overdue(state, due_on, today=today):
        return "red"
    if due_on is None:
        return ""
    return "yellow" if left <= 1 else "green"
