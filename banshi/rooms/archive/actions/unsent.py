"""清理: what was never received is no record. When its days are over it goes, without two people and without a package."""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive import queries
from banshi.rooms.archive.actions.packing import versions_of
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.queries import papers_of
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.library import actions as library


def forget_unsent(*, now: datetime) -> int:
    """Drafts, returned and passed applications, and what was thrown away unsent, case by case: one that fails keeps no other.

    Late, twice or by two at once it comes to the same; what somebody holds waits. :returns: how many went.
    """
    gone = 0
    for no in list(cases.never_received().values_list("no", flat=True)):
        with cases.alone(no, what="forget unsent"):
            gone += _forget(no, now=now)
    return gone


def _forget(no: str, *, now: datetime) -> bool:
    case = cases.lock(no)
    if queries.held(case, now=now) or not cases.runs_out(case, now=now):
        return False
    files = [row.id for row in versions_of(case)] + [p.file_id for p in papers_of(case) if p.file_id is not None]
    cases.forget_unsent(case, now=now)
    delivery.forget_code(case)
    delivery.forget_address(case)
    library.destroy(version_ids=files)
    library.forget_fact_uses(subject=f"case:{case.no}")
    audit.record(action="unsent-case-destroyed", subject=f"case:{no}", by=SYSTEM, now=now, hall=case.hall.code)
    return True
