"""Help called at a window: a red bar on every office page of the hall, and the word back that somebody saw it."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.journeys import steer
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.office.frame import acting, page


def _bars(request: Asked, place: Hall) -> HttpResponseBase:
    return page(request, "office/_help.html", place, called=tickets.help_called(place.pk))


@door(audience="staff", permission="line.view")
@require_GET
def called(request: Asked, hall: str) -> HttpResponseBase:
    """The bars alone; every page of the hall asks for them again and again."""
    return _bars(request, places.hall_by_code(hall))


@door(audience="staff", permission="line.view")
@require_POST
def seen(request: Asked, hall: str, window: str) -> HttpResponseBase:
    """看到了: the clerk reads who saw the call, and when. Said for a call that is over it changes nothing."""
    place = places.hall_by_code(hall)
    at = places.window_by_code(window)
    if at.hall_id != place.pk:
        raise Refused("nothing-found", facts={"window": window})
    assert request.who.staff_id is not None
    steer.see_help(window=at, staff_id=request.who.staff_id, by=acting(request, place), now=clock.now())
    if request.htmx:
        return _bars(request, place)
    return redirect("office:live", hall=place.code)
