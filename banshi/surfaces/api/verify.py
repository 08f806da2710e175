"""Whether an official paper that somebody holds is real: open to all, not too often from one network."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation.problem import ZONE
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.rules.papers import KINDS
from banshi.surfaces.api.case_schemas import VerifiedOut
from banshi.surfaces.api.operations import found, open_op
from banshi.surfaces.api.schemas import Code

router = Router(tags=["verify"])


@router.get("/verify/{code}", **open_op("verify", {200: VerifiedOut}), summary="Is this paper real")
def verify(request: HttpRequest, code: Path[Code]) -> HttpResponse:
    """By the code printed on it. What nobody here gave is 404."""
    paper = cases.verify(code)
    if paper is None:
        raise Refused("nothing-found", facts={"code": code})
    kind = KINDS[paper.kind]
    return found(
        {
            "valid": paper.valid,
            "kind": paper.kind,
            "name": kind.title_zh,
            "name_en": kind.title_en,
            "number": paper.number,
            "issued_on": paper.issued_at.astimezone(ZONE).date().isoformat(),
            "holder": paper.holder,
            "hall": paper.hall_zh,
            "hall_en": paper.hall_en or paper.hall_zh,
            "item": paper.item_zh,
            "item_en": paper.item_en or paper.item_zh,
            "status": "in_force" if paper.valid else "ended",
        }
    )
