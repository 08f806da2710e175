"""For which papers of a case its applicant may add files now."""

from __future__ import annotations

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import paper_rows
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK


def addable(case: Case) -> frozenset[str]:
    """All while the case is open to them; those that were to follow (容缺), after it was accepted, late or not."""
    codes = frozenset(row.code for row in paper_rows(case))
    if CASE.may(case.phase, "change"):
        return codes
    return codes & owed_of(case) if case.phase in UNDER_CLOCK else frozenset()


def owed_of(case: Case) -> frozenset[str]:
    """Papers that were to follow and have not come, late or not."""
    return frozenset(case.obligations.filter(met_at=None).order_by("id").values_list("code", flat=True))
