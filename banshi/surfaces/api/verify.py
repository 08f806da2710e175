"""Whether a paper that somebody holds is real, and a file as it was sealed: open to all, not too often from one network."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation.problem import ZONE
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.queries import Verified
from banshi.rooms.cases.rules.papers import KINDS
from banshi.surfaces.api.answers import invalid
from banshi.surfaces.api.case_schemas import CheckedOut, VerifiedOut
from banshi.surfaces.api.one_file import only_file
from banshi.surfaces.api.operations import found, is_form, lower, open_op
from banshi.surfaces.api.parts import moment
from banshi.surfaces.api.schemas import Code

router = Router(tags=["verify"])
FILES_PER_MINUTE, FILES_AT_ONCE = 4, 6  # each costs seconds of a processor
_FILE: dict[str, Any] = {
    "type": "object",
    "title": "SealedFile",
    "properties": {"file": {"type": "string", "format": "binary", "title": "File"}},
    "required": ["file"],
}
BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}}


@router.get("/verify/{code}", **open_op("verify", {200: VerifiedOut}), summary="Is this paper real")
def verify(request: HttpRequest, code: Path[Code]) -> HttpResponse:
    """By the code printed on it. What nobody here gave is 404."""
    paper = cases.verify(code)
    if paper is None:
        raise Refused("nothing-found", facts={"code": code})
    return found(_verified(paper))


@router.post(
    "/verify",
    **open_op("verify_file", {200: CheckedOut}, per_minute=FILES_PER_MINUTE, at_once=FILES_AT_ONCE),
    summary="Is this file as it was sealed",
    openapi_extra=BODY,
)
def verify_file(request: HttpRequest) -> HttpResponse:
    """A PDF of up to 20 MB, as a form with a `file`. It is looked at – seal, signature, additions – and not kept."""
    checked = cases.checked(_sent(request))
    return found(
        {
            "verdict": checked.verdict,
            "words": checked.words,
            "signed_at": moment(checked.signed_at, ZONE) if checked.signed_at else None,
            "paper": _verified(checked.paper) if checked.paper else None,
        }
    )


def _sent(request: HttpRequest) -> bytes:
    """:raises Refused: invalid."""
    if not is_form(lower(request.headers)):
        raise invalid("要用表单带一个文件，名为 file", "Send one file in a form, named file")
    return only_file(request)


def _verified(paper: Verified) -> dict[str, Any]:
    kind, seal = KINDS[paper.kind], paper.sealed
    return {
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
        "seal": {
            "state": seal.state,
            "words": seal.words,
            "sealed_at": moment(seal.at, ZONE) if seal.at else None,
            "certificate": seal.serial,
            "sha256": seal.sha256,
        },
    }
