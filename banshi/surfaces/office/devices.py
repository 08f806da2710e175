"""Devices of a hall: kiosks, boards, displays; how each is, when it was last heard, and where it prints."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.rooms.devices import queries as devices
from banshi.rooms.places import queries as places
from banshi.surfaces.office.frame import page, paged, query_without_page


@door(audience="staff", permission="devices.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    now = clock.wall()  # a heartbeat is a machine's
    rows = paged(request, devices.health(place, now=now), 50)
    lines = [(each, now - each.last_seen_at if each.last_seen_at else None) for each in rows]
    return page(request, "office/devices.html", place, rows=rows, lines=lines, more=query_without_page(request))
