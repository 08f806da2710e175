"""Parcels as the issue window tends them: to be handed to the courier, on their way, back again; papers that come in by post."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import case_here
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean
from banshi.journeys.case import courier, sending_in
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import lines
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.issue.frame import page

PERMISSION = "cases.issue"
ON_THE_WAY = ("posted", "accepted", "moving", "out")
TURNED_ROUND = ("refused", "returning")


@door(audience="staff", permission=PERMISSION)
@require_GET
def parcels(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall))


def _page(request: Asked, hall: Hall, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    found, sent = deliveries.on_their_way(hall, now=now), deliveries.coming_in(hall)
    known = {
        line.no: line for line in lines([each.parcel.case for each in found] + [row.case for row in sent], now=now)
    }
    rows = [(each, known[each.parcel.case.no]) for each in found]
    context = {
        "refused": refused, "made": [row for row in rows if row[0].parcel.state == "made"],
        "under_way": [row for row in rows if row[0].parcel.state in ON_THE_WAY],
        "turned": [row for row in rows if row[0].parcel.state in TURNED_ROUND],
        "coming": [(row, known[row.case.no]) for row in sent],
    }  # fmt: skip
    return page(request, "issue/parcels.html", hall, status=status_of(refused) if refused else 200, **context)


@door(audience="staff", permission=PERMISSION)
@require_POST
def act(request: Asked, hall: str) -> HttpResponseBase:
    """One thing to the case of a row: posted | back | came."""
    place, now = places.hall_by_code(hall), clock.now()
    try:
        case = case_here(request, place, clean(request.POST.get("case"), 50))
        said = _done(clean(request.POST.get("what"), 10), request, case, acting(request, place), now)
    except Refused as refused:
        return _page(request, place, refused)
    messages.success(request, said)
    return redirect("issue:parcels", hall=hall)


def _done(what: str, request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """:raises Refused: those of the journeys; changed-meanwhile – no such thing to be done."""
    match what:
        case "posted":
            courier.post(case_no=case.no, by=by, now=now)
            return _("Posted. The applicant gets the number of the waybill.")
        case "back":
            courier.came_back(case_no=case.no, place=clean(request.POST.get("place"), 60), by=by, now=now)
            return _("It is here again. The applicant is told, and chooses what becomes of it.")
        case "came":
            row = sending_in.came(case_no=case.no, by=by, now=now)
            return _("Here. They count from %(day)s.") % {"day": row.counts_from}
    raise Refused("changed-meanwhile")


@sensitive_variables("parcel")
@door(audience="staff", permission=PERMISSION)
@require_POST
def label(request: Asked, hall: str, no: str) -> HttpResponseBase:
    """面单, to be printed: the whole address, which leaves a trace."""
    place, now = places.hall_by_code(hall), clock.now()
    case = case_here(request, place, no)
    parcel = deliveries.parcel_of(case)
    if parcel is None or not parcel.waybill or parcel.ended_at is not None:
        return redirect("issue:case", hall=hall, no=no)
    audit.looked(subject=f"person:{case.person_id}", by=acting(request, place), now=now, hall=place.code, why="waybill")
    what = pgettext("issue", "Result and original papers") if parcel.originals else pgettext("issue", "Result")
    shown = {"hall": place, "case": case, "parcel": parcel, "phone": parcel.phone.removeprefix("+86")}
    answer = render(request, "issue/label.html", {**shown, "what": what})
    answer["Cache-Control"] = "no-store"
    return answer
