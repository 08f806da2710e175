"""Being told when a day opens for booking."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.places import queries as places
from banshi.surfaces.citizen.booking import choose_page
from banshi.surfaces.citizen.doors import ask_to_sign_in, language, public_page
from banshi.surfaces.citizen.forms import DayAsked
from banshi.surfaces.citizen.proving import costs, day_of_form


@public_page
@require_POST
@costs("wait", day_of_form)
def tell_me(request: Any, item: str) -> HttpResponseBase:
    """Tell me when this day can be booked, at the telephone I signed in with."""
    now = clock.now()
    found = catalogue.item_by_code(item)
    form = DayAsked(request.POST)
    if not form.is_valid():
        raise Http404
    hall, day = places.hall_by_code(form.cleaned_data["hall"]), form.cleaned_data["day"]
    here = f"{reverse('citizen:book', args=[found.code])}?{urlencode({'hall': hall.code, 'day': day.isoformat()})}"
    if request.who.account_id is None:
        return ask_to_sign_in(here)
    try:
        booking.ask_opening(
            hall=hall, item_code=found.code, day=day, account_id=request.who.account_id, by=request.who.by, now=now,
            language=language(),
        )  # fmt: skip
    except Refused as refused:
        return choose_page(request, found, hall_code=hall.code, day=day.isoformat(), now=now, refused=refused)
    messages.success(request, gettext("A message comes when this day opens."))
    return redirect(here)
