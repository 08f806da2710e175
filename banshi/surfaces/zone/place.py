"""Which door a page stands at: its area, the device it is, and in whose name it acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from banshi.foundation import clock, limits
from banshi.foundation.doors import door
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import queries

COOKIE = "device"  # set where machines are paired, at the kiosk's door


@dataclass(frozen=True)
class Place:
    """`device`: the door; None only in a demo whose area has none on its list. `at`: machine time."""

    area: SelfServiceArea
    device: Device | None
    now: datetime
    at: datetime

    @property
    def by(self) -> Actor:
        return Actor(ActorKind.KIOSK, self.device.code if self.device else "", self.area.hall.code)

    @property
    def start(self) -> str:
        return reverse("zone:door", args=[self.area.code])


View = Callable[..., HttpResponseBase]


def at_door(view: View) -> View:
    """Resolve the area and its door, in its hall's time zone. In production only the area's own paired door gets in; a demo's
    opens for anyone."""

    @wraps(view)
    def opened(request: Any, *, area: str, **kwargs: Any) -> HttpResponseBase:
        row = places.area_by_code(area)
        code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
        if token and (gone := devices.retired_by_token(code, token)) is not None:
            return render(request, "ui/device_retired.html", {"hall": row.hall, "device": gone}, status=410)
        held = devices.by_token(code, token) if token else None
        device = held if held is not None and held.kind == "door" and held.area_id == row.pk else None
        if device is None and settings.PRODUCTION:
            return redirect("kiosk:pair", hall=row.hall.code)
        place = Place(row, device or queries.door_of(row), clock.now(), clock.wall())
        with timezone.override(ZoneInfo(row.hall.timezone)):
            return view(request, place, **kwargs)

    return door(audience="hall-device")(opened)


def not_too_often(place: Place) -> None:
    """Nobody tries cards one after the other at a door. :raises Refused: rate-limited."""
    limits.take(key=f"zone:{place.area.code}", per_minute=30, burst=40)


def page(
    request: HttpRequest, place: Place, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    known = {
        "area": place.area, "hall": place.area.hall, "start": place.start, "device": place.device, "now": place.now,
        "zone": queries.zone(place.area, now=place.now),
    }  # fmt: skip
    return render(request, f"zone/{template}", {**known, **(context or {})}, status=status)
