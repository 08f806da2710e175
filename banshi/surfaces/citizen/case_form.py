"""Fill the form of a case: saved field by field where there is a script, as a whole where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock
from banshi.frames.case_fields import Line, groups_of, known_for, known_of, lines_of, merged, steering, typed_in, write
from banshi.frames.facts_offered import NOTHING, offer
from banshi.journeys.case import changing, consenting
from banshi.journeys.case.carried import Carried
from banshi.journeys.case.changing import Known
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.case_doors import case_panel, is_open, my_case, opens_library, today_of
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.matter import asking, question_asked, said_option
from banshi.surfaces.citizen.online_level import to_prove_for

AGREE, TAKE_BACK = "agree", "take-back"  # what a button of the form does beside saving it
FACTS = (AGREE, TAKE_BACK)


@citizen_page
@require_http_methods(["GET", "POST"])
def case_form(request: Any, no: str) -> HttpResponseBase:
    """The form, grouped; POST saves all of it, and goes on to the papers where nothing is wrong."""
    now = clock.now()
    found = my_case(request, no)
    if not is_open(found):
        return redirect("citizen:case", found.no)
    if found.bundle is not None and found.phase == "draft":
        return redirect("citizen:bundle-form", found.bundle.no)
    if not cases.guided_case(found).complete:
        return redirect("citizen:situation", found.no)
    if request.method == "POST":
        return _save_all(request, found, now=now)
    return _form_page(request, found, all_faults=request.GET.get("faults") == "all", now=now)


def _form_page(
    request: Any,
    found: Case,
    *,
    all_faults: bool = False,
    clashes: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    now: datetime,
) -> HttpResponseBase:
    context = form_context(request, found, all_faults=all_faults, clashes=clashes, now=now)
    if refused is not None:
        context["panel"] = None if refused.slug == "form-invalid" else case_panel(refused, found, now=now)
    return page(request, "citizen/case_form.html", context, hall=found.hall, refused=refused)


def form_context(
    request: Any,
    found: Case,
    *,
    all_faults: bool = False,
    clashes: Mapping[str, str] | None = None,
    now: datetime,
) -> dict[str, Any]:
    """What the form shows, whole or as a part."""
    lines = lines_of(
        found,
        known=_known(request, found, now=now),
        today=today_of(found, now),
        all_faults=all_faults,
        typed=clashes,
    )
    guided, opens = cases.guided_case(found), opens_library(request, found)
    return {
        "case": found,
        "bundle": None,
        "step": "form",
        "groups": groups_of(lines),
        "wrong": [line for line in lines if line.fault or line.other is not None],
        "told": [line for line in lines if line.told],
        "carried": sum(bool(line.source) for line in lines),
        "to_fill": sum(not line.source for line in lines),
        "facts": offer(found, by=request.who.by, today=today_of(found, now)) if opens else NOTHING,
        "said": [(q, said_option(q, guided.answers[q.id])) for q in guided.questions],
        "costs": cases.cost_of(found),
        "to_prove": to_prove_for([found]),
    }


def _typed(request: Any, found: Case, *, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    return typed_in(request.POST, found, _known(request, found, now=now))


def _known(request: Any, found: Case, *, now: datetime) -> dict[str, Carried]:
    return known_of(found, account_id=request.who.account_id, today=today_of(found, now))


def _newly(request: Any, found: Case, *, now: datetime) -> Known:
    return known_for(found, account_id=request.who.account_id, today=today_of(found, now))


def _save_all(request: Any, found: Case, *, now: datetime) -> HttpResponseBase:
    sent.spare(request)  # all of it is kept with the case
    values, marks = _typed(request, found, now=now)
    try:
        found, merge = write(found, values, marks, known=_newly(request, found, now=now), by=request.who.by, now=now)
    except Refused as refused:
        found = cases.case_by_no(found.no)  # what was typed stays on the page, whatever kept it from being kept
        unkept = merged(found, values, marks)
        return _form_page(request, found, clashes=unkept.changes | unkept.clashes, refused=refused, now=now)
    if merge.clashes:
        clash = Refused("changed-meanwhile", facts={"case": found.no})
        return _form_page(request, found, clashes=merge.clashes, refused=clash, now=now)
    if request.POST.get("go") == "later":
        return redirect("citizen:case", found.no)
    if request.POST.get("go") in FACTS:
        return _facts(request, found, now=now)
    lines = lines_of(found, known=_known(request, found, now=now), today=today_of(found, now), all_faults=True)
    wrong = [line for line in lines if line.fault]
    if wrong:
        incomplete = Refused("form-invalid", facts={"count": len(wrong)})
        return _form_page(request, found, all_faults=True, refused=incomplete, now=now)
    return redirect("citizen:papers", found.no)


def _facts(request: Any, found: Case, *, now: datetime) -> HttpResponseBase:
    """What is on record fills in what is still empty, with consent; or that is taken back."""
    try:
        need_library(request, [found])
        if request.POST["go"] == AGREE:
            consenting.agree(case_no=found.no, consent=True, by=request.who.by, now=now)
        else:
            consenting.take_back(case_no=found.no, by=request.who.by, now=now)
    except Refused as refused:
        found = cases.case_by_no(found.no)
        if not is_open(found):  # sent meanwhile, in another tab
            return redirect("citizen:case", found.no)
        return _form_page(request, found, refused=refused, now=now)
    return redirect(f"{reverse('citizen:case-form', args=[found.no])}#facts")


def need_library(request: Any, rows: Iterable[Case]) -> None:
    """:raises Refused: consent-missing – it is not theirs to agree to."""
    if not all(opens_library(request, case) for case in rows):
        raise Refused("consent-missing")


@citizen_page
@require_POST
def save_field(request: Any, no: str, field: int) -> HttpResponseBase:
    """One field, as it was left: its line as it stands now; the whole form where other fields come or go with it."""
    now = clock.now()
    sent.spare(request)
    found = my_case(request, no)
    fields = cases.handling_of_case(found).fields
    if not field < len(fields):
        raise Http404
    code = fields[field].code
    values, marks = _typed(request, found, now=now)
    one = {code: values[code]} if code in values else {}
    try:
        found, merge = write(found, one, marks, known=_newly(request, found, now=now), by=request.who.by, now=now)
    except Refused as refused:
        context = {"panel": case_panel(refused, found, now=now)}
        answer = page(request, "citizen/_case_panel.html", context, hall=found.hall, refused=refused)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#case-panel", "innerHTML"  # what was typed stays where it is
        return answer
    clash = Refused("changed-meanwhile", facts={"case": no}) if merge.clashes else None
    if code in steering(cases.handling_of_case(found)) and clash is None:
        return whole(page(request, "citizen/_case_fields.html", form_context(request, found, now=now), hall=found.hall))
    lines = lines_of(found, known=_known(request, found, now=now), today=today_of(found, now), typed=merge.clashes)
    line = next((each for each in lines if each.field.code == code), None)
    if line is None:  # it is not asked any more, since another tab answered otherwise
        return whole(page(request, "citizen/_case_fields.html", form_context(request, found, now=now), hall=found.hall))
    shown: Line = replace(line, saved=clash is None and code in merge.changes)
    return page(
        request,
        "citizen/_case_field.html",
        {"case": found, "bundle": None, "line": shown},
        hall=found.hall,
        refused=clash,
    )


def whole(answer: HttpResponse) -> HttpResponse:
    """It takes the place of all fields."""
    answer["HX-Retarget"], answer["HX-Reswap"] = "#case-fields", "outerHTML"
    return answer


# --- The situation ------------------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def situation(request: Any, no: str) -> HttpResponseBase:
    """The questions again, one a screen, while the form is open: another answer asks for other papers and fields."""
    now = clock.now()
    found = my_case(request, no)
    if not is_open(found):
        return redirect("citizen:case", found.no)
    refused, question = None, ""
    if request.method == "POST":
        question, _, option = str(request.POST.get("answer") or "")[:200].partition(":")
        try:
            found = changing.change(
                case_no=no, answers={question: option}, known=_newly(request, found, now=now), by=request.who.by, now=now,
            )  # fmt: skip
        except Refused as no_such:
            refused = no_such
        else:
            more = not cases.guided_case(found).complete
            return redirect("citizen:situation" if more else "citizen:case-form", found.no)
    guided = cases.guided_case(found)
    question_now = question_asked(request, cases.handling_of_case(found), guided)
    if question_now is None and refused is not None:  # what was refused is said where it was asked
        question_now = next((each for each in guided.questions if each.id == question), None)
    if question_now is None:
        return redirect("citizen:case-form", found.no)
    here = reverse("citizen:situation", args=[found.no])
    context: dict[str, Any] = {"case": found, "item": found.item, "hall": found.hall, "guided": guided}
    context |= asking(guided, question_now, here)
    if refused is not None:
        context["panel"] = case_panel(refused, found, now=now)
    return page(request, "citizen/case_question.html", context, hall=found.hall, refused=refused)
