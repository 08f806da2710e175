"""Files of a case that come in parts (断点续传): begun, part by part, and at the end a paper as any other file."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation import clock
from banshi.journeys.case import sending
from banshi.rooms.cases.models import Case
from banshi.rooms.library import queries as stored
from banshi.rooms.library.queries import Coming
from banshi.rooms.library.rules.parts import PART
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, response_of
from banshi.surfaces.api.case_parts import material_part, seen_case
from banshi.surfaces.api.case_schemas import CaseMaterialOut, Short
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import HttpFault, attempted, caller, found, language, lower, op, write
from banshi.surfaces.api.schemas import Code, In, Out

router = Router(tags=["cases"])
PARTS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "title": "Part"}}},
    }
}


class UploadIn(In):
    requirement: Short = Field(description="Code of the paper, as the case lists it.")
    name: Annotated[str, StringConstraints(max_length=200)] = Field("", description="The file's name.")
    size: int = Field(ge=0, le=2**31 - 1, description="Bytes of the whole, 20 MB at most.")
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = Field(
        "", description="Of the whole: whoever begins the same file again goes on with it; compared at the end."
    )


class UploadOut(Out):
    id: str
    requirement: str
    size: int
    offset: int = Field(description="Bytes that have come: the next part begins here.")
    part_bytes: int = Field(description="How long a part is; the file's last may be shorter.")


class FinishUploadIn(In):
    requirement: Short
    channel: Annotated[str, StringConstraints(pattern="^(upload|scan|usb)$")]


def _mine(who: Caller, number: str) -> Case:
    """The case, for whoever may add papers to it."""
    seen = seen_case(who, number)
    who.must("add_material", seen.hall.code)
    return seen


def _said(coming: Coming) -> dict[str, Any]:
    return {
        "id": coming.ref, "requirement": coming.subject.split(":")[-1], "size": coming.size, "offset": coming.received,
        "part_bytes": PART,
    }  # fmt: skip


@router.post("/cases/{case}/uploads", **op("begin_upload", {201: UploadOut}), summary="Begin a file in parts")
@write
def begin_upload(request: HttpRequest, case: Path[Code], asked: UploadIn) -> Answer:
    """Or go on with it: the same file, known by its `sha256`, has its `offset`. Five at once for each key; what nobody goes on
    with is forgotten after a day."""
    who = caller(request)
    begun = sending.begin(
        case=_mine(who, case), code=asked.requirement, name=asked.name, size=asked.size, sha256=asked.sha256, by=who.by,
        now=clock.now(),
    )  # fmt: skip
    return answer(201, _said(begun))


@router.get("/cases/{case}/uploads/{upload}", **op("get_upload", {200: UploadOut}), summary="How much has come")
def get_upload(request: HttpRequest, case: Path[Code], upload: Path[Code], requirement: Query[Short]) -> HttpResponse:
    """After a line that dropped: where to go on."""
    who = caller(request)
    subject = sending.subject_of(_mine(who, case), requirement)
    return found(_said(stored.upload(upload, subject=subject, by=who.by)))


@router.put(
    "/cases/{case}/uploads/{upload}/parts",
    **op("put_part", {200: UploadOut}),
    summary="The next part of it",
    openapi_extra=PARTS,
)
def put_part(
    request: HttpRequest,
    case: Path[Code],
    upload: Path[Code],
    requirement: Query[Short],
    offset: Query[Annotated[int, Field(ge=0, le=2**31 - 1)]],
) -> HttpResponse:
    """The bytes themselves, `part_bytes` of them. One that came before changes nothing; at another offset than the next it is 409
    `wrong-offset`, which says the right one."""
    who, asked_in = caller(request), language(request)
    seen, body = _mine(who, case), _body(request)

    def act() -> Answer:
        come = sending.go_on(
            case=seen, code=requirement, ref=upload, offset=offset, body=body, by=who.by, now=clock.now()
        )  # fmt: skip
        return answer(200, _said(come))

    once = idempotency.once_of(
        lower(request.headers), caller=who, method="PUT", path=request.get_full_path(), body=body
    )  # fmt: skip
    return response_of(idempotency.answered_once(once, asked_in, lambda: attempted(asked_in, act)))


def _body(request: HttpRequest) -> bytes:
    """:raises HttpFault: too large."""
    body = request.read(PART + 1)
    if len(body) > PART:
        raise HttpFault("too-large")
    return body


@router.post(
    "/cases/{case}/uploads/{upload}/finish",
    **op("finish_upload", {201: CaseMaterialOut}),
    summary="It has come whole",
)
def finish_upload(request: HttpRequest, case: Path[Code], upload: Path[Code], asked: FinishUploadIn) -> HttpResponse:
    """Opened apart and drawn anew, as a file that came whole; asked again, it is the same paper."""
    who, asked_in = caller(request), language(request)
    seen = _mine(who, case)
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=request.body
    )
    if once is not None and (before := idempotency.answered_before(once, asked_in)) is not None:
        return response_of(before)
    made = sending.finish(
        case=seen, code=asked.requirement, ref=upload, channel=asked.channel, hall=seen.hall.code, by=who.by,
        now=clock.now(),
    )  # fmt: skip
    done = answer(201, material_part(made, seen))
    return response_of(idempotency.answered_once(once, asked_in, lambda: done))
