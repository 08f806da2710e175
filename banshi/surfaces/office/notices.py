"""Notices sent: what went out to whom (masked), what is in trouble, and trying again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting
from banshi.frames.staff.saved import saved
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging import queries as notices_of
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.places import queries as places
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import MESSAGE_KEYS

PER_PAGE = 50
MOST_COUNTED = 1000


@door(audience="staff", permission="notices.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    state = request.GET.get("state", "")
    key = request.GET.get("key", "")
    rows = notices_of.notices(
        hall=place.code,
        state=state if state in notices_of.STATES else None,
        key=key if key in wording.COMMON else None,
        cursor=int_or_none(request.GET.get("before"), 1, 2**62),
        limit=PER_PAGE + 1,
    )
    return page(
        request,
        "office/notices.html",
        place,
        rows=rows[:PER_PAGE],
        older=rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None,
        counts=notices_of.counts_up_to(MOST_COUNTED, hall=place.code),
        most_counted=MOST_COUNTED,
        states=notices_of.STATES,
        state=state,
        key=key,
        saved=saved(request, place, "office:notices"),
        keys=[(each, MESSAGE_KEYS.get(each, each)) for each in wording.COMMON],
    )


@door(audience="staff", permission="appointments.manage")
@require_POST
def confirm_again(request: Asked, hall: str, code: str) -> HttpResponseBase:
    """The confirmation of a booking once more, to the number given with it."""
    place = places.hall_by_code(hall)
    if bookings.appointment(code, now=clock.now()).hall_id != place.pk:
        raise Refused("nothing-found", facts={"appointment": code})
    booking.confirm_again(code=code, by=acting(request, place), now=clock.now())
    messages.success(request, _("The confirmation is on its way again."))
    return redirect("office:appointment", hall=hall, code=code)


@door(audience="staff", permission="notices.view")
@require_POST
def again(request: Asked, hall: str, message_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    if not Message.objects.filter(id=message_id, hall=place.code).exists():
        raise Refused("nothing-found", facts={"message": message_id})
    messaging.send_again(message_id=message_id, by=acting(request, place), now=clock.now())
    messages.success(request, _("It will be sent again."))
    return redirect(f"/office/{hall}/notices/?state=failed")
