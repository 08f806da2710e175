"""Pair a machine with the hall: its code and the one-time secret from the office."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock, limits
from banshi.foundation.crypto import blind_index
from banshi.foundation.doors import door
from banshi.foundation.words import words
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.addresses import network_of
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices import queries as known
from banshi.rooms.devices.models import Device
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.kiosk.place import COOKIE

TEN_YEARS_S = 10 * 366 * 24 * 3600


@door(audience="public")
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, hall: str) -> HttpResponse:
    row = places.hall_by_code(hall)
    code = request.POST.get("code", "")[:60].replace("\0", "").strip().lower()
    context = {"hall": row, "code": code, **_paired_as_another(request, row)}
    if request.method == "GET":
        return render(request, "kiosk/pair.html", context)
    by = Actor(ActorKind.KIOSK, code, row.code)
    try:
        _not_too_many(request, row.code)
        secret = request.POST.get("secret", "")[:80].replace("\0", "")
        token = devices.pair(hall=row, code=code, secret=secret, by=by, now=clock.now())
    except Refused as no:
        title, detail = words(no.refusal)
        # How many tries are left is not counted per device: the limit is the network's.
        said = {"title": title, "detail": detail if no.slug == "rate-limited" else ""}
        return render(request, "kiosk/pair.html", {**context, **said}, status=SLUGS[no.slug])
    device = known.device_by_code(code)
    answer = redirect(_home(device))
    answer.set_cookie(
        COOKIE,
        f"{device.code}:{token}",
        max_age=TEN_YEARS_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def _not_too_many(request: HttpRequest, hall: str) -> None:
    """A network's tries at one hall: what strangers try keeps nobody from pairing a machine in the hall.

    :raises Refused: rate-limited.
    """
    network = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
    limits.take(key=f"pair:{hall}:{network}", per_minute=6, burst=10)


def _paired_as_another(request: HttpRequest, hall: Hall) -> dict[str, object]:
    """`another`: the device of this hall that the machine is and that is no kiosk; `home`: the page it shows, "" where
    none is. {} for any other machine."""
    code, _, token = request.COOKIES.get(COOKIE, "").partition(":")
    held = known.by_token(code, token) if token else None
    if held is None or held.hall_id != hall.pk or held.kind == "kiosk":
        return {}
    home = _home(held)
    return {"another": held, "home": "" if home == _kiosk(hall.code) else home}


def _kiosk(hall: str) -> str:
    return f"/kiosk/{hall}/"


def _home(device: Device) -> str:
    """The page a device shows."""
    hall, window = device.hall.code, device.window.code if device.window else ""
    if device.kind == "zone_board" and device.zone:
        return f"/screens/{hall}/zones/{device.zone.code}"
    if device.kind in ("board", "zone_board"):
        return f"/screens/{hall}/board"
    if device.kind == "window_display" and window:
        return f"/screens/windows/{window}"
    if device.kind == "evaluator" and window:
        return f"/screens/windows/{window}/rate"
    if device.kind == "door" and device.area:
        return f"/zone/{device.area.code}/"
    return _kiosk(hall)
