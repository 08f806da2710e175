"""Which device a screen is, and its heartbeat."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import door
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices import queries as known
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import Hall

COOKIE = "device"  # set where machines are paired, at the kiosk's door


def paired(request: HttpRequest) -> Device | None:
    code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
    return known.by_token(code, token) if token else None


def retired(request: HttpRequest, hall: Hall) -> HttpResponse | None:
    """The page of a machine whose device the hall has retired; None for any other."""
    code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
    gone = known.retired_by_token(code, token) if token else None
    if gone is None:
        return None
    return render(request, "ui/device_retired.html", {"hall": hall, "device": gone}, status=410)


def device_code(request: HttpRequest, hall: Hall, kind: str) -> str:
    """The paired device, where it is of this kind (a zone board without a zone is the hall's board); in a demo the hall's
    first; "" where none is known."""
    device = paired(request)
    if device is None and not settings.PRODUCTION:
        device = known.first_of_kind(hall, kind)
    if device is None or device.hall_id != hall.pk:
        return ""
    shows = "board" if device.kind == "zone_board" and device.zone_id is None else device.kind
    return device.code if shows == kind else ""


@door(audience="hall-device")
@require_POST
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Every 30 seconds: JSON `{device, …}`. In production only a paired device speaks, and only for itself."""
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    if settings.PRODUCTION:
        device = paired(request)
        code = device.code if device else ""
    else:
        code = str(said.get("device", ""))[:60].replace("\0", "")
    at = clock.wall()
    known_here = bool(code) and devices.heartbeat(code=code, state=said, now=at)
    if not known_here:
        token = request.COOKIES.get(COOKIE, "").partition(":")
        return JsonResponse({"known": False, "retired": known.retired_by_token(token[0], token[2]) is not None})
    if isinstance(said.get("tested"), str):
        devices.test_seen(code=code, test=said["tested"], at=at)
    return JsonResponse(
        {"known": True, "test": known.test_to_show(code, now=at), "name": known.device_by_code(code).name}
    )
