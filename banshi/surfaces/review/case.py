"""One case: its papers, the page one looks at, its facts, what was done, and what whoever looks may do now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import case_files, case_grants, folders
from banshi.frames.staff import cases as shared
from banshi.frames.staff.colleagues import colleagues, other_departments, put_by
from banshi.frames.staff.frame import status_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import dues, today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import (
    given_back,
    guided_case,
    latest_day,
    place_refusal,
    shown_fields,
    stages_not_begun,
    stages_to_report,
    standing_of,
    still_owed,
)
from banshi.rooms.cases.queries.consulted import Consulted
from banshi.rooms.cases.queries.extending import asked_extension
from banshi.rooms.cases.queries.stopping import proposed_stop
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.procedures import PROCEDURES, stopping
from banshi.rooms.cases.rules.promises import UNTRUE
from banshi.rooms.cases.rules.quota import REASONS
from banshi.rooms.catalogue.queries import departments
from banshi.rooms.delivery.queries import dropped_now, sent_now
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review import lists
from banshi.surfaces.review.fee_fields import fee_lines
from banshi.surfaces.review.frame import page
from banshi.surfaces.review.may import deeds_of, withheld
from banshi.surfaces.review.promise_lines import checks_shown
from banshi.surfaces.review.said import FieldLine, Said, fields_of, rows_of
from banshi.surfaces.review.visit_forms import visit_parts


@door(audience="staff", permission="cases.look")
@require_GET
def show(request: Asked, hall: str, no: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return answer(request, place, shared.case_here(request, place, no))


@door(audience="staff", permission="cases.look")
@require_POST
def whole(request: Asked, hall: str, no: str) -> HttpResponseBase:
    """Whose case it is, in full: asked for, and traced."""
    shared.show_whole(request, shared.case_here(request, places.hall_by_code(hall), no), now=clock.now())
    return redirect("review:case", hall=hall, no=no)


@door(audience="staff", permission="cases.look")
@require_GET
def look(request: Asked, hall: str, no: str, material_id: int) -> HttpResponseBase:
    """Another page in the middle; without a script, the whole page with it. `?open=1`: also one that no scanner cleared."""
    place = places.hall_by_code(hall)
    case = shared.case_here(request, place, no)
    sheet = case_files.sheet_of(case, material_id)
    if request.htmx:
        return page(request, "staff/case/_sheet.html", place, **_middle(request, sheet), case=case)
    return answer(request, place, case, sheet=sheet)


@door(audience="staff", permission="cases.look")
@require_GET
def file(request: Asked, hall: str, no: str, material_id: int) -> HttpResponseBase:
    return case_files.file_of(request, shared.case_here(request, places.hall_by_code(hall), no), material_id)


@door(audience="staff", permission="cases.look")
@require_GET
def paper(request: Asked, hall: str, no: str, number: str) -> HttpResponseBase:
    return case_files.pdf_of(request, shared.case_here(request, places.hall_by_code(hall), no), number)


def _middle(request: Asked, sheet: case_files.Sheet | None) -> dict[str, Any]:
    opened = request.method == "GET" and request.GET.get("open") == "1"
    return {
        "sheet": sheet, "opened": opened, "sheet_address": "review:file", "look_address": "review:look",
        "clear_address": "review:clear_file",
    }  # fmt: skip


def _fields_to_tell(case: Case, deeds: Collection[str], said: Said) -> list[FieldLine]:
    """Fields that may be told with the papers: in the pre-review those that the applicant sees, so that each can be put right."""
    if "receipt" in deeds:
        return fields_of(guided_case(case).fields, said)
    return fields_of(shown_fields(case), said) if "pre_review" in deeds else []


def stop_words(case: Case) -> dict[str, Any] | None:
    """The special procedure that waits for an approver."""
    said = proposed_stop(case)
    if said is None:
        return None
    zh, en = PROCEDURES[said.kind]
    return {"name_zh": zh, "name_en": en, "days": said.expected_days, "basis": said.basis, "by": case.proposed_by}


def longer_days(case: Case, days: int, *, now: datetime) -> list[tuple[str, date, date | None]]:
    """Each day of a case by its kind, and where so many more working days lead; None: nobody asked for any."""
    kinds = {"due_promised": pgettext("case clock", "Promised"), "due_statutory": pgettext("case clock", "By law")}
    before, after = dues(case, now=now), dues(case, longer=days, now=now) if days else {}
    if before["due_promised"] == before["due_statutory"]:  # only the law sets one
        del kinds["due_promised"]
    return [(label, before[name], after.get(name)) for name, label in kinds.items() if before[name] is not None]


def _joint(
    case: Case, hall: Hall, consulted: Sequence[Consulted], deeds: Collection[str], said: Said
) -> dict[str, Any]:
    """Of a case that several departments look into: what nobody began with yet, who can be asked – those of its flow first,
    wherever they work –, and whose last word is that it be refused.
    """
    left = stages_not_begun(case) if "opine" in deeds or "consult" in deeds else ()
    first = [each.department for each in left if each.act == "consult"]
    here = {each.pk for each in departments(hall.code)} if "consult" in deeds else set()
    asked = (
        [d for d in departments() if d.pk != case.department_id and (d.pk in here or d.code in first)] if here else []
    )
    last = {each.row.department_id: each.row for each in consulted if not each.open}
    return {
        "not_begun": left, "departments": sorted(asked, key=lambda d: d.code not in first),
        "ask_now": bool(first) and said.deed != "consult",
        "ask_whom": said["department"] if said.deed == "consult" else next(iter(first), ""),
        "objections": [row for row in last.values() if row.says == "refuse"] if "decide" in deeds else [],
    }  # fmt: skip


def _no_place(case: Case) -> str:
    """The reason of a refusal, to start from, of what fulfils the conditions, where every place is given or it was not drawn –
    nothing that passes by itself. In Chinese, as decisions are written.
    """
    no = place_refusal(case) if case.proposed == "grant" else None
    return REASONS.get(no.slug, "") if no is not None else ""


def answer(
    request: Asked,
    hall: Hall,
    case: Case,
    *,
    sheet: case_files.Sheet | None = None,
    refused: Refused | None = None,
    deed: str = "",
    typed: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The page; where something was refused, with why and what was typed in the part that was sent."""
    now, said = clock.now(), Said(deed, typed)
    context = dict(shared.shown(request, case, now=now))
    proposed_by = put_by(case)  # asked once, for all that hangs on it
    deeds = deeds_of(request.who, case, context["papers"], agreed=context["agreed"], put_by=proposed_by, now=now)
    lying = folders.papers_lying(case)
    first = context["sheets"][0] if context["sheets"] else None
    context |= {
        **_middle(request, sheet or first), "deeds": deeds, "refused": refused, "deed": deed, "said": said,
        "withheld": withheld(
            request.who, case, context["papers"], agreed=context["agreed"], put_by=proposed_by, now=now
        ),
        "grants": case_grants.lines(case, said if deed == "decide" else {}, now=now) if "decide" in deeds else [],
        "rows": rows_of(context["papers"], said, deeds=deeds, lies=lying.by_code), "lying": lying,
        "fields": _fields_to_tell(case, deeds, said),
        **visit_parts(request, case, deeds, said, now=now),
        "to_report": stages_to_report(case) if "opine" in deeds else (),
        "grounds": GROUNDS.values() if "refuse" in deeds else (),
        "checks": checks_shown(request.who, case, now=now) if any(p.by_promise for p in context["papers"]) else [],
        "untrue": UNTRUE.values(), "decided": case.decided_at is not None,
        "standing": standing_of(case), "no_place": _no_place(case) if "decide" in deeds else "",
        "fee_fields": fee_lines(case, said) if "reassess" in deeds else [],
        "procedures": [{"code": code, "name_zh": zh, "name_en": en} for code, (zh, en) in stopping(case.item_type).items()],
        "proposed_stop": stop_words(case) if "agree_stop" in deeds else None,
        "asked_longer": (asked := asked_extension(case)), "longer": said if deed == "extend" else asked,
        "longer_days": longer_days(case, asked.days if asked is not None else 0, now=now) if "extend" in deeds else [],
        **_joint(case, hall, context["consulted"], deeds, said),
        "consult_until": latest_day(case, today_of(case, now)) if "consult" in deeds else None,
        "colleagues": colleagues(case, proposed_by) if "hand_on" in deeds else [],
        "others": other_departments(case) if "hand_to_department" in deeds else [],
        "urged": next((s for s in context["story"] if s.verb == "urge"), None) if case.urged_on else None,
        "kept": folders.folder_of(case), "may_keep": request.who.may("folders.keep", hall.code),
        "given_back": given_back([case.no]).get(case.no) if case.phase == "accepted" else None,
        "dropped": dropped_now(case), "sent": sent_now(case),
        "to_take_in": still_owed(case, now=now) if "take_in" in deeds else [],
        "tabs": lists.tabs(request, hall, shared.department_of(request)), "mine": case.locked_by_id == request.who.staff_id,
        "lists": [(f"review:{n.replace('-', '_')}", f"review:next_{n.replace('-', '_')}", lists.TITLES[n])
                  for n in lists.mine(request, hall.code) if n not in ("extension", "supervision")],
    }  # fmt: skip
    return page(request, "review/case.html", hall, status=status_of(refused) if refused else 200, **context)
