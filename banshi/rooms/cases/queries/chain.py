"""Whether the story of a case is as it was written: its chain of hashes, worked out anew."""

from __future__ import annotations

from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.rules.chain import FIRST, chained


def chain_holds(case: Case) -> bool:
    """Every event in its place, none changed, none missing between the first and the last."""
    earlier = FIRST
    for place, e in enumerate(CaseEvent.objects.filter(case=case).order_by("seq"), start=1):
        found = chained(
            earlier, case_no=case.no, seq=e.seq, verb=e.verb, actor=e.actor, at=e.at, before=e.before, after=e.after,
            facts=e.facts, why=e.why,
        )  # fmt: skip
        if (e.seq, e.earlier_hash, e.hash) != (place, earlier, found):
            return False
        earlier = found
    return earlier != FIRST
