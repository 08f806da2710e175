"""不予受理的情形: why an application is not accepted, by code.

Of permits the law names two (行政许可法 32 条 1 款 1、2 项) and what follows a false application (78 条); the others are those
that the forms of halls list beside them. Which body it is of is named where it is another one's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from banshi.kernel.refusals import Refusal
from banshi.rooms.catalogue.rules.handling import PERMIT

_LAW = "《中华人民共和国行政许可法》"


@dataclass(frozen=True)
class Ground:
    """`law`: of a permit, what the notice states. `needs_body`: the body whose it is has to be named.
    `at_once`: nothing is to be looked at for it, so it is said on the day (行政许可法 32 条: 即时)."""

    code: str
    name_zh: str
    name_en: str
    law: str = ""
    needs_body: bool = False
    at_once: bool = False


GROUNDS: Mapping[str, Ground] = MappingProxyType(
    {
        each.code: each
        for each in (
            Ground(
                "other_body",
                "不属于本机关职权范围",
                "It is another body’s",
                f"{_LAW}第三十二条第一款第二项",
                True,
                True,
            ),
            Ground(
                "not_needed",
                "依法不需要申请",
                "No application is needed",
                f"{_LAW}第三十二条第一款第一项",
                at_once=True,
            ),
            Ground("not_eligible", "不符合申请条件", "The conditions are not met"),
            Ground("not_mended", "补正后仍不齐全或者不符合法定形式", "What was told is still not right"),
            Ground("decided", "同一事项已经受理或者已经作出决定", "The same is under way or decided"),
            Ground(
                "false_papers",
                "隐瞒有关情况或者提供虚假材料",
                "Facts were hidden or papers are false",
                f"{_LAW}第七十八条",
            ),
            Ground("item_ended", "该事项已经取消或者停止办理", "The matter is no longer handled"),
            Ground("other", "其他情形", "Another reason"),
        )
    }
)


def ground_said(code: str, *, body: str) -> str:
    """As somebody chose it; where nobody did: another body's where one is named, else another reason."""
    return code or ("other_body" if body.strip() else "other")


def early_refusal(ground: Ground, *, supplementing: bool) -> Refusal | None:
    """What was told to be missing has its time to come: that it did not is no ground before it came, or its day is over."""
    if supplementing and ground.code == "not_mended":
        reason = {
            "zh": "补正期限还没有到，补正的材料也没有交，选另一种情形",
            "en": "What was told still has its time to come, and nothing came: choose another ground",
        }
        return Refusal("invalid", {"field": "ground", "reason": reason})
    return None


def law_of(ground: Ground, *, item_type: str) -> str:
    """What the notice states: the law speaks of permits alone."""
    return ground.law if item_type == PERMIT else ""
