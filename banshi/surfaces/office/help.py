"""Help called at a window: a red bar on every page of the office, and the word back that somebody saw it."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting
from banshi.journeys.hall import steer
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.office.frame import my_halls, page


def _bars(request: Asked, place: Hall | None) -> HttpResponseBase:
    """The calls of one hall, or without one of all my halls, each with its hall."""
    halls = {each.pk: each for each in ([place] if place else my_halls(request.who))}
    called = [(halls[each.hall_id], each) for each in tickets.help_called(*halls)]
    answers = {each.code for each in halls.values() if request.who.may("line.help", each.code)}
    return page(request, "office/_help.html", place, called=called, many=len(halls) > 1, answers=answers)


@door(audience="staff", permission="line.view")
@require_GET
def called_in_mine(request: Asked) -> HttpResponseBase:
    """The bars of all my halls; the pages that are no hall's ask for them."""
    return _bars(request, None)


@door(audience="staff", permission="line.view")
@require_GET
def called(request: Asked, hall: str) -> HttpResponseBase:
    """The bars alone; every page of the hall asks for them again and again."""
    return _bars(request, places.hall_by_code(hall))


@door(audience="staff", permission="line.help")
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
        return _bars(request, None if "mine" in request.GET else place)
    return redirect("office:live", hall=place.code)
