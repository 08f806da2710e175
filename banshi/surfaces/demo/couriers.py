"""The demo's carrier: its parcels, and pushing one on. It can be told to say it twice, in the wrong order, or not at all, or that
nobody took it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation.doors import Asked, door


class Shown(Protocol):
    """What the stand-in carrier can do beside its port."""

    def look(self, waybill: str) -> dict[str, Any] | None: ...

    def parcels(self) -> Mapping[str, str]: ...

    def press(self, waybill: str, how: str) -> None: ...


def _carrier() -> Shown:
    """:raises Http404: the carrier here is a real one."""
    made = import_string(settings.BANSHI_COURIER)()
    if not hasattr(made, "press"):
        raise Http404
    return cast(Shown, made)


@require_GET
@door(audience="demo")
def parcels(request: Asked) -> HttpResponse:
    return render(request, "demo/couriers.html", {"parcels": list(_carrier().parcels().items())})


@require_http_methods(["GET", "POST"])
@door(audience="demo")
def parcel(request: Asked, waybill: str) -> HttpResponse:
    carrier = _carrier()
    if request.method == "POST":
        carrier.press(waybill, request.POST.get("how", "")[:10])
        return redirect("demo:courier", waybill=waybill)
    found = carrier.look(waybill)
    if found is None:
        raise Http404
    events = found["events"]
    status = events[-1]["status"] if events else "posted"
    shown = {"waybill": waybill, "status": status, "events": events[::-1], "over": status in ("delivered", "returning")}
    return render(request, "demo/courier.html", shown)
