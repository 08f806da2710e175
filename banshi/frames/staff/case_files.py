"""Files and official papers of cases, for those who work here: what can be looked at, and the bytes, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.foundation.said import english, named
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.cases.rules.papers import KINDS
from banshi.rooms.library import queries as library

PDF = "application/pdf"
# A picture has no right of the page it stands in. A viewer of PDFs does not run in a sandbox: it may load nothing else.
PICTURE_MAY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
PDF_MAY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Sheet:
    """One file that came for a case. `wary`: no scanner cleared it, and it is opened by whoever says so alone."""

    id: int
    title: str
    mime: str
    scan: str
    wary: bool
    no: int
    of: int
    before: int | None
    after: int | None


def sheets(papers: Sequence[PaperRow]) -> list[Sheet]:
    """Every file that may be looked at, in the order of the papers."""
    rows = [
        (paper, row) for paper in papers for row in paper.came if row.file is not None and row.file.scan != "rejected"
    ]
    ids = [row.pk for _, row in rows]
    found = []
    for no, (paper, row) in enumerate(rows):
        assert row.file is not None
        found.append(
            Sheet(
                row.pk, named(paper), row.file.mime, row.file.scan, _wary(row), no + 1, len(rows),
                ids[no - 1] if no else None, ids[no + 1] if no + 1 < len(ids) else None,
            )
        )  # fmt: skip
    return found


def _wary(row: CaseMaterial) -> bool:
    """Pictures are drawn anew when they come in; what else no scanner cleared might do something."""
    assert row.file is not None
    return row.file.scan == "pending" or (row.file.scan == "unavailable" and row.file.mime == PDF)


def looked(request: Asked, case: Case, *, now: datetime) -> None:
    """That somebody saw whose case it is leaves a trace, once a case."""
    audit.looked_once(
        [audit.Look(f"person:{case.person_id}", request.who.by, case.hall.code, f"case:{case.no}")], now=now
    )


def title_of(paper: CasePaper) -> str:
    """What kind of paper it is, in words."""
    kind = KINDS[paper.kind]
    return kind.title_en if english() else kind.title_zh


def sheet_of(case: Case, material_id: int) -> Sheet:
    """:raises Refused: nothing-found."""
    for each in sheets(queries.paper_rows(case)):
        if each.id == material_id:
            return each
    raise Refused("nothing-found", facts={"material": material_id})


def file_of(request: Asked, case: Case, material_id: int) -> HttpResponse:
    """A page or file that came for a case. `?open=1`: also one that no scanner cleared yet.

    :raises Refused: nothing-found; material-rejected, wrong-state – a file that nobody may open.
    """
    row = CaseMaterial.objects.filter(case=case, id=material_id, file__isnull=False).select_related("file").first()
    if row is None or row.file is None:
        raise Refused("nothing-found", facts={"material": material_id})
    content = library.content(row.file.pk, unchecked=request.GET.get("open") == "1")
    looked(request, case, now=clock.now())
    return _closed(HttpResponse(content, content_type=row.file.mime))


def pdf_of(request: Asked, case: Case, number: str) -> HttpResponse:
    """A paper of a case. :raises Refused: nothing-found."""
    paper = queries.paper_by_number(number)
    if paper.case_id != case.pk:
        raise Refused("nothing-found", facts={"document": number})
    now = clock.now()
    named = queries.file_name(paper)  # before: sealed in between, the content says more than the name
    answer = HttpResponse(cases.pdf_of(number, now=now), content_type=PDF)
    looked(request, case, now=now)
    answer["Content-Disposition"] = f'inline; filename="{named}"'
    return _closed(answer)


def _closed(answer: HttpResponse) -> HttpResponse:
    """Kept nowhere, taken for nothing else than it is, and without any right of the page it is shown in."""
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Content-Security-Policy"] = PDF_MAY if answer["Content-Type"] == PDF else PICTURE_MAY
    return answer
