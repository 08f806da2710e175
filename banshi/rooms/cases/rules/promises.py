"""承诺核查: what was promised in place of a paper is checked afterwards (国办发〔2020〕42号): it is so, or it is not, by a ground
of a closed list. What was not so bars further promises for a time, until a person who supervises lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from banshi.kernel.refusals import Refusal

KEPT, BROKEN = "kept", "broken"
FINDINGS = (KEPT, BROKEN)
LONGEST_WHY = 300
BEFORE = ("received", "accepted", "in_review")  # nothing is decided yet: the paper counts as missing again
AFTER = ("decided", "issuing", "ready", "delivered", "closed")  # of what was granted


@dataclass(frozen=True)
class UntrueGround:
    code: str
    name_zh: str
    name_en: str


UNTRUE: Mapping[str, UntrueGround] = MappingProxyType(
    {
        each.code: each
        for each in (
            UntrueGround("untrue", "承诺的内容不属实", "What was promised is not so"),
            UntrueGround("not_met", "没有达到承诺的条件", "The conditions that were promised are not met"),
            UntrueGround("hidden", "隐瞒有关情况，或者提供虚假材料", "Facts were hidden, or papers are false"),
            UntrueGround("no_check", "拒绝或者逃避核查", "The check was refused or evaded"),
        )
    }
)

_ANOTHER = {
    "zh": "核查的人不作撤销决定，换一位审批人员",
    "en": "Who checked the promise does not revoke: another approver does",
}
_LIFTS = {
    "zh": "核查的人不解除限制，换一位督办人员",
    "en": "Who checked the promise does not lift what follows: another supervisor does",
}


def stage_refusal(phase: str, *, granted: bool | None) -> Refusal | None:
    """Why a promise is not checked now: before the hall has the papers, or where nothing came of the case."""
    if phase in BEFORE or (phase in AFTER and granted):
        return None
    return Refusal("wrong-state", {"state": phase, "needs": [*BEFORE, *AFTER]})


def barred_until(found: date, *, days: int) -> date | None:
    """The last day on which nothing is promised any more. :param days: calendar days by policy; 0: nothing is barred."""
    return found + timedelta(days=days) if days else None


def revoke_refusal(*, checked_by: int | None, revokes: int) -> Refusal | None:
    return Refusal("same-person", {"reason": _ANOTHER}) if checked_by == revokes else None


def lift_refusal(*, checked_by: int | None, lifts: int) -> Refusal | None:
    return Refusal("same-person", {"reason": _LIFTS}) if checked_by == lifts else None
