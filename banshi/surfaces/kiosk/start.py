"""The start of a kiosk: two doors, and how the hall is doing. While no numbers are given the doors are the cabinet's, if one
stands here: the page turns by itself."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.journeys.hours.after_hours import after_hours
from banshi.journeys.hours.stops import stops
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import ClosedSlug
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices import queries as known
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.rules import how_busy
from banshi.surfaces.kiosk import cabinet, offering, printed, sitting
from banshi.surfaces.kiosk.place import Place, always_at_kiosk, at_kiosk, page


def opening(place: Place) -> dict[str, Any]:
    """`session` now or None; `after` it: the windows stay; the `next_session`; `why` it is closed at an hour that is
    usually open; closures: `stops`.
    """
    session = tickets.numbers_open(hall=place.hall, policy=place.policy.tickets, now=place.now).session
    why, closed = None, stops(place.hall, place.now)
    if session is None and not closed:
        today = place.now.astimezone(ZoneInfo(place.hall.timezone)).date()
        why = calendars.why_closed(place.hall, today, at=place.now)
    return {
        "session": session,
        "stops": closed,
        "after": None if session or closed else after_hours(place.hall, place.now),
        "next_session": None if session else calendars.next_opening(place.hall, place.now),
        "why": why.words if why and why.slug != ClosedSlug.OUTSIDE_HOURS else None,
    }


@at_kiosk
@require_GET
def start(request: HttpRequest, place: Place) -> HttpResponse:
    sitting.end(request)
    line = tickets.line(place.hall.pk, place.now)
    context = {
        "line": line,
        "busy": how_busy((each.likely_s, each.waiting) for each in line.categories),
        "cabinets": cabinet.here(place),
        "again": False,
        "prints": printed.prints(place),
        "deeds": offering.deeds(place),
        "machine": place.device if place.device is not None and place.device.type_id else None,
        **opening(place),
    }
    return page(request, place, "part_start.html" if request.htmx else "start.html", context)  # type: ignore[attr-defined]


@always_at_kiosk
@require_POST
def heartbeat(request: HttpRequest, place: Place) -> HttpResponse:
    """Every 30 seconds from the page: JSON with a few words about itself; the answer may ask it to show a test."""
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    test = {}
    if place.device is not None:
        code, at = place.device.code, clock.wall()
        devices.heartbeat(code=code, state=said, now=at)
        if isinstance(said.get("tested"), str):
            devices.test_seen(code=code, test=said["tested"], at=at)
        test = {"test": known.test_to_show(code, now=at), "name": place.device.name, "left": known.card_left(code)}
    return JsonResponse({"at": place.now.isoformat(), "speed": clock.speed(), **test})
