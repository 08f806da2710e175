"""For which papers of a case its applicant may add files now."""

from __future__ import annotations

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import paper_rows
from banshi.rooms.cases.rules.lifecycle import CASE


def addable(case: Case) -> frozenset[str]:
    """All while the case is open to them; those that were to follow (容缺), after it was accepted, late or not."""
    codes = frozenset(row.code for row in paper_rows(case))
    if CASE.may(case.phase, "change"):
        return codes
    open_ones = case.obligations.filter(met_at=None).order_by("id").values_list("code", flat=True)
    return codes & frozenset(open_ones) if case.phase in ("accepted", "in_review") else frozenset()
