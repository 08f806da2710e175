"""物料流转: paper goes from the front to the department behind; both sign, or the department says why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    need,
    need_lease,
    need_running,
    papers_listed,
    staff_of,
    step,
)
from banshi.rooms.cases.models import Case, Handover
from banshi.rooms.cases.rules.paper_texts import Named

LONGEST_WHY = 300
_GIVER = {"zh": "移交的人不签收，由部门签收", "en": "Who handed them over does not sign for them: the department does"}


@dataclass(frozen=True)
class Handed:
    """What is handed over, as whoever keeps the paper knows it: `materials`, of which `pieces` are on paper. `apart`: papers of
    the case that are not – given back, or lying elsewhere –, each with why."""

    materials: tuple[Named, ...]
    pieces: int
    apart: tuple[Named, ...] = ()


def hand_over(*, case_no: str, handed: Handed | None = None, by: Actor, now: datetime, fetched: bool = False) -> Case:
    """From the front to the department behind; the slip says who gave what. Given by whoever does it; where the department comes
    for it, by whoever accepted the case.

    :param handed: None: everything that was counted.
    :param fetched: `by` is of the department and has come for it: that is the signature, of another than who gives.
    :raises Refused: nothing-found, wrong-state, locked.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "hand_over")
        need_lease(case, by=by, now=now)
        given = handed if handed is not None else _as_counted(case)
        who = staff_of(by)
        giver = (case.accepted_by_id or who) if fetched else who
        event = step(case, "hand_over", by=by, now=now, facts={"pieces": given.pieces})
        signed = {} if who == giver or not fetched else {"signed_by_id": who, "signed_at": now}
        Handover.objects.create(case=case, given_by_id=giver, given_at=now, pieces=given.pieces, **signed)
        give(case, "handover_slip", event=event, now=now, materials=given.materials, apart=given.apart)
    return case


def _as_counted(case: Case) -> Handed:
    pieces = sum(case.materials.filter(gone_at=None, channel="paper").values_list("copies", flat=True))
    return Handed(papers_listed(case), pieces)


def sign_for(*, case_no: str, by: Actor, now: datetime) -> Case:
    """签收: the department has counted what it was given.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile (signed for, or refused), same-person.
    """
    with transaction.atomic():
        case = locked(case_no)
        row = _open(case, "sign_for", by)
        row.signed_by_id, row.signed_at = staff_of(by), now
        row.save(update_fields=["signed_by", "signed_at"])
        step(case, "sign_for", by=by, now=now, facts={"pieces": row.pieces})
    return case


def refuse_papers(*, case_no: str, why: str, by: Actor, now: datetime) -> Case:
    """不签收: something of it is not there; the case goes back to the front, whose clock runs on.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile, same-person, clock-stopped, invalid – without why.
    """
    if not why.strip() or len(why) > LONGEST_WHY:
        raise invalid(
            "why", f"写明缺什么，{LONGEST_WHY} 字以内", f"Say what is missing, in up to {LONGEST_WHY} characters"
        )
    with transaction.atomic():
        case = locked(case_no)
        row = _open(case, "refuse_papers", by)
        need_running(case)  # else it lies at the front with a procedure that nobody there can end
        row.refused_by_id, row.refused_at, row.why = staff_of(by), now, why.strip()
        row.save(update_fields=["refused_by", "refused_at", "why"])
        step(
            case,
            "refuse_papers",
            by=by,
            now=now,
            why=why.strip(),
            proposed="",
            proposed_by_id=None,
            extension_asked_by_id=None,
        )
    return case


def _open(case: Case, verb: str, by: Actor) -> Handover:
    """The slip that waits for a signature. :raises Refused: wrong-state, changed-meanwhile, same-person."""
    need(case, verb)
    row = Handover.objects.filter(case=case, signed_at=None, refused_at=None).first()
    if row is None:
        raise Refused("changed-meanwhile")
    if staff_of(by) in (row.given_by_id, case.accepted_by_id):
        raise Refused("same-person", facts={"reason": _GIVER})
    return row
