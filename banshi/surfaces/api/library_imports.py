"""What an authority (证照主管部门) says, by its own system: certificates and facts in batches, and which hold no more.

A key says things as an authority that it was given (`banshi library authority`). What another one issued it neither changes nor
ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.library.actions.importing import SOURCE, Reported
from banshi.rooms.library.rules.authority_rows import MOST_ROWS, Kind
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, response_of
from banshi.surfaces.api.case_parts import certificate_part
from banshi.surfaces.api.case_schemas import CertificateOut
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import attempted, caller, language, lower, op, write
from banshi.surfaces.api.schemas import Code, In, Out, _text

router = Router(tags=["library"])
# As it came: what is in it is looked at row by row, so that one that is wrong keeps back no other.
Cell = Annotated[str, StringConstraints(max_length=600)] | None


class RowIn(In):
    holder: Cell = Field(None, description="Name; may be left out of somebody who is known.")
    id_type: Cell = Field(None, description="Of the document; `resident_id` where nothing is said.")
    id_number: Cell = Field(None, description="Of a person; or give `uscc`.")
    uscc: Cell = Field(None, description="Unified social credit code of an organisation.")
    number: Cell = Field(None, description="The authority's own; a row with the same one is the same thing.")
    valid_until: Cell = Field(None, description="Its last day; empty: without end.")
    status: Cell = Field(
        None, description="`ended`: it holds no more. Then holder, number and type or element will do."
    )
    reason: Cell = Field(None, description="Why it ended.")
    trust: Cell = Field(None, description="A–D; A where nothing is said.")


class CertificateRowIn(RowIn):
    type: Cell = Field(None, description="Code of its type, as items name it in `satisfied_by`.")
    name: Cell = None
    name_en: Cell = None
    issuer: Cell = None
    issuer_en: Cell = None
    issued_on: Cell = None


class FactRowIn(RowIn):
    element: Cell = Field(None, description="Code of the data element (数据元), which says what its value may be.")
    value: Cell = None
    valid_from: Cell = Field(None, description="Its first day.")


class LibraryImportIn(In):
    authority: Code = Field(description="As whom the key speaks.")
    certificates: Annotated[list[CertificateRowIn], Field(max_length=MOST_ROWS)] = []
    facts: Annotated[list[FactRowIn], Field(max_length=MOST_ROWS)] = []

    @model_validator(mode="after")
    def _some(self) -> LibraryImportIn:
        if not 1 <= len(self.certificates) + len(self.facts) <= MOST_ROWS:
            raise PydanticCustomError(
                "rows",
                "{en}",
                {"zh": f"一次 1 到 {MOST_ROWS} 条", "en": f"Between 1 and {MOST_ROWS} rows at a time"},
            )
        return self


class RowMendedOut(Out):
    field: str
    what: Literal["spaces", "width", "case", "date"]


class RowWhyOut(Out):
    field: str = Field(description="Empty where it is not one field.")
    zh: str
    en: str


class RowOut(Out):
    of: Literal["certificates", "facts"] = Field(description="Its list.")
    row: int = Field(description="In its list, from 1.")
    type: str = Field(description="Of the certificate, or the data element.")
    number: str = Field(description="Masked.")
    result: Literal["new", "newer", "unchanged", "ended", "refused"]
    certificate: str | None = Field(description="Reference of the certificate that stands now, or ended.")
    mended: list[RowMendedOut]
    why: RowWhyOut | None = Field(description="Of what was refused alone.")


class LibraryImportOut(Out):
    authority: str
    counts: dict[str, int] = Field(description="Rows by result.")
    rows: list[RowOut]


class CertificateEndIn(In):
    reason: _text(200, 1)  # type: ignore[valid-type]


@router.post(
    "/library/imports",
    **op("import_to_library", {200: LibraryImportOut}),
    summary="Certificates and facts of an authority",
)
def import_to_library(request: HttpRequest, body: LibraryImportIn) -> HttpResponse:
    """Up to 200 rows and 64 KiB. A row that is wrong is refused with why, and the others are taken; no row is taken in half.
    The same list again changes nothing; after an answer that did not come it goes on where it was, with the whole report."""
    who, now, asked_in = caller(request), clock.now(), language(request)
    if body.authority not in stored.authorities_of(who.key.id):
        raise Refused("nothing-found", facts={"authority": body.authority})
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=request.body
    )
    if once is not None and (before := idempotency.answered_before(once, asked_in)) is not None:
        return response_of(before)
    rows = [*_said("certificate", body.certificates), *_said("fact", body.facts)]
    batch, done = library.import_batch(rows, source=SOURCE + body.authority, by=who.by, now=now)

    def told() -> Answer:
        library.import_told(batch, now=now)
        return _report(body, done)

    return response_of(idempotency.answered_once(once, asked_in, lambda: attempted(asked_in, told)))


def _report(body: LibraryImportIn, done: Sequence[Reported]) -> Answer:
    counts: dict[str, int] = {}
    for each in done:
        counts[each.result] = counts.get(each.result, 0) + 1
    first = len(body.certificates)
    shown = [_row(each, "certificates", no) for no, each in enumerate(done[:first], start=1)]
    shown += [_row(each, "facts", no) for no, each in enumerate(done[first:], start=1)]
    return answer(200, {"authority": body.authority, "counts": counts, "rows": shown})


def _said(kind: Kind, rows: Sequence[RowIn]) -> list[tuple[Kind, dict[str, str]]]:
    return [(kind, each.model_dump(exclude_none=True)) for each in rows]


def _row(each: Reported, name: str, no: int) -> dict[str, Any]:
    return {
        "of": name,
        "row": no,
        "type": each.type,
        "number": each.number,
        "result": each.result,
        "certificate": each.certificate or None,
        "mended": [{"field": said.field, "what": said.what} for said in each.mended],
        "why": {"field": each.why.field, "zh": each.why.zh, "en": each.why.en} if each.why else None,
    }


@router.post(
    "/library/certificates/{certificate}/end",
    **op("end_certificate", {200: CertificateOut}),
    summary="A certificate holds no more",
)
@write
def end_certificate(request: HttpRequest, certificate: Path[Code], body: CertificateEndIn) -> Answer:
    """注销、吊销、撤销, by whoever issued it. What it was used for stays, and is shown there as ended."""
    who, now = caller(request), clock.now()
    ended = library.end_own(
        ref=certificate, reason=legible(body.reason, field="reason"), sources=sources_of(who), hall=who.key.hall,
        by=who.by, now=now,
    )  # fmt: skip
    shown = stored.certificate(ended.ref)
    assert shown is not None
    return answer(200, certificate_part(shown))


def sources_of(who: Caller) -> list[str]:
    """As whom a key says things: itself, and its authorities."""
    return [str(who.by), *(SOURCE + code for code in sorted(stored.authorities_of(who.key.id)))]
