"""Files and official papers of cases, for those who work here: what can be looked at, and the bytes, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.foundation.said import english, named
from banshi.frames.file_answers import PDF, closed
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.cases.rules.papers import KINDS


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
    ended: datetime | None  # of a certificate that stands for a paper: since when it holds no more


def sheets(papers: Sequence[PaperRow]) -> list[Sheet]:
    """Every file that may be looked at, in the order of the papers."""
    rows = [(paper, row) for paper in papers for row in paper.came if row.to_see]
    ids = [row.pk for _, row in rows]
    found = []
    for no, (paper, row) in enumerate(rows):
        found.append(
            Sheet(
                row.pk, named(paper), row.mime, row.scan, _wary(row), no + 1, len(rows),
                ids[no - 1] if no else None, ids[no + 1] if no + 1 < len(ids) else None, ended_on(row),
            )
        )  # fmt: skip
    return found


def _wary(row: CaseMaterial) -> bool:
    """Pictures are drawn anew when they come in; what else no scanner cleared might do something."""
    return row.scan == "pending" or (row.scan == "unavailable" and row.mime == PDF)


def ended_on(row: CaseMaterial) -> datetime | None:
    return row.certificate.ended_at if row.certificate is not None else None


def looked(request: Asked, case: Case, *, now: datetime) -> None:
    """That somebody saw whose case it is leaves a trace, once a case."""
    _traced(request, case, f"case:{case.no}", now=now)


def _traced(request: Asked, case: Case, why: str, *, now: datetime) -> None:
    audit.looked_once([audit.Look(f"person:{case.person_id}", request.who.by, case.hall.code, why)], now=now)


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
    """A page or file that came for a case, or the copy of a certificate: that one was seen is written down by itself. `?open=1`:
    also one that no scanner cleared yet.

    :raises Refused: nothing-found; material-rejected, wrong-state – a file that nobody may open; copy-not-set – a copy that
        cannot be set.
    """
    now = clock.now()
    row = CaseMaterial.objects.filter(case=case, id=material_id).select_related("certificate").first()
    if row is None:
        raise Refused("nothing-found", facts={"material": material_id})
    seen = cases.content_of(row.pk, unchecked=request.GET.get("open") == "1", now=now)
    looked(request, case, now=now)
    if row.certificate is not None:
        _traced(request, case, f"copy:{case.no}:{row.certificate.ref}", now=now)
    return closed(HttpResponse(seen.content, content_type=seen.mime))


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
    return closed(answer)
