"""征求意见: another department is asked about a case; its people see what was asked and the papers named, and answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Consultation
from banshi.rooms.identity import queries as identity
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_files import page_of
from banshi.surfaces.api.case_parts import seen_case
from banshi.surfaces.api.case_schemas import Short, Text
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.parts import hall_name, moment, named, zone_of
from banshi.surfaces.api.schemas import Code, Day, Id, In, Named, Out

router = Router(tags=["cases"])
Says = Literal["grant", "refuse", "note", "pass"]


class ConsultIn(In):
    department: Code
    question: Text = Field(description="Up to 500 characters.")
    papers: list[Short] = Field(
        [], max_length=60, description="Codes of the papers it may see; of the case it sees nothing else."
    )
    due_on: Day = Field(description="From today to the promised day.")


class ConsultAnswerIn(In):
    says: Says = Field(description="`pass`: it is none of this department's.")
    text: Text = ""


class ConsultPageOut(Out):
    id: int
    requirement: str
    content_type: str


class ConsultationOut(Out):
    id: int
    case: str
    hall: Named
    item: Named
    department: Named = Field(description="Which is asked.")
    asked_by: Named = Field(description="The department that asks.")
    question: str
    pages: list[ConsultPageOut] = Field(description="What came of the papers it may see.")
    due_on: date
    light: Literal["red", "yellow", "green", ""] = Field(description="While it is open.")
    asked_at: datetime
    says: Says | None
    text: str
    answered_at: datetime | None
    late: bool


class ConsultationsAsked(In):
    hall: Code | None = None


def _part(row: Consultation, *, now: datetime) -> dict[str, Any]:
    case, seen, zone = row.case, queries.consulted(row, now=now), zone_of(row.case.hall)
    item = case.item_then
    pages = [each for paper in queries.papers_shown(row) for each in paper.came if each.to_see]
    return {
        "id": row.pk, "case": case.no, "hall": hall_name(case.hall),
        "item": named(item.code, item.name_zh, item.name_en),
        "department": named(row.department.code, row.department.name_zh, row.department.name_en),
        "asked_by": named(case.department.code, case.department.name_zh, case.department.name_en),
        "question": row.question, "due_on": row.due_on.isoformat(), "light": seen.light, "late": seen.late,
        "pages": [{"id": p.pk, "requirement": p.code, "content_type": p.mime} for p in pages],
        "asked_at": moment(row.asked_at, zone), "says": row.says or None, "text": row.text,
        "answered_at": moment(row.answered_at, zone),
    }  # fmt: skip


@router.post("/cases/{case}/consult", **op("consult", {201: ConsultationOut}), summary="Ask another department")
@write
def consult(request: HttpRequest, case: Path[Code], body: ConsultIn) -> Answer:
    """征求意见, by a day. The limits of the case run on; a department is asked once at a time."""
    who, now = caller(request), clock.now()
    seen = seen_case(who, case)
    who.must("consult", seen.hall.code)
    row = cases.consult(
        case_no=seen.no, department=body.department, question=body.question, papers=body.papers, due_on=body.due_on,
        by=who.by, now=now,
    )  # fmt: skip
    return answer(201, _part(queries.consultations().get(pk=row.pk), now=now))


def _mine(who: Caller, consultation: int, operation: str) -> Consultation:
    """One that the department of the key's member of staff is asked. :raises Refused: nothing-found – also for another's."""
    department = identity.department_of(who.staff_id)
    row = queries.consultations().filter(pk=consultation).first()
    if row is None or (department and row.department.code != department):
        raise Refused("nothing-found", facts={"consultation": consultation})
    who.must(operation, row.case.hall.code)
    return row


@router.get(
    "/consultations", **op("list_consultations", {200: list[ConsultationOut]}), summary="What my department is asked"
)
def list_consultations(request: HttpRequest, asked: Query[ConsultationsAsked]) -> HttpResponse:
    """Open ones, due first: a hundred at most."""
    who, now = caller(request), clock.now()
    halls = who.where("cases.review")
    if asked.hall is not None:
        who.must("list_consultations", asked.hall)
        halls = frozenset({asked.hall})
    rows = queries.asked_of(halls=halls, department=identity.department_of(who.staff_id), staff=who.staff_id)[:100]
    return found([_part(row, now=now) for row in rows])


@router.get(
    "/consultations/{consultation}/pages/{page}/content",
    **op("get_consultation_page", {200: str}),
    summary="A page of them",
)
def get_consultation_page(request: HttpRequest, consultation: Path[Id], page: Path[Id]) -> HttpResponse:
    """Of the papers named alone; whoever opens it leaves a trace."""
    who = caller(request)
    row = _mine(who, consultation, "get_consultation_page")
    pages = {each.pk: each for paper in queries.papers_shown(row) for each in paper.came}
    one = pages.get(page)
    if one is None or not one.to_see:
        raise Refused("nothing-found", facts={"material": page})
    return page_of(one, row.case, who, now=clock.now())


@router.post(
    "/consultations/{consultation}/answer", **op("answer_consultation", {200: ConsultationOut}), summary="Answer it"
)
@write
def answer_consultation(request: HttpRequest, consultation: Path[Id], body: ConsultAnswerIn) -> Answer:
    """For the department that was asked; of two who answer at once one does."""
    who, now = caller(request), clock.now()
    row = _mine(who, consultation, "answer_consultation")
    cases.answer_consultation(
        consultation_id=row.pk, says=body.says, text=body.text, department=identity.department_of(who.staff_id), by=who.by,
        now=now,
    )  # fmt: skip
    return answer(200, _part(queries.consultations().get(pk=row.pk), now=now))
