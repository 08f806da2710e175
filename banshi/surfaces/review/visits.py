"""现场勘查: planned, moved, called off and reported on the page of the case; and what somebody is to visit, by day and hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.http import HttpResponseBase
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import case_files
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.colleagues import reviewers
from banshi.frames.staff.frame import paged, query_without_page
from banshi.frames.typed import clean, day_or_none, int_or_none, lines_of, time_or_none
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import VisitView
from banshi.rooms.cases.rules.site_visits import LONGEST_CONTACT, LONGEST_WHY, LONGEST_WORDS, MOST_OFFICERS
from banshi.rooms.places import queries as places
from banshi.surfaces.review import lists
from banshi.surfaces.review.deeds import of_case
from banshi.surfaces.review.frame import page

PER_PAGE = 50
MOST_KEYS = 2**31


def _plan(request: Asked) -> cases.Plan:
    """What was typed. :raises Refused: invalid – a day or a time that is none."""
    day = day_or_none(clean(request.POST.get("day"), 10))
    if day is None:
        raise Refused("invalid", facts={"field": "day", "reason": pgettext("visit", "Choose a day.")})
    keys = (int_or_none(each, 1, MOST_KEYS) for each in request.POST.getlist("officer")[: MOST_OFFICERS + 1])
    return cases.Plan(
        day=day, from_at=_clock(request, "from_at"), until_at=_clock(request, "until_at"),
        officers=[key for key in keys if key is not None],
        leader=int_or_none(request.POST.get("leader"), 1, MOST_KEYS) or 0,
        contact=clean(request.POST.get("contact"), LONGEST_CONTACT + 1),
    )  # fmt: skip


def _clock(request: Asked, field: str) -> time:
    found = time_or_none(request.POST.get(field))
    if found is None:
        reason = pgettext("visit", "Give the hour, like 09:30.")
        raise Refused("invalid", facts={"field": field, "reason": reason})
    return found


def _may(case: Case) -> frozenset[int]:
    return frozenset(one.pk for one in reviewers(case))


def _visit(request: Asked) -> int:
    return int_or_none(request.POST.get("visit"), 1, MOST_KEYS) or 0


@of_case("cases.review", "plan_visit")
def plan(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    stage = clean(request.POST.get("stage"), 60)
    cases.plan_visit(case_no=case.no, plan=_plan(request), stage=stage, may=_may, by=by, now=now)
    return pgettext("visit", "Arranged. The applicant is told.")


@of_case("cases.review", "move_visit")
def move(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    why = lines_of(request.POST.get("why"), LONGEST_WHY + 1)
    cases.move_visit(case_no=case.no, visit_id=_visit(request), plan=_plan(request), why=why, may=_may, by=by, now=now)
    return pgettext("visit", "Moved. The applicant is told.")


@of_case("cases.review", "cancel_visit")
def cancel(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    why = lines_of(request.POST.get("why"), LONGEST_WHY + 1)
    cases.cancel_visit(case_no=case.no, visit_id=_visit(request), why=why, by=by, now=now)
    return pgettext("visit", "Called off. The applicant is told.")


@of_case("cases.review", "report_visit")
def report(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.report_visit(
        case_no=case.no, visit_id=_visit(request), outcome=clean(request.POST.get("outcome"), 8),
        words=lines_of(request.POST.get("words"), LONGEST_WORDS + 1), by=by, now=now,
    )  # fmt: skip
    return pgettext("visit", "Kept. It stands on the page of the case.")


@dataclass(frozen=True)
class VisitLine:
    """A visit to be made. `place`, `phone`: whole, of one whose day has come; that they were seen leaves a trace."""

    view: VisitView
    light: str
    place: str = ""
    phone: str = ""


@door(audience="staff", permission="cases.review")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """What this person is to visit, by day and hour; for what they planned, another time is asked for."""
    place, own, now = places.hall_by_code(hall), department_of(request), clock.now()
    me, today = request.who.staff_id or 0, today_in(place, now)
    shown = paged(request, queries.visits_of(me, halls=[hall], department=own).prefetch_related("officers"), PER_PAGE)
    lines = []
    for view in queries.viewed(list(shown)):
        row = view.row
        light = "red" if row.day < today else "yellow" if row.day <= today + timedelta(days=1) else "green"
        if row.day <= today:
            case_files.looked(request, row.case, now=now)
            lines.append(VisitLine(view, light, queries.premises_of(row.case), str(row.contact)))
        else:
            lines.append(VisitLine(view, light))
    return page(
        request, "review/visits.html", place, rows=shown, lines=lines,
        asked=list(queries.other_times(me, halls=[hall], department=own)[:PER_PAGE]), more=query_without_page(request),
        tabs=lists.tabs(request, place, own, "visits"),
    )  # fmt: skip
