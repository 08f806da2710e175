"""What is done to one case from a page for staff: one address a verb; a refusal shows the page again, with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import case_here
from banshi.frames.staff.frame import acting
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

Act = Callable[[Asked, Case, Actor, datetime], str | None]  # what it returns is said on the page that follows
Again = Callable[[Asked, Hall, Case, Refused], HttpResponseBase]


def deed(permission: str, *, then: str, again: Again) -> Callable[[Act], Callable[..., HttpResponseBase]]:
    """A view that does one thing to a case seen here.

    :param then: the name of the page of the case. :param again: that page with a refusal.
    """

    def wrap(act: Act) -> Callable[..., HttpResponseBase]:
        @door(audience="staff", permission=permission)
        @require_POST
        def view(request: Asked, hall: str, no: str) -> HttpResponseBase:
            place = places.hall_by_code(hall)
            case = case_here(request, place, no)
            try:
                said = act(request, case, acting(request, place), clock.now())
            except Refused as refused:
                return again(request, place, case_here(request, place, no), refused)
            if said:
                messages.success(request, said)
            return redirect(then, hall=hall, no=no)

        view.__name__ = act.__name__
        return view

    return wrap
