"""秒批: whether the rules of a case's item decide it, and why a person looks at it where they do not. Never a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from banshi.kernel.conditions import judge
from banshi.rooms.cases.rules.materials import PROMISE, TRUSTED, Got, Wanted
from banshi.rooms.catalogue.rules.handling import ByRule

MODES = ("off", "shadow", "live")  # 停用 | 试运行 | 启用
OCCASIONS = ("submit", "receive")  # sent in | received at a window
GRANT, PERSON = "grant", "person"
RUN_OUTCOMES = (GRANT, PERSON)
# Why a person looks at it, the first that applies; "": nobody does.
WHYS = ("", "off", "seen", "applicant", "suspended", "papers", "rule", "unclear", "shadow", "sampled", "place", "error")
# Of these the applicant hears: the rules decide such cases, and did not decide this one.
TOLD = ("applicant", "suspended", "papers", "rule", "unclear", "sampled", "place")
# What is looked at beside the rules of the item; no rule's code begins like this.
APPLICANT, SUSPENDED, PAPERS = "@applicant", "@standing", "@papers"
CHECKS: dict[str, tuple[str, str]] = {
    APPLICANT: ("申请人经过实名核验，填写的姓名、证件号码是本人的", "Who applies is proven, and the name and number are theirs"),
    SUSPENDED: ("申请人没有被暂停资格", "The applicant is not suspended"),
    PAPERS: ("要求的材料齐全，由出具机关核发或者窗口核验", "The papers are all there, from their issuer or seen at a window"),
}  # fmt: skip
_WHY_OF = {APPLICANT: "applicant", SUSPENDED: "suspended", PAPERS: "papers"}


@dataclass(frozen=True)
class Tried:
    """One rule, and whether it held; None: it cannot be told."""

    rule: str
    held: bool | None


@dataclass(frozen=True)
class Inputs:
    """All that is looked at. `facts`: answers, fields, the day. `proven`: who applies is who they say, and filled in as such."""

    facts: Mapping[str, object]
    wanted: Sequence[Wanted]
    got: Sequence[Got]
    proven: bool
    suspended: bool


def trace(pack: ByRule, inputs: Inputs) -> tuple[Tried, ...]:
    """Every rule of the pack tried, after what is asked of any case."""
    return (
        Tried(APPLICANT, inputs.proven),
        Tried(SUSPENDED, not inputs.suspended),
        Tried(PAPERS, papers_trusted(inputs.wanted, inputs.got)),
        *(Tried(rule.id, judge(rule.holds, inputs.facts).value) for rule in pack.rules),
    )


def papers_trusted(wanted: Sequence[Wanted], got: Sequence[Got]) -> bool:
    """Whether every paper that has to come is there – also one that might follow –, and nothing came, asked for or not, that a
    person would still have to look at.
    """
    sure = {each.code for each in got if each.trust in TRUSTED}
    doubtful = any(
        not each.usable
        or each.channel == PROMISE
        or each.verdict == "bad"
        or (each.trust not in TRUSTED and each.verdict != "ok")
        for each in got
    )
    return not doubtful and all(each.code in sure for each in wanted if each.necessity != "optional")


def all_held(tried: Sequence[Tried]) -> bool:
    return bool(tried) and all(each.held is True for each in tried)


def why_not(tried: Sequence[Tried], *, mode: str, sampled: bool) -> str:
    """Why a person looks at it; "" where the rules decide."""
    failed = next((each for each in tried if each.held is not True), None)
    if failed is not None:
        return _WHY_OF.get(failed.rule) or ("unclear" if failed.held is None else "rule")
    if mode != "live":
        return mode
    return "sampled" if sampled else ""


def reason(pack: ByRule, tried: Sequence[Tried], why: str) -> tuple[str, str]:
    """For the applicant, Chinese and English: what did not hold, or cannot be told."""
    if why == "sampled":
        return "抽到人工复核", "it was drawn for a check"
    if why == "place":
        return "本期名额已满，或者先受理的还没有决定", "no place is left, or earlier ones are not decided yet"
    failed = next(each for each in tried if each.held is not True)
    called = {**CHECKS, **{rule.id: (rule.text_zh, rule.text_en) for rule in pack.rules}}
    zh, en = called[failed.rule]
    if failed.held is None:
        return f"看不出是否做到“{zh}”", f"it cannot be told whether this is so: {en}"
    return f"没有做到“{zh}”", f"this is not so: {en}"


def sampled(case_no: str, percent: int) -> bool:
    """Whether a person looks at this case whatever the rules say: so many in a hundred, told by its number alone."""
    digest = hashlib.sha256(f"by-rule:{case_no}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


def agrees(*, held: bool, granted: bool | None, outcome: str) -> bool | None:
    """Whether whoever decided came to what the rules would have; None: the rules held back, or nobody has decided.

    :param granted: of the case. :param outcome: of the case; what its applicant took back says nothing.
    """
    if not held:
        return None
    if granted is not None:
        return granted
    return False if outcome == "not_accepted" else None
