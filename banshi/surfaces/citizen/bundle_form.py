"""Fill the one form of a 一件事: saved field by field where there is a script, as a whole where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock
from banshi.frames.bundle_fields import fields_of, known_of, merged, steering, typed_in, write
from banshi.frames.case_fields import groups_of, known_for
from banshi.frames.facts_offered import NOTHING, offer_jointly
from banshi.journeys.case import consenting
from banshi.journeys.case.changing import Known
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Bundle, Case
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.bundle import form_lines, matter_of, my_bundle
from banshi.surfaces.citizen.case_doors import case_panel, opens_library, today_of
from banshi.surfaces.citizen.case_form import AGREE, FACTS, need_library, whole
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.online_level import to_prove_for


@citizen_page
@require_http_methods(["GET", "POST"])
def form(request: Any, no: str) -> HttpResponseBase:
    """Every field once, what was carried over with its source; POST saves all of it, in every case it belongs to."""
    now = clock.now()
    found, rows = my_bundle(request, no)
    if not is_draft(rows):
        return redirect("citizen:bundle", found.no)
    if request.method == "POST":
        return _save_all(request, found, rows, now=now)
    return _form_page(request, found, rows, all_faults=request.GET.get("faults") == "all", now=now)


def is_draft(rows: Sequence[Case]) -> bool:
    return any(case.phase == "draft" for case in rows)


def _form_page(
    request: Any,
    found: Bundle,
    rows: Sequence[Case],
    *,
    all_faults: bool = False,
    clashes: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    now: datetime,
) -> HttpResponseBase:
    context = _context(request, found, rows, all_faults=all_faults, clashes=clashes, now=now)
    if refused is not None and refused.slug != "form-invalid":
        context["panel"] = case_panel(refused, rows[0], now=now)
    return page(request, "citizen/bundle_form.html", context, hall=found.hall, refused=refused)


def _context(
    request: Any,
    found: Bundle,
    rows: Sequence[Case],
    *,
    all_faults: bool = False,
    clashes: Mapping[str, str] | None = None,
    now: datetime,
) -> dict[str, Any]:
    """What the form shows, whole or as a part."""
    lines = form_lines(request, found, rows, all_faults=all_faults, typed=clashes, now=now)
    opens = all(opens_library(request, case) for case in rows if case.phase == "draft")
    return {
        "case": None,
        "bundle": found,
        "matter": matter_of(found),
        "rows": rows,
        "groups": groups_of(lines),
        "wrong": [line for line in lines if line.fault or line.other is not None],
        "told": [line for line in lines if line.told],
        "carried": sum(bool(line.source) for line in lines),
        "to_fill": sum(not line.source for line in lines),
        "facts": offer_jointly(rows, by=request.who.by, today=today_of(rows[0], now)) if opens else NOTHING,
        "to_prove": to_prove_for(rows),
    }


def _typed(request: Any, rows: Sequence[Case], *, now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    known = known_of(rows, account_id=request.who.account_id, today=today_of(rows[0], now))
    return typed_in(request.POST, rows, known)


def _newly(request: Any, rows: Sequence[Case], *, now: datetime) -> Known:
    return known_for(rows[0], account_id=request.who.account_id, today=today_of(rows[0], now))


def _save_all(request: Any, found: Bundle, rows: Sequence[Case], *, now: datetime) -> HttpResponseBase:
    sent.spare(request)  # all of it is kept with the cases
    values, marks = _typed(request, rows, now=now)
    try:
        known = _newly(request, rows, now=now)
        _, merge = write(found, values, marks, known=known, by=request.who.by, now=now)
    except Refused as refused:
        found, rows = my_bundle(
            request, no=found.no
        )  # what was typed stays on the page, whatever kept it from being kept
        if not is_draft(rows):
            return redirect("citizen:bundle", found.no)
        unkept = merged(found, rows, values, marks)
        return _form_page(request, found, rows, clashes=unkept.changes | unkept.clashes, refused=refused, now=now)
    found, rows = my_bundle(request, found.no)
    if merge.clashes:
        clash = Refused("changed-meanwhile", facts={"bundle": found.no})
        return _form_page(request, found, rows, clashes=merge.clashes, refused=clash, now=now)
    if request.POST.get("go") == "later":
        return redirect("citizen:bundle", found.no)
    if request.POST.get("go") in FACTS:
        return _facts(request, found, rows, now=now)
    wrong = [line for line in form_lines(request, found, rows, all_faults=True, now=now) if line.fault]
    if wrong:
        incomplete = Refused("form-invalid", facts={"count": len(wrong)})
        return _form_page(request, found, rows, all_faults=True, refused=incomplete, now=now)
    return redirect("citizen:bundle-papers", found.no)


def _facts(request: Any, found: Bundle, rows: Sequence[Case], *, now: datetime) -> HttpResponseBase:
    """What is on record fills in what is still empty, in every case of it, with consent; or that is taken back."""
    drafts = [case for case in rows if case.phase == "draft"]
    try:
        need_library(request, drafts)
        if request.POST["go"] == AGREE:
            consenting.agree_jointly(bundle_no=found.no, consent=True, by=request.who.by, now=now)
        else:
            consenting.take_back(case_no=(drafts or rows)[0].no, by=request.who.by, now=now)
    except Refused as refused:
        found, rows = my_bundle(request, found.no)
        if not is_draft(rows):  # sent meanwhile, in another tab
            return redirect("citizen:bundle", found.no)
        return _form_page(request, found, rows, refused=refused, now=now)
    return redirect(f"{reverse('citizen:bundle-form', args=[found.no])}#facts")


@citizen_page
@require_POST
def save_field(request: Any, no: str, field: int) -> HttpResponseBase:
    """One field, as it was left: its line as it stands now; the whole form where other fields come or go with it."""
    now = clock.now()
    sent.spare(request)
    found, rows = my_bundle(request, no)
    names = list(fields_of(rows))
    if not field < len(names):
        raise Http404
    code = names[field]
    try:
        if not is_draft(rows):
            raise Refused("wrong-state", facts={"kind": "case", "state": rows[0].phase, "needs": "draft"})
        values, marks = _typed(request, rows, now=now)
        one = {code: values[code]} if code in values else {}
        known = _newly(request, rows, now=now)
        found, merge = write(found, one, marks, known=known, by=request.who.by, now=now)
    except Refused as refused:
        context = {"panel": case_panel(refused, rows[0], now=now)}
        answer = page(request, "citizen/_case_panel.html", context, hall=found.hall, refused=refused)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#case-panel", "innerHTML"  # what was typed stays where it is
        return answer
    found, rows = my_bundle(request, found.no)
    clash = Refused("changed-meanwhile", facts={"bundle": no}) if merge.clashes else None
    lines = form_lines(request, found, rows, typed=merge.clashes, now=now)
    line = next((each for each in lines if each.field.code == code), None)
    if line is None or (clash is None and code in steering(rows)):  # others come or go with it, or it went itself
        return whole(
            page(request, "citizen/_case_fields.html", _context(request, found, rows, now=now), hall=found.hall)
        )
    shown = replace(line, saved=clash is None and code in merge.changes)
    field_context = {"case": None, "bundle": found, "line": shown}
    return page(request, "citizen/_case_field.html", field_context, hall=found.hall, refused=clash)
