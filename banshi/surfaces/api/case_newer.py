"""What is asked otherwise of a draft since it was begun."""

from __future__ import annotations

from typing import Any

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.surfaces.api.guide import fee_shown
from banshi.surfaces.api.parts import named


def newer_part(case: Case) -> dict[str, Any] | None:
    """null where nothing is otherwise for these answers, or it was sent: what is under way goes on by its version."""
    found = cases.replaced(case)
    if found is None:
        return None
    said = found.is_otherwise
    promised = said.promised[1] if said.promised is not None else None
    return {
        "version": found.version,
        "papers_more": [named(each.code, each.name_zh, each.name_en) for each in said.more],
        "papers_less": [named(each.code, each.name_zh, each.name_en) for each in said.less],
        "fields": [named(each.code, each.label_zh, each.label_en) for each in said.fields],
        "to_answer": said.ask,
        "promised": {"value": promised.value, "unit": promised.unit} if promised is not None else None,
        "fee_differs": said.cost is not None,
        "fee": fee_shown(said.cost[1]) if said.cost is not None and said.cost[1] is not None else None,
    }
