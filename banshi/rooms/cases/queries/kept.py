"""Whom the law, or the item, keeps from the next step of a case."""

from __future__ import annotations

from collections.abc import Collection

from banshi.kernel.refusals import Refusal
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.stopping import STOP
from banshi.rooms.cases.queries.views import proposers
from banshi.rooms.cases.rules.duties import approve_refusal, decide_refusal, issue_refusal, review_refusal


def next_refusal(case: Case, *, staff: int, proposed_by: Collection[int] | None = None) -> Refusal | None:
    """Why this member of staff does not take the next step: an opinion, an approval, a decision, the result.

    :param proposed_by: who proposed a decision of it, where it is known.
    """
    if case.phase == "in_review" and not case.proposed:
        return review_refusal(reviews=staff, accepted_by=case.accepted_by_id, duties=handling_of_case(case).duties)
    if case.phase == "in_review" and case.proposed == STOP:
        return approve_refusal(proposed_by=case.proposed_by_id, approves=staff)
    if case.phase not in ("in_review", "decided", "issuing"):
        return None
    put_by = proposers(case) if proposed_by is None else proposed_by
    if case.phase == "in_review":
        taken_in_by = (case.received_by_id, case.accepted_by_id)
        return decide_refusal(decides=staff, taken_in_by=taken_in_by, proposed_by=put_by)
    return issue_refusal(
        issues=staff, decided_by=case.decided_by_id, proposed_by=put_by, instant=case.instant,
        duties=handling_of_case(case).duties,
    )  # fmt: skip
