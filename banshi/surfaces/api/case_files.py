"""Papers of a case: counted, taken from the library, or sent as a file – which is opened apart, before anything is held."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson
import pydantic
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import from_library
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import wanted_of
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import DocumentVersion
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, invalid, invalid_fields, response_of
from banshi.surfaces.api.case_parts import OF_APPLICANTS, case_part, look_at, material_part, seen_case
from banshi.surfaces.api.case_schemas import CaseMaterialOut, CaseOut, MaterialIn, PageOrderIn
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.one_file import form_with_file
from banshi.surfaces.api.operations import attempted, caller, is_form, language, lower, op, write
from banshi.surfaces.api.raw import read
from banshi.surfaces.api.schemas import Code, Id

router = Router(tags=["cases"])
_TAKEN = MaterialIn.model_json_schema()
_WITH_FILE: dict[str, Any] = {
    **_TAKEN,
    "title": "MaterialFile",
    "properties": {**_TAKEN["properties"], "file": {"type": "string", "format": "binary", "title": "File"}},
    "required": [*_TAKEN["required"], "file"],
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _TAKEN}, "multipart/form-data": {"schema": _WITH_FILE}},
    }
}


def _sent(request: HttpRequest) -> tuple[MaterialIn, bytes | None, str, bytes]:
    """What is said of a paper, its file with the file's name, and all of it as one text to know a repeat by.

    :raises Refused: invalid.
    """
    headers = lower(request.headers)
    if not is_form(headers):
        return read(MaterialIn, headers, request.body), None, "", request.body
    fields, file = form_with_file(request)
    said = {name: values[0] if len(values) == 1 else list(values) for name, values in fields.lists()}
    try:
        asked = MaterialIn.model_validate(said, strict=False)
    except pydantic.ValidationError as wrong:
        raise invalid_fields([dict(e) for e in wrong.errors(include_url=False, include_input=False)]) from wrong
    if asked.channel not in ("upload", "scan", "usb"):
        raise invalid("channel：这样交的材料没有文件", "channel: a paper of this way has no file")
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    return asked, content, file.name or "", orjson.dumps([asked.model_dump(), digest])


@router.post(
    "/cases/{case}/materials",
    **op("add_material", {201: CaseMaterialOut}),
    summary="A paper that has come",
    openapi_extra=BODY,
)
def add_material(request: HttpRequest, case: Path[Code]) -> HttpResponse:
    """As JSON: counted at the window (`paper`), or from the library, with the consent of whose it is: a certificate, or what they
    handed in before (`earlier`: each of its files is a material of its own, the first is answered). As a form with a `file` of
    up to 20 MB – a photo, or a PDF in which nothing runs –: uploaded, scanned at the window, or
    from a USB stick (`usb`) at a window or a kiosk, where uploads are taken."""
    who, asked_in = caller(request), language(request)
    asked, content, name, body = _sent(request)
    seen = seen_case(who, case)
    who.must("add_material", seen.hall.code)
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=body
    )
    if once is not None and (before := idempotency.answered_before(once, asked_in)) is not None:
        return response_of(before)
    file = _taken(seen, asked, content, name, who) if content is not None else None
    return response_of(
        idempotency.answered_once(once, asked_in, lambda: attempted(asked_in, lambda: _added(seen, asked, file, who)))
    )


def _taken(case: Case, asked: MaterialIn, content: bytes, name: str, who: Caller) -> DocumentVersion:
    """The file opened, drawn anew and sealed; in no transaction. :raises Refused: material-rejected, rate-limited, invalid."""
    if asked.requirement not in {paper.code for paper in wanted_of(case)}:
        reason = {"zh": "这种情形不需要这份材料", "en": "This situation does not ask for this paper"}
        raise Refused("invalid", facts={"field": "requirement", "reason": reason})
    return library.take_in(
        content=content, name=name, channel=asked.channel, hall=case.hall.code, by=who.by, now=clock.now(),
        **cases.holder_of(case),
    )  # fmt: skip


def _added(case: Case, asked: MaterialIn, file: DocumentVersion | None, who: Caller) -> Answer:
    now = clock.now()
    if file is None and asked.channel not in ("paper", "library", "promise", "card"):
        raise invalid("file：这样交的材料要带文件", "file: a paper of this way comes with a file")
    if asked.channel == "library" and not asked.certificate and asked.earlier is None:
        row = from_library.use_whichever(
            case_no=case.no, code=asked.requirement, consent=asked.consent, by=who.by, now=now
        )
    else:
        if asked.channel == "library" and not asked.consent:
            raise Refused("consent-missing")
        row = cases.add_paper(
            case_no=case.no, code=asked.requirement, channel=asked.channel, copies=asked.copies, file=file,
            certificate=asked.certificate, earlier=asked.earlier, consent=asked.consent, further=asked.further, by=who.by,
            now=now,
        )  # fmt: skip
    return answer(201, material_part(row, case))


@router.delete(
    "/cases/{case}/materials/{material}", **op("take_back_material", {200: CaseOut}), summary="Take back what has come"
)
@write
def take_back_material(request: HttpRequest, case: Path[Code], material: Path[Id]) -> Answer:
    """One page, or a certificate, by whoever added it, while the papers may still be changed: what was received stays."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, case)
    who.must("take_back_material", seen.hall.code)
    cases.take_back_paper(case_no=seen.no, material_id=material, by=who.by, now=now)
    return answer(200, case_part(seen.no, who, now=now))


@router.post("/cases/{case}/page-order", **op("order_pages", {200: CaseOut}), summary="Put the pages in order")
@write
def order_pages(request: HttpRequest, case: Path[Code], body: PageOrderIn) -> Answer:
    """All pages of one paper, each once, until it is received; each order is kept."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, case)
    who.must("order_pages", seen.hall.code)
    cases.order_pages(case_no=seen.no, code=body.requirement, pages=body.pages, by=who.by, now=now)
    return answer(200, case_part(seen.no, who, now=now))


@router.get(
    "/cases/{case}/materials/{material}/content", **op("get_material_content", {200: str}), summary="What was sent"
)
def get_material_content(request: HttpRequest, case: Path[Code], material: Path[Id]) -> HttpResponse:
    """The file as it is kept, whole; of a certificate of the library, a PDF with what it is for over each page, for staff alone,
    as is what was handed in before.
    A member of staff who opens it leaves a trace. While a scanner has not answered: `wrong-state`."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, case)
    row = CaseMaterial.objects.select_related("certificate").filter(case=seen, id=material).first()
    of_library = row is not None and (row.certificate is not None or row.origin_id is not None)
    if row is None or (of_library and who.scope in OF_APPLICANTS):
        raise Refused("nothing-found", facts={"material": material})
    return page_of(row, seen, who, now=now)


@router.post(
    "/cases/{case}/materials/{material}/release",
    **op("release_file", {200: CaseMaterialOut}),
    summary="A file that no scanner cleared is harmless",
)
@write
def release_file(request: HttpRequest, case: Path[Code], material: Path[Id]) -> Answer:
    """Somebody looked at it: from now on it counts for a grant, too. With a trace of who said so."""
    return _cleared(request, case, material, "release_file", harmless=True)


@router.post(
    "/cases/{case}/materials/{material}/reject",
    **op("reject_file", {200: CaseMaterialOut}),
    summary="A file that no scanner cleared is not taken",
)
@write
def reject_file(request: HttpRequest, case: Path[Code], material: Path[Id]) -> Answer:
    """Nobody gets it any more, and its paper is missing again. Whoever applies is told to send it anew, where they may by
    themselves; else the return or the notice says so."""
    return _cleared(request, case, material, "reject_file", harmless=False)


def _cleared(request: HttpRequest, no: str, material: int, operation: str, *, harmless: bool) -> Answer:
    who, now = caller(request), clock.now()
    seen = seen_case(who, no)
    who.must(operation, seen.hall.code)
    row = cases.clear_file(case_no=seen.no, material_id=material, harmless=harmless, by=who.by, now=now)
    return answer(200, material_part(row, seen))


def page_of(row: CaseMaterial, case: Case, who: Caller, *, now: datetime) -> HttpResponse:
    """Its content, with a trace. :raises Refused: those of `cases.content_of`."""
    found = cases.content_of(row.pk, now=now)
    look_at(who, case, now=now)
    if row.certificate is not None:
        look_at(who, case, copy=row.certificate.ref, now=now)
    response = HttpResponse(found.content, content_type=found.mime)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
