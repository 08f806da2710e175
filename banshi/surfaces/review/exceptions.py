"""督办: one page with all that is out of the ordinary in a hall – and what people could not get done (办不成事)."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.names import names_of
from banshi.rooms.cases import queries
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.rules import STUCK
from banshi.rooms.places import queries as places
from banshi.surfaces.review import lists
from banshi.surfaces.review.frame import page

MOST = 50


@door(audience="staff", permission="cases.supervise")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    place, own, now = places.hall_by_code(hall), department_of(request), clock.now()
    found = queries.exceptions(place, department=own, now=now)
    stuck = consulting.visible_to(consulting.all_enquiries(), halls=[hall]).filter(item__code=STUCK, state="open")
    return page(
        request, "review/exceptions.html", place, found=found, tabs=lists.tabs(request, place, own, "exceptions"),
        names=names_of(each.actor for each in found.taken_over),
        stuck=list(stuck.select_related("item", "case").order_by("due_on", "id")[:MOST]),
        may_see=request.who.may("enquiries.look", hall),
    )  # fmt: skip
