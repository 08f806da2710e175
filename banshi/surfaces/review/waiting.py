"""等我办的: everything of cases and questions that waits for whoever looks, in this hall and in their others."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.waiting import waiting_lines
from banshi.rooms.places import queries as places
from banshi.surfaces.review.frame import FRAME, page
from banshi.surfaces.review.lists import tabs


@door(audience="staff", permission="cases.look")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    """Nothing of whom it is about: numbers, days, and the list that each leads to."""
    place = places.hall_by_code(hall)
    lines = waiting_lines(request.who, FRAME.my_halls(request.who), now=clock.now())
    here = [each for each in lines if each.hall.code == place.code]
    return page(
        request, "review/waiting.html", place, lines=here,
        elsewhere=[each for each in lines if each.hall.code != place.code],
        tabs=tabs(request, place, department_of(request), "waiting"),
    )  # fmt: skip
