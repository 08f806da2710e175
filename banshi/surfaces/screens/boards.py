"""Wall boards of a hall or a zone, and the display above a window. Public, like the wall they hang on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import door
from banshi.foundation.said import named
from banshi.journeys.visit.watch import hall_part
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Window, Zone
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.screens.devices import device_code, retired
from banshi.surfaces.screens.facts import facts_of, in_asked_language

WORKER = Path(__file__).parent / "static" / "screens" / "worker.js"


def _board(request: HttpRequest, hall: Hall, zone: Zone | None) -> HttpResponse:
    if (gone := retired(request, hall)) is not None:
        return gone
    now = clock.now()
    return render(
        request,
        "screens/board.html",
        {
            "hall": hall,
            "zone": zone,
            "state": hall_part(tickets.line(hall.pk, now)),
            "facts": facts_of(hall, now=now, zone=zone.code if zone else None),
            "floors": {floor.code: named(floor, "label") for floor in hall.floors.order_by("order", "code")},
            "device": device_code(request, hall, "zone_board" if zone else "board"),
            "rendered": clock.wall().isoformat(),
        },
    )


@door(audience="public")
@require_GET
@in_asked_language
def board(request: HttpRequest, hall: str) -> HttpResponse:
    return _board(request, places.hall_by_code(hall), None)


@door(audience="public")
@require_GET
@in_asked_language
def zone_board(request: HttpRequest, hall: str, zone: str) -> HttpResponse:
    row = places.hall_by_code(hall)
    return _board(request, row, _zone(row, zone))


def _zone(hall: Hall, code: str) -> Zone:
    """:raises Refused: nothing-found."""
    zone = Zone.objects.select_related("floor").filter(hall=hall, code=code[:40].replace("\0", "")).first()
    if zone is None:
        raise Refused("nothing-found", facts={"zone": code[:40]})
    return zone


@door(audience="public")
@require_GET
@in_asked_language
def facts(request: HttpRequest, hall: str) -> HttpResponse:
    """`?zone=` as the zone's board asks."""
    row = places.hall_by_code(hall)
    zone = request.GET.get("zone", "")
    return JsonResponse(facts_of(row, now=clock.now(), zone=_zone(row, zone).code if zone else None))


@door(audience="public")
@require_GET
@in_asked_language
def window(request: HttpRequest, window: str) -> HttpResponse:
    """1280×400 above the window: its number, what it serves, the number at it."""
    row = places.window_by_code(window[:60].replace("\0", ""))
    if (gone := retired(request, row.hall)) is not None:
        return gone
    now = clock.now()
    context = {
        "window": row,
        "hall": row.hall,
        **_serves(row),
        "state": hall_part(tickets.line(row.hall_id, now)),
        "facts": facts_of(row.hall, now=now, zone=row.zone.code),
        "device": device_code(request, row.hall, "window_display"),
        "rendered": clock.wall().isoformat(),
    }
    return render(request, "screens/window.html", context)


NAMED = 3  # categories there is room for


def _serves(window: Window) -> dict[str, Any]:
    """`serves`: names of the categories, of an integrated window only where much was taken off it; `beside`: how many more;
    `but`: the few that were taken off an integrated one."""
    served = list(window.categories.order_by("order", "code"))
    if window.kind == "integrated":
        off = window.hall.categories.exclude(pk__in=[each.pk for each in served]).order_by("order", "code")
        if len(but := [named(each) for each in off]) <= NAMED:
            return {"serves": [], "beside": 0, "but": but}
    names = [named(category) for category in served]
    return {"serves": names[:NAMED], "beside": len(names[NAMED:]), "but": []}


@door(audience="public")
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that brings a screen back after a restart while the server is away. Served here for its scope."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
