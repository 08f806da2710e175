"""On paper for somebody without a telephone: a booking with its code, or a number again (纸质凭条)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as bookings
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as line
from banshi.surfaces.office.frame import page


@door(audience="staff", permission="appointments.manage")
@require_GET
def booking(request: Asked, hall: str, code: str) -> HttpResponseBase:
    """When, where, what to bring, and the code that checks in. Who printed it is on the trail."""
    place = places.hall_by_code(hall)
    now = clock.now()
    found = bookings.appointment(code, now=now)
    if found.hall_id != place.pk:
        raise Refused("nothing-found", facts={"appointment": code})
    audit.looked(subject=f"appointment:{found.code}", by=acting(request, place), now=now, hall=hall, why="slip")
    return page(request, "office/papers.html", place, appointment=found, qr=found.qr)


@door(audience="staff", permission="appointments.manage")
@require_GET
def number(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """A number again. Its code follows the line; the key that steers and rates stands on the machine's slip alone, also where
    staff print: nobody who works here is handed what rates a colleague."""
    place = places.hall_by_code(hall)
    now = clock.now()
    found = line.ticket(ref, now)
    if found.hall != place.code:
        raise Refused("nothing-found", facts={"ticket": ref})
    audit.looked(subject=f"ticket:{found.ref}", by=acting(request, place), now=now, hall=hall, why="slip")
    return page(request, "office/papers.html", place, ticket=found, qr=f"{settings.BANSHI_PUBLIC_URL}/t/{found.ref}")
