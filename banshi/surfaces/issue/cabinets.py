"""The hall's cabinets as its issue window tends them: papers dropped, results nobody fetched, doors that stay shut."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.case import cabinets as at_cabinets
from banshi.journeys.case.drop_slip import code_of
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.queries import lines
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.issue.frame import page

PERMISSION = "cases.issue"
MOST_STAYS = 2**31 - 1


@door(audience="staff", permission=PERMISSION)
@require_GET
def cabinets(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall))


def _page(request: Asked, hall: Hall, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    lying = deliveries.lying(hall, now=now)
    known = {line.no: line for line in lines([each.stay.case for each in lying], now=now)}
    seen_by = names_of(each.stay.seen_by for each in lying)
    rows = [(each, known[each.stay.case.no], seen_by.get(each.stay.seen_by, "")) for each in lying]
    context = {
        "cabinets": deliveries.cabinets_of(hall), "refused": refused, "broken": deliveries.broken_cells(hall),
        "me": str(acting(request, hall)),
        "drops": [(*row, code_of(row[0].stay)) for row in rows if row[0].stay.kind == "drop"],
        "results": [row for row in rows if row[0].stay.kind == "result"],
    }  # fmt: skip
    return page(request, "issue/cabinets.html", hall, status=status_of(refused) if refused else 200, **context)


@door(audience="staff", permission=PERMISSION)
@require_POST
def empty(request: Asked, hall: str) -> HttpResponseBase:
    """Take out what lies in a cell of this hall."""
    place = places.hall_by_code(hall)
    try:
        case = at_cabinets.empty(
            stay_id=_stay_of(request, place), place=clean(request.POST.get("place"), 60), by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, refused)
    messages.success(request, _("Taken out: %(case)s.") % {"case": case.no})
    return redirect("issue:cabinets", hall=hall)


@door(audience="staff", permission=PERMISSION)
@require_POST
def look(request: Asked, hall: str) -> HttpResponseBase:
    """A stuck cell of this hall, opened by hand: the first of two."""
    place = places.hall_by_code(hall)
    try:
        stay = at_cabinets.look_into(
            stay_id=_stay_of(request, place), place=clean(request.POST.get("place"), 60), by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, refused)
    messages.success(request, _("Seen: %(case)s. A colleague takes it out.") % {"case": stay.case.no})
    return redirect("issue:cabinets", hall=hall)


@door(audience="staff", permission=PERMISSION)
@require_POST
def works(request: Asked, hall: str) -> HttpResponseBase:
    """An empty cell of this hall, whose door opens again."""
    place = places.hall_by_code(hall)
    try:
        cell = delivery.works_again(
            cell_id=int_or_none(request.POST.get("cell"), 1, MOST_STAYS) or 0, hall=place, by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, refused)
    messages.success(request, _("Cell %(no)s takes things again.") % {"no": cell.no})
    return redirect("issue:cabinets", hall=hall)


def _stay_of(request: Asked, hall: Hall) -> int:
    """What lies in a cell of this hall. :raises Refused: changed-meanwhile."""
    stay = int_or_none(request.POST.get("stay"), 1, MOST_STAYS)
    if stay is None or stay not in {each.stay.pk for each in deliveries.lying(hall, now=clock.now())}:
        raise Refused("changed-meanwhile")
    return stay
