"""等我办的: everything of cases and questions that waits for whoever looks, in this hall and in their others."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.waiting import waiting_lines
from banshi.rooms.cases import queries
from banshi.rooms.places import queries as places
from banshi.surfaces.review.frame import FRAME, page
from banshi.surfaces.review.lists import tabs

MOST_ENDED = 20


@door(audience="staff", permission="cases.look")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    """Nothing of whom it is about: numbers, days, and the list that each leads to."""
    place = places.hall_by_code(hall)
    now = clock.now()
    lines = waiting_lines(request.who, FRAME.my_halls(request.who), now=now)
    here = [each for each in lines if each.hall.code == place.code]
    return page(
        request, "review/waiting.html", place, lines=here,
        elsewhere=[each for each in lines if each.hall.code != place.code],
        ended=queries.lines(queries.ended_under(request.who.staff_id or 0, hall=place.code, now=now)[:MOST_ENDED], now=now),
        tabs=tabs(request, place, department_of(request), "waiting"),
    )  # fmt: skip
