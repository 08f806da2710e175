"""一件事 as one follows it: its one form, its papers, sent at once; then how each of its cases stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.frames.bundle_fields import known_of, lines_of
from banshi.frames.case_fields import Line
from banshi.journeys.case import ending
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import OneMatter
from banshi.rooms.feedback import queries as feedbacks
from banshi.surfaces.citizen import case_story
from banshi.surfaces.citizen.bundle_turns import turns_of
from banshi.surfaces.citizen.case_doors import case_panel, my_case, only_fills, today_of
from banshi.surfaces.citizen.case_papers import listed
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.online_level import to_prove_for


@dataclass(frozen=True)
class Part:
    """One of its matters. `there`, `needed`: papers that have to be sent; `to_bring`: those that are brought."""

    case: Case
    line: CaseLine
    there: int
    needed: int
    to_bring: int


def my_bundle(request: Any, no: str) -> tuple[Bundle, list[Case]]:
    """:raises Http404: there is none, or it is nobody's business. :raises Refused: mandate-missing, member-limited – also
    where some of it alone is a member's."""
    try:
        found = cases.bundle_by_no(no)
    except Refused as nothing:
        raise Http404 from nothing
    return found, [my_case(request, case.no) for case in cases.cases_of(found)]


def matter_of(found: Bundle) -> OneMatter | None:
    """By which name it was begun; None: items were chosen one by one, or it is no longer offered."""
    try:
        return catalogue.one_matter(found.matter)
    except Refused:
        return None


@citizen_page
@require_GET
def bundle(request: Any, no: str) -> HttpResponseBase:
    """How the whole stands, each of its cases, and what is to be done next."""
    found, rows = my_bundle(request, no)
    return _page(request, found, rows, now=clock.now())


def _page(
    request: Any, found: Bundle, rows: list[Case], *, refused: Refused | None = None, now: datetime
) -> HttpResponseBase:
    whole = cases.whole_of(found)
    parts = [_part(request, case, line, now=now) for case, line in zip(rows, cases.lines(rows, now=now), strict=True)]
    lines = form_lines(request, found, rows, all_faults=True, now=now) if whole.state == "draft" else []
    to_prove = to_prove_for(rows)
    context = {
        "bundle": found,
        "matter": matter_of(found),
        "whole": whole,
        "parts": parts,
        "turns": turns_of([(part.case, part.line.due_on) for part in parts], now=now)
        if whole.state == "under_way"
        else [],
        "wrong": sum(bool(line.fault) for line in lines),
        "ready": to_prove is None
        and not any(line.fault for line in lines)
        and all(part.there == part.needed for part in parts),
        "senders": only_fills(request, rows[0]),
        "to_prove": to_prove if refused is None or refused.slug != "identity-level" else None,
        "can_withdraw": any(CASE.may(case.phase, "withdraw") for case in rows),
        "story": _story(rows, now=now),
        "rate": feedbacks.case_rate_page(rows[0], now=now) if whole.state == "over" else None,
        "panel": case_panel(refused, rows[0], now=now) if refused is not None else None,
    }
    return page(request, "citizen/bundle.html", context, hall=found.hall, refused=refused)


def form_lines(
    request: Any,
    found: Bundle,
    rows: Sequence[Case],
    *,
    all_faults: bool = False,
    typed: Mapping[str, str] | None = None,
    now: datetime,
) -> list[Line]:
    """The fields of the one form that are shown now."""
    today = today_of(rows[0], now)
    known = known_of(rows, account_id=request.who.account_id, today=today)
    return lines_of(found, rows, known=known, today=today, all_faults=all_faults, typed=typed)


def _part(request: Any, case: Case, line: CaseLine, *, now: datetime) -> Part:
    papers = listed(request, case, now=now) if case.phase == "draft" else []
    needed = [each for each in papers if each.row.necessity == "required" and not each.row.to_bring]
    return Part(case, line, sum(p.there for p in needed), len(needed), sum(p.row.to_bring for p in papers))


def _story(rows: list[Case], *, now: datetime) -> list[tuple[Case, case_story.Document]]:
    """What was given in writing in all of them, the newest first: one timeline."""
    found = [(case, each) for case in rows for each in case_story.documents(case, now=now)]
    return sorted(found, key=lambda each: (each[1].at, each[1].number), reverse=True)


# --- Take back -------------------------------------------------------------------------------------------------


@citizen_page
@require_POST
def withdraw(request: Any, no: str) -> HttpResponseBase:
    """Everything of it that was not decided."""
    now = clock.now()
    found, _ = my_bundle(request, no)
    try:
        ending.withdraw_bundle(bundle_no=found.no, by=request.who.by, now=now)
    except Refused as refused:
        found, rows = my_bundle(request, no)
        if refused.slug == "wrong-state":
            return redirect("citizen:bundle", found.no)
        return _page(request, found, rows, refused=refused, now=now)
    return redirect("citizen:bundle", found.no)
