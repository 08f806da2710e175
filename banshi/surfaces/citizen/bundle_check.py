"""一件事 once more before it is sent: what was said and filled in, each paper once, what may follow, what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.frames.case_fields import groups_of
from banshi.journeys.case import bundles
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.catalogue.queries import ItemSaid
from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.handling import Limit, Option, Question
from banshi.rooms.catalogue.rules.one_form import guided_jointly, longest
from banshi.surfaces.citizen.bundle import form_lines, matter_of, my_bundle
from banshi.surfaces.citizen.bundle_form import is_draft
from banshi.surfaces.citizen.bundle_papers import shared_papers
from banshi.surfaces.citizen.case_doors import case_panel, only_fills
from banshi.surfaces.citizen.case_fee import has_machine
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.matter import said_option
from banshi.surfaces.citizen.online_level import to_prove_for
from banshi.surfaces.citizen.to_follow import MayFollow, may_follow


@dataclass(frozen=True)
class Member:
    """One of its matters. `promised`: by when after it was accepted; `cost`: None: free of charge."""

    item: ItemSaid
    promised: Limit
    cost: Cost | None


@citizen_page
@require_http_methods(["GET", "POST"])
def check(request: Any, no: str) -> HttpResponseBase:
    """All of it once more; POST sends all of it at once, or nothing."""
    now = clock.now()
    found, rows = my_bundle(request, no)
    if request.method == "POST":
        return _send(request, found, now=now)
    if not is_draft(rows):
        return redirect("citizen:bundle", found.no)
    return _check_page(request, found, rows, now=now)


def _send(request: Any, found: Bundle, *, now: datetime) -> HttpResponseBase:
    try:
        bundles.submit_bundle(bundle_no=found.no, by=request.who.by, now=now)
    except Refused as refused:
        found, rows = my_bundle(request, found.no)
        if refused.slug == "wrong-state":
            return redirect("citizen:bundle", found.no)  # tapped twice, or sent in another tab
        if refused.slug == "form-invalid":
            return redirect(reverse("citizen:bundle-form", args=[found.no]) + "?faults=all")
        return _check_page(request, found, rows, refused=refused, now=now)
    messages.success(request, pgettext("bundle", "All of it is sent. Each has its receipt."))
    return redirect("citizen:bundle", found.no)


def _check_page(
    request: Any, found: Bundle, rows: Sequence[Case], *, refused: Refused | None = None, now: datetime
) -> HttpResponseBase:
    drafts = [case for case in rows if case.phase == "draft"]
    lines = form_lines(request, found, rows, all_faults=True, now=now)
    papers = shared_papers(request, rows, now=now)
    members = [_member(case) for case in drafts]
    unproven = refused is not None and refused.slug == "identity-level"
    to_prove = None if unproven else to_prove_for(rows)
    lacking = [each for each in papers if each.needed and not each.wanted.there]
    context = {
        "ready": not (unproven or to_prove or lacking),
        "bundle": found,
        "matter": matter_of(found),
        "step": "check",
        "members": members,
        "costs": [each for each in members if each.cost is not None],
        "said": _said(rows),
        "groups": groups_of(lines),
        "wrong": [line for line in lines if line.fault],
        "papers": papers,
        "several": len(drafts) > 1,
        "lacking": lacking,
        "later": _later(drafts),
        "replaced": [each for each in map(cases.replaced, drafts) if each is not None],
        "renew": reverse("citizen:renew", args=[drafts[0].no]),
        "pre_review_days": max(cases.handling_of_case(case).limits.pre_review_days for case in drafts),
        "senders": only_fills(request, rows[0]),
        "to_prove": to_prove,
        "at_machine": has_machine(found.hall),
        "panel": case_panel(refused, rows[0], now=now) if refused is not None else None,
    }
    return page(request, "citizen/bundle_check.html", context, hall=found.hall, refused=refused)


def _later(rows: Sequence[Case]) -> list[MayFollow]:
    """Each paper once: of one that several ask for, the shortest time."""
    found: dict[str, MayFollow] = {}
    names = {part.item: part.papers for part in cases.one_of(rows).parts}
    for case in rows:
        for each in may_follow(case):
            name = names[case.item.code][each.row.code]
            there = found.get(name)
            found[name] = each if there is None or longest([each.within, there.within]) == there.within else there
    return list(found.values())


def _member(case: Case) -> Member:
    return Member(case.item_then, cases.guided_case(case).promised, cases.cost_of(case))


def _said(rows: Sequence[Case]) -> list[tuple[Question, Option]]:
    """Each question once, with its answer."""
    one = cases.one_of(rows)
    guided: Guided = guided_jointly(one, cases.filled(one, rows)[0])
    return [(q, said_option(q, guided.answers[q.id])) for q in guided.questions if q.id in guided.answers]
