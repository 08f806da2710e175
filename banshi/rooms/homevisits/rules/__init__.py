"""Visits at home and for key projects (上门服务): what may be done to one, who may ask, when somebody goes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from banshi.kernel.policy import HomeVisitPolicy
from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table

KINDS: Final = ("home", "project")  # 上门办; 重点项目上门服务
HALVES: Final = ("am", "pm")
ORIGINS: Final = ("guide", "hotline", "staff")  # through which door it was asked for
MOST_STAFF: Final = 2  # who go to one visit

SHORTEST, LONGEST = 2, 500  # characters of an outcome, a reason
SHORTEST_ADDRESS, LONGEST_ADDRESS = 6, 120
LONGEST_NAME = 40
LONGEST_FIRM = 80
SHORTEST_STAY, LONGEST_STAY = 10, 240  # minutes
NOON: Final = time(12)

# Why somebody cannot come; which of them count is the hall's policy.
REASONS: Final = {
    "moves_badly": ("行动不便", "Moves with difficulty"),
    "bedridden": ("卧床", "Keeps to bed"),
    "disabled": ("残疾", "Disabled"),
    "aged": ("高龄", "Of great age"),
    "pregnant": ("孕产期", "Pregnant, or a newborn at home"),
    "carer": ("照护的人离不开", "Cares for somebody who cannot be left"),
}

VISIT = Table(
    "home_visit",
    states=["asked", "planned", "on_the_way", "done", "not_met", "cancelled"],
    ends=["done", "not_met", "cancelled"],
    steps={
        "plan": Step("asked", to="planned"),
        "move": Step("planned"),
        "set_off": Step("planned", to="on_the_way"),
        "finish": Step("on_the_way", to="done"),
        "not_met": Step("on_the_way", to="not_met"),
        "cancel": Step("asked", "planned", to="cancelled"),
    },
)
STEPS: Final = ("ask", *VISIT.steps)


def half_of(local: datetime) -> str:
    """Which half day a moment of the hall's time is in."""
    return "am" if local.time() < NOON else "pm"


def _no(field: str, zh: str, en: str) -> Refusal:
    return Refusal("invalid", {"field": field, "reason": {"zh": zh, "en": en}})


def ask_refusal(kind: str, *, reason: str, project: str, policy: HomeVisitPolicy) -> Refusal | None:
    """Why the hall does not go there: to people for a reason that counts, to firms for a project that they name."""
    if not policy.most_per_half_day:
        return _no("hall", "这个大厅不上门", "This hall makes no visits")
    if kind == "project":
        if not policy.projects:
            return _no("kind", "这个大厅不为项目上门", "This hall makes no visits for projects")
        return None if project else _no("project", "写明项目名称", "Name the project")
    if reason not in policy.reasons:
        return _no("reason", "选择来不了的原因", "Choose why you cannot come")
    return None


def day_refusal(day: date, *, today: date, policy: HomeVisitPolicy) -> Refusal | None:
    """Whether a day may be wished: from tomorrow on, as far off as the hall plans."""
    last = today + timedelta(days=policy.days_ahead)
    if today < day <= last:
        return None
    return _no("day", f"选明天到 {last:%Y-%m-%d} 之间的一天", f"Choose a day from tomorrow to {last:%Y-%m-%d}")
