"""Orders of the hotline: what may be done to one, which line has it, by when, and when its caller has had the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from banshi.kernel.policy import HotlinePolicy
from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table
from banshi.kernel.working_days import WorkCalendar

KINDS: Final = ("enquiry", "help", "complaint", "suggestion")  # 咨询 求助 投诉 建议
WORDS: Final = ("satisfied", "dissatisfied", "unreachable")  # what a caller says when they are rung up (回访)
REDONE: Final = 1  # so often an order goes back to its line because its caller is not content

SHORTEST, LONGEST = 2, 2000  # characters of what somebody wants, and of a reply
LONGEST_REASON = 300
LONGEST_NAME = 40

# 工单: at the desk, with a line, replied to, closed; one that says the same as another follows that one.
ORDER = Table(
    "hotline_order",
    states=["open", "assigned", "replied", "closed", "joined"],
    ends=["closed", "joined"],
    steps={
        "assign": Step("open", to="assigned"),
        "answer": Step("open", to="replied"),
        "reply": Step("assigned", to="replied"),
        "return": Step("assigned", to="open"),
        "join": Step("open", "assigned", to="joined"),
        "be_joined": Step("open", "assigned", "replied"),
        "remind": Step("assigned"),
        "become": Step("open", "assigned", "replied"),
        "revisit": Step("replied"),
        "redo": Step("replied", to="assigned"),
        "reopen": Step("replied", to="open"),
        "close": Step("replied", to="closed"),
    },
)
# 来电、去电: it rings, somebody talks, it is over; or nobody answered.
PHONE_CALL = Table(
    "phone_call",
    states=["ringing", "talking", "ended", "missed"],
    ends=["ended", "missed"],
    steps={
        "answer": Step("ringing", to="talking"),
        "end": Step("talking", to="ended"),
        "miss": Step("ringing", to="missed"),
    },
)
HANDLED: Final = (
    "open",
    "assign",
    "answer",
    "reply",
    "return",
    "join",
    "remind",
    "revisit",
    "redo",
    "reopen",
    "close",
    "rate",
    "become",
)
BECOMES: Final = ("case", "booking", "call", "visit")  # what a caller's wish can be besides an order


@dataclass(frozen=True)
class Topic:
    """What people ring up about where it is no matter of the catalogue. `line`: which kind of line has it."""

    zh: str
    en: str
    line: str


TOPICS: Final = {
    "matter": Topic("办事事项", "A matter", "department"),
    "service": Topic("窗口服务", "Service at the windows", "hall"),
    "waiting": Topic("排队等候", "Waiting and numbers", "hall"),
    "booking": Topic("预约", "Appointments", "hall"),
    "machines": Topic("自助设备", "Machines", "hall"),
    "place": Topic("大厅环境", "The hall itself", "hall"),
    "website": Topic("网站和小程序", "Website and WeChat page", "city"),
    "rules": Topic("政策规定", "Rules and policy", "city"),
    "other": Topic("其他", "Something else", "city"),
}


RISES_FROM, RISES_BY, USUAL_DAYS = 5, 3, 28  # so many in a day, so many times the usual of the days before


def rises(today: int, before: int) -> bool:
    """Whether so many want the same within a day that somebody should know (热点).

    :param before: how many did in the `USUAL_DAYS` days before that day.
    """
    return today >= RISES_FROM and today * USUAL_DAYS >= RISES_BY * before


@dataclass(frozen=True)
class Line:
    """承办线: a department, a hall, or the city itself. Written `department:hrss`, `hall:town`, `city`."""

    kind: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else self.kind

    @classmethod
    def parse(cls, text: str) -> Line | None:
        """None where it names no line."""
        kind, _, code = text.partition(":")
        fits = (kind == "city" and not code) or (kind in ("department", "hall") and code)
        return cls(kind, code) if fits else None


def reply_days(kind: str, line: str, policy: HotlinePolicy) -> int:
    """Working days that a line has for an order of this kind."""
    days = {
        "enquiry": policy.enquiry_working_days,
        "help": policy.help_working_days,
        "complaint": policy.complaint_working_days,
        "suggestion": policy.suggestion_working_days,
    }[kind]
    return days + (policy.city_more_days if line == "city" else 0)


def due_on(state: str, *, kind: str, line: str, policy: HotlinePolicy, today: date, calendar: WorkCalendar) -> date:
    """By which day somebody acts on an order that has just come into this state: the desk, its line, the desk again."""
    days = {
        "open": policy.assign_working_days,
        "replied": policy.revisit_working_days,
        "assigned": reply_days(kind, line, policy),
    }
    return calendar.add_working_days(today, days[state])


_NOT_HEARD = {
    "zh": "先回访来电人：满意，或者多次联系不上，才能办结",
    "en": "Ring the caller up first: it is closed once they are content, or could not be reached several times",
}


def close_refusal(words: Sequence[str], *, redone: int, policy: HotlinePolicy) -> Refusal | None:
    """Why an order is not closed yet; None: its caller has said their word, or cannot be reached.

    :param words: what came of ringing them up since the last reply, in its order.
    """
    if words and words[-1] == "satisfied":
        return None
    if "dissatisfied" in words and redone >= REDONE:
        return None
    if words.count("unreachable") >= policy.revisit_tries:
        return None
    return Refusal("invalid", {"field": "revisit", "reason": _NOT_HEARD})


def light(due: date | None, *, today: date, left: int) -> str:
    """red: late; yellow: due within a working day; green otherwise; "" where nobody waits. :param left: working days."""
    if due is None:
        return ""
    if today > due:
        return "red"
    return "yellow" if left <= 1 else "green"
