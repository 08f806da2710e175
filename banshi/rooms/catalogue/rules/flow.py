"""办理流程: the stages of an item, its own or the general ones, and what is wrong with those of a draft."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from banshi.rooms.catalogue.rules.handling import Handling, Stage

GATES = ("consult", "procedure")  # of these each is done before anything is granted


def stages(handling: Handling) -> tuple[Stage, ...]:
    """Its own flow; where it has none, the one that every matter of its kind goes through."""
    return handling.flow or tuple(_general(handling))


def _general(handling: Handling) -> Iterator[Stage]:
    limits = handling.limits
    if handling.by_rule is not None:
        yield _stage("receive", "申请", "Application")
        yield _stage("decide", "按规则审批", "Decided by rule", who=_RULES)
    elif handling.instant:
        yield _stage("receive", "收件", "Receipt", who=_WINDOW)
        yield _stage("decide", "当场受理和决定", "Accepted and decided at once", who=_WINDOW)
    else:
        yield _stage("receive", "收件和受理", "Receipt and acceptance", days=limits.notice_days, who=_WINDOW)
        yield _stage("review", "审查", "Review", who=("审批部门审查人员", "A reviewer of the department"))
        yield _stage("decide", "决定", "Decision", who=("审批部门审批人员", "An approver of the department"))
    yield _stage("issue", "制作和送达", "Result made and handed over", days=limits.issue_days, who=_COUNTER)


_RULES = ("按规则自动审批；有一条规则不满足的转人工", "The system; a person where a rule does not hold")
_WINDOW = ("综合窗口", "The window")
_COUNTER = ("出件窗口", "The issue window")


def _stage(act: str, zh: str, en: str, *, days: int | None = None, who: tuple[str, str] = ("", "")) -> Stage:
    return Stage.model_validate(
        {"code": act, "act": act, "name_zh": zh, "name_en": en, "days": days, "who_zh": who[0], "who_en": who[1]}
    )


def flow_faults(handling: Handling, departments: Collection[str] | None) -> Iterator[tuple[str, str, str]]:
    """Where, in Chinese, in English: what keeps a flow from being followed.

    :param departments: codes of all that there are; None: not looked up.
    """
    acts: list[str] = [each.act for each in handling.flow]
    for act, zh in (("decide", "决定"), ("issue", "出件"), ("receive", "受理")):
        if acts.count(act) > 1:
            yield "flow", f"{zh}环节只有一个", f"There is one stage alone of this kind: {act}"
    decided = acts.index("decide") if "decide" in acts else len(acts)
    for at, stage in enumerate(handling.flow):
        where = f"flow.{stage.code}"
        if (stage.act == "consult") != bool(stage.department):
            yield (
                f"{where}.department",
                "征求意见的环节要写明部门，别的环节没有",
                "A stage that asks names whom, and no other does",
            )
        if departments is not None and stage.department and stage.department not in departments:
            yield f"{where}.department", "没有这个部门", "There is no such department"
        if (stage.act == "procedure") != bool(stage.procedure):
            yield (
                f"{where}.procedure",
                "特殊程序的环节要写明是哪一种，别的环节没有",
                "A special procedure says which, and no other stage does",
            )
        if stage.act in GATES and at > decided:
            yield where, "这个环节在决定以后，等不到", "It stands after the decision, which waits for it"
        if stage.act in GATES and (handling.instant or handling.by_rule is not None):
            yield where, "当场办结和自动审批的事项没有这种环节", "What is decided at once or by rule has no such stage"
    promised = handling.limits.promised
    within = sum(each.days or 0 for each in handling.flow if each.act in ("review", "decide"))
    if promised.unit == "working_day" and within > promised.value:
        yield "flow", "审查和决定的时限加起来长于承诺时限", "Review and decision together are longer than was promised"
