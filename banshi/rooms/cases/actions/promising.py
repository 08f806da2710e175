"""告知承诺: each promise in place of a paper is a paper of its own, given with the step that hands it in."""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.cases.actions.ground import give
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.papers import facts_of
from banshi.rooms.cases.rules.materials import PROMISE
from banshi.rooms.cases.rules.paper_texts import Named

KIND = "commitment"


def give_promises(case: Case, *, event: CaseEvent, now: datetime) -> None:
    """What is promised and not yet on paper: one 告知承诺书 for each, with the words that were signed. The case is locked."""
    signed = set(case.materials.filter(channel=PROMISE, gone_at=None).values_list("code", flat=True))
    if not signed:
        return
    given = {each.name for paper in case.papers.filter(kind=KIND).order_by("id") for each in facts_of(paper).materials}
    for paper in handling_of_case(case).materials:
        said = paper.by_promise
        if paper.code in signed and said is not None and paper.name_zh not in given:
            give(
                case, KIND, event=event, now=now, materials=(Named(paper.name_zh),), promise=said.promise_zh,
                duty=said.duty_zh, untrue=said.untrue_zh,
            )  # fmt: skip
