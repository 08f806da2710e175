"""Somebody at a machine cannot or will not have a code or a look: the clerk sees person and card, and says so.

The number on the machine's screen leads to whoever stands there; nobody is vouched for before the clerk has read whose card it
was, so that a digit typed wrong shows nobody at another machine.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.person import at_kiosk
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.devices import queries as devices
from banshi.surfaces.desk import console
from banshi.surfaces.desk.case_front import PERMISSION

DIGITS = 4


@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def vouch(request: Asked) -> HttpResponseBase:
    """The number; then whose it is; then that they are here with their card."""
    hall, now = console.hall_to_receive(request), clock.now()
    number = clean(request.POST.get("number"), DIGITS + 2)
    shown: dict[str, object] = {"hall": hall, "number": number, "digits": DIGITS, "there": None, "refused": None}
    if request.method == "GET":
        return render(request, "desk/vouch.html", shown)
    try:
        if seen := int_or_none(request.POST.get("seen")):
            session = at_kiosk.vouch(hall=hall, number=number, person_id=seen, by=request.who.by, now=now)
            said = pgettext("desk vouch", "Shown. The machine at which %(name)s stands goes on by itself.")
            messages.success(request, said % {"name": session.person.masked_name})
            return redirect("desk:vouch")
        there = at_kiosk.who_waits(hall=hall, number=number, by=request.who.by)
    except Refused as no:
        return render(request, "desk/vouch.html", {**shown, "refused": no}, status=SLUGS[no.refusal.slug])
    machine = devices.device_by_code(there.device).name if there.device else ""
    return render(request, "desk/vouch.html", {**shown, "there": there.person, "machine": machine})
