"""征求意见: what other departments ask this one about their cases; the papers that were named, and nothing else of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import case_files
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import clean, day_or_none, lines_of
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.reviewing import LONGEST_OPINION
from banshi.rooms.cases.models import Case, Consultation
from banshi.rooms.cases.rules.consulted import LONGEST_QUESTION
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review import lists
from banshi.surfaces.review.deeds import of_case
from banshi.surfaces.review.frame import page

PER_PAGE = 50


@of_case("cases.review", "consult")
def consult(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """Of the case's own page: another department is asked."""
    day = day_or_none(clean(request.POST.get("due_on"), 10))
    if day is None:
        reason = pgettext("consult", "Say by which day you want the answer.")
        raise Refused("invalid", facts={"field": "due_on", "reason": reason})
    cases.consult(
        case_no=case.no, department=clean(request.POST.get("department"), 60),
        question=lines_of(request.POST.get("question"), LONGEST_QUESTION + 1),
        papers=[code[:60] for code in request.POST.getlist("paper")[:60]], due_on=day, by=by, now=now,
    )  # fmt: skip
    return pgettext("consult", "Asked. The limits of the case run on.")


@door(audience="staff", permission="cases.review")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """What waits for an answer of this person's department, due first; what it answered lately."""
    place, own, now = places.hall_by_code(hall), department_of(request), clock.now()
    shown = paged(request, queries.asked_of(halls=[hall], department=own, staff=request.who.staff_id), PER_PAGE)
    return page(
        request, "review/consults.html", place, rows=shown, asked=[queries.consulted(row, now=now) for row in shown],
        closed=list(queries.closed_for(hall=hall, department=own, now=now)[:PER_PAGE]),
        given=list(queries.answered_for(hall=hall, department=own)[:PER_PAGE]),
        answers=list(queries.answered_to(request.who.staff_id or 0, halls=[hall])[:PER_PAGE]), own=own,
        more=query_without_page(request), tabs=lists.tabs(request, place, own, "consults"),
    )  # fmt: skip


@door(audience="staff", permission="cases.review")
@require_GET
def one(request: Asked, hall: str, consultation_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, _seen(request, place, consultation_id))


def _seen(request: Asked, hall: Hall, consultation_id: int) -> Consultation:
    return queries.consultation_of(consultation_id, hall=hall.code, department=department_of(request))


def _one(
    request: Asked, hall: Hall, row: Consultation, *, refused: Refused | None = None, typed: Any = None
) -> HttpResponseBase:
    now = clock.now()
    case_files.looked(request, row.case, now=now)
    papers = queries.papers_shown(row)
    return page(
        request, "review/consult.html", hall, one=queries.consulted(row, now=now), papers=papers,
        sheets=case_files.sheets(papers), refused=refused, text=typed.get("text", "") if typed else "",
        mine=row.asked_by_id == request.who.staff_id, goes_on=row.case.phase == "in_review",
        status=status_of(refused) if refused else 200, tabs=lists.tabs(request, hall, department_of(request)),
    )  # fmt: skip


@door(audience="staff", permission="cases.review")
@require_GET
def file(request: Asked, hall: str, consultation_id: int, material_id: int) -> HttpResponseBase:
    """A page of a paper that was named. :raises Refused: nothing-found – of any other."""
    row = _seen(request, places.hall_by_code(hall), consultation_id)
    if material_id not in {sheet.id for sheet in case_files.sheets(queries.papers_shown(row))}:
        raise Refused("nothing-found", facts={"material": material_id})
    return case_files.file_of(request, row.case, material_id)


@door(audience="staff", permission="cases.review")
@require_POST
def answer(request: Asked, hall: str, consultation_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _seen(request, place, consultation_id)
    try:
        cases.answer_consultation(
            consultation_id=row.pk, says=clean(request.POST.get("says"), 8),
            text=lines_of(request.POST.get("text"), LONGEST_OPINION + 1), department=department_of(request),
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _one(request, place, _seen(request, place, consultation_id), refused=refused, typed=request.POST)
    messages.success(request, pgettext("consult", "Answered. Who asked reads it on the page of the case."))
    return redirect("review:consults", hall=hall)
