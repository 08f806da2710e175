"""For which papers of a case its applicant may add files now."""

from __future__ import annotations

from datetime import datetime

from banshi.foundation import clock
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import got_of, wanted_of
from banshi.rooms.cases.queries.views import PaperRow, paper_rows, to_bring
from banshi.rooms.cases.queries.wanting import lies_untaken, wants_more
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK
from banshi.rooms.cases.rules.materials import not_there, unmended


def addable(case: Case) -> frozenset[str]:
    """All while the case is open to them; those that were to follow (容缺), after it was accepted, late or not."""
    codes = frozenset(row.code for row in paper_rows(case))
    if CASE.may(case.phase, "change"):
        return codes
    return codes & owed_of(case) if case.phase in UNDER_CLOCK else frozenset()


def owed_of(case: Case) -> frozenset[str]:
    """Papers that were to follow and have not come, late or not."""
    return frozenset(case.obligations.filter(met_at=None).order_by("id").values_list("code", flat=True))


def still_owed(case: Case, *, now: datetime | None = None) -> list[PaperRow]:
    """What may be brought, by whichever way, without a change of phase: of a supplement what was told and still lacks, of what
    came for the receipt and was counted by nobody what was to be brought, else what was to follow; none where nothing is waited
    for."""
    if not wants_more(case):
        return []
    now = now or clock.now()
    if lies_untaken(case) and case.notices == 0:
        return to_bring(case, now=now)
    told = case.phase == "supplement" or lies_untaken(case)
    codes = _told_and_lacking(case, now=now) if told else owed_of(case)
    return [row for row in paper_rows(case, now=now) if row.code in codes]


def _told_and_lacking(case: Case, *, now: datetime) -> frozenset[str]:
    wanted, got, last = wanted_of(case), got_of(case, now=now), case.notices_given.order_by("-round").first()
    told = {each["code"] for each in last.missing if each["kind"] == "material"} if last is not None else set()
    return frozenset(each.code for each in (*not_there(wanted, got), *unmended(wanted, got, told)))
