"""隔离的文件: one that no scanner cleared gets out of it by whoever looked: harmless, or nobody gets it any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import called, locked, tell_of
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.library import actions as library

RESENT = (
    "draft",
    "pre_returned",
    "pre_passed",
    "await_receipt",
    "supplement",
)  # the applicant may send it again by themselves


def clear_file(*, case_no: str, material_id: int, harmless: bool, by: Actor, now: datetime) -> CaseMaterial:
    """Somebody looked at a file that came for a case. Not taken, its paper is missing again: who applies hears of it at once
    where they may send it anew, else with the return or the notice that follows.

    What is archived stays as it was packed; what a scanner cleared, or an issuer made, is not asked about.

    :raises Refused: nothing-found; wrong-state; material-rejected – not taken before.
    """
    with transaction.atomic():
        case = locked(case_no)
        row = CaseMaterial.objects.filter(case=case, id=material_id).select_related("file").first()
        if row is None or row.file is None or row.certificate_id is not None:
            raise Refused("nothing-found", facts={"material": material_id})
        if row.file.scan == "clean" or (row.file.scan == "unavailable" and case.archived_at is not None):
            raise Refused("wrong-state", facts={"kind": "document", "state": row.file.scan, "needs": "pending"})
        settle = library.release if harmless else library.reject
        row.file = settle(version_id=row.file.pk, by=by, now=now)
        if not harmless and row.gone_at is None and case.phase in RESENT:
            said = called([(row.code, "material")], case)
            tell_of(case, "case_file_refused", mark=f"{row.pk}", now=now, bring=said)
    return row


def need_cleared(case: Case) -> None:
    """What is granted stands on files that somebody, or a scanner, has looked at; who looks beforehand needs no more than to
    know that they came.

    :raises Refused: wrong-state – a file waits for the scanner.
    """
    if CaseMaterial.objects.filter(case=case, gone_at=None, file__scan="pending").exists():
        raise Refused("wrong-state", facts={"kind": "document", "state": "pending", "needs": "clean"})
