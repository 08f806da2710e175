"""What a newer version of an item makes of what somebody has begun: by the same answers and the same form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.catalogue.rules.guided import cost_in, guided, shown
from banshi.rooms.catalogue.rules.handling import Field, Handling, Limit, Paper


@dataclass(frozen=True)
class Newer:
    """:ivar answers: those that hold on; `ask`: some question is to be answered anew. :ivar more: papers that are asked for
    now, `less`: those that are no more; of a case whose questions are open only what is asked in any case. :ivar fields:
    fields that came. :ivar promised: the limit before and now, `cost`: what it costs before and now (None: nothing); None where
    it stays."""

    answers: Mapping[str, str]
    ask: bool
    more: tuple[Paper, ...]
    less: tuple[Paper, ...]
    fields: tuple[Field, ...]
    promised: tuple[Limit, Limit] | None
    cost: tuple[Cost | None, Cost | None] | None

    @property
    def same(self) -> bool:
        """Whether whoever applies would notice nothing."""
        return not (self.ask or self.more or self.less or self.fields or self.promised or self.cost)


def newer(before: Handling, after: Handling, answers: Mapping[str, str], form: Mapping[str, Any]) -> Newer:
    """What is otherwise; an answer that is none of its question any more is given anew."""
    options = {question.id: {option.id for option in question.options} for question in after.questions}
    then = guided(before, answers)
    kept = {question: said for question, said in answers.items() if said in options.get(question, ())}
    now = guided(after, kept)
    asked, asks = {paper.code: paper for paper in then.materials}, {paper.code: paper for paper in now.materials}
    there = {field.code for field in shown(before, then.answers, form)}
    costs = cost_in(before, then.answers, form), cost_in(after, now.answers, form)
    return Newer(
        answers=kept, ask=then.complete and not now.complete,
        more=tuple(paper for code, paper in asks.items() if code not in asked or _stricter(asked[code], paper)),
        less=tuple(paper for code, paper in asked.items() if code not in asks),
        fields=tuple(field for field in shown(after, now.answers, form) if field.code not in there),
        promised=(then.promised, now.promised) if then.promised != now.promised else None,
        cost=costs if _sums(costs[0]) != _sums(costs[1]) else None,
    )  # fmt: skip


def _stricter(before: Paper, now: Paper) -> bool:
    """Whether it was left to whoever applies, or to a later day, and is not any more."""
    return before.necessity != "required" and now.necessity == "required"


def _sums(cost: Cost | None) -> object:
    return None if cost is None else (cost.amount, cost.text_zh)
