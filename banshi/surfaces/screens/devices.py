"""Which device a screen is, and its heartbeat."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
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


def device_code(request: HttpRequest, hall: Hall, kind: str) -> str:
    """The paired device; in a demo the hall's first of this kind; "" where none is known."""
    device = paired(request)
    if device is None and not settings.PRODUCTION:
        device = known.first_of_kind(hall, kind)
    return device.code if device is not None and device.hall_id == hall.pk else ""


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
    known_here = bool(code) and devices.heartbeat(code=code, state=said, now=clock.wall())
    return JsonResponse({"known": known_here})
