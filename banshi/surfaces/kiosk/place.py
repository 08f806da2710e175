"""Where a kiosk stands: its hall, the device it is, and in whose name it acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
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
from banshi.frames import remote_pages
from banshi.frames.typed import int_or_none
from banshi.journeys.hours.stops import evacuation
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from banshi.rooms.devices import actions as devices_at_work
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import queries as remote
from banshi.surfaces.kiosk import calling

COOKIE = "device"
MACHINE = "demo_machine"
KINDS = ("kiosk", "machine")  # that show these pages: what gives numbers, and what people help themselves at
IDLE_S = 20


@dataclass(frozen=True)
class Place:
    """`device` is None only in a demo whose hall has no kiosk on its list; `person`: whose card was read there."""

    hall: Hall
    device: Device | None
    policy: HallPolicy
    now: datetime
    person: int | None = None

    @property
    def by(self) -> Actor:
        return Actor(ActorKind.KIOSK, self.device.code if self.device else "", self.hall.code, self.person)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.hall.timezone)).date()

    @property
    def start(self) -> str:
        return reverse("kiosk:start", args=[self.hall.code])


View = Callable[..., HttpResponseBase]


def at_kiosk(view: View) -> View:
    """Resolve the hall and the device, in the hall's own time zone; an unpaired machine is sent to be paired.

    In production only a paired kiosk of the hall gets in, no board or display; a demo's kiosk opens for anyone. While
    people are to leave, the machine says that and does nothing else.
    """
    return always_at_kiosk(_unless_evacuated(view))


def _unless_evacuated(view: View) -> View:
    @wraps(view)
    def opened(request: Any, place: Place, **kwargs: Any) -> HttpResponseBase:
        zone = place.device.zone.code if place.device is not None and place.device.zone is not None else None
        stop = evacuation(place.hall, place.now, zone=zone)
        on_that_page = "out" in request.GET
        if stop is None:
            return _to_start(place) if on_that_page and request.htmx else view(request, place, **kwargs)
        if request.htmx:
            return HttpResponse(status=204) if on_that_page else _to_start(place)
        status = 200 if request.method == "GET" else 409
        return page(request, place, "evacuated.html", {"stop": stop}, status=status)

    return opened


def _to_start(place: Place) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": place.start})


def always_at_kiosk(view: View) -> View:
    """As `at_kiosk`, also while the hall is evacuated."""

    @wraps(view)
    def opened(request: Any, *, hall: str, **kwargs: Any) -> HttpResponseBase:
        row = places.hall_by_code(hall)
        if (gone := _retired(request)) is not None:
            return render(request, "ui/device_retired.html", {"hall": row, "device": gone}, status=410)
        device = _device(request, row)
        if device is None and settings.PRODUCTION:
            return redirect("kiosk:pair", hall=hall)
        request.reader_key = device.reader_key if device is not None else ""
        now = clock.now()
        place = Place(row, device, places.policy_of(row.pk, now=now), now)
        with timezone.override(ZoneInfo(row.timezone)):
            return view(request, place, **kwargs)

    return door(audience="hall-device")(opened)


def _device(request: HttpRequest, hall: Hall) -> Device | None:
    code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
    paired = devices.by_token(code, token) if token else None
    if paired is not None:
        return paired if paired.hall_id == hall.pk and paired.kind in KINDS else None
    return None if settings.PRODUCTION else _in_a_demo(request, hall)


def _in_a_demo(request: HttpRequest, hall: Hall) -> Device | None:
    """The machine that was named (`?machine=`, and kept), else the hall's first kiosk."""
    if "machine" in request.GET:
        request.session[MACHINE] = request.GET["machine"][:60].replace("\0", "")
    asked = str(request.session.get(MACHINE, ""))
    named = Device.objects.filter(hall=hall, code=asked, kind__in=KINDS, retired_at=None).first() if asked else None
    return named or devices.first_of_kind(hall, "kiosk")


def _retired(request: HttpRequest) -> Device | None:
    code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
    return devices.retired_by_token(code, token) if token else None


def not_too_often(place: Place) -> None:
    """Nobody tries ID numbers one after the other at a kiosk.

    :raises Refused: rate-limited.
    """
    limits.take(key=f"kiosk:{place.hall.code}:{place.device.code if place.device else ''}", per_minute=30, burst=40)


def not_too_many(place: Place) -> None:
    """Nobody empties the day's numbers at one machine; a queue of people that uses it never gets there.

    :raises Refused: rate-limited.
    """
    devices_at_work.number_given(hall=place.hall.code, device=place.device.code if place.device else "")


def page(
    request: HttpRequest, place: Place, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A kiosk page. `?idle=` shortens the silence in a demo or test."""
    if not request.session.session_key:
        request.session.save()  # known before it gives a number: the answer that would make it known may be lost
    asked = None if settings.PRODUCTION else int_or_none(request.GET.get("idle"), 0, 999)
    idle = IDLE_S if asked is None else asked
    helped = place.policy.video.most_waiting > 0 and remote.has_seats(place.hall.pk)
    known: dict[str, Any] = {"helped": helped, "calling": calling.goes_on(request)}
    known |= {
        "hall": place.hall,
        "start": place.start,
        "idle_s": max(1, idle),
        "device": place.device,
        "now": place.now,
    }
    answer = render(request, f"kiosk/{template}", {**known, **(context or {})}, status=status)
    if helped:
        answer["Permissions-Policy"] = remote_pages.CAMERA_HERE
    return answer
