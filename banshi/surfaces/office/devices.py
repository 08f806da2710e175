"""Devices of a hall: kiosks, boards, displays; how each is, its name, place and printer, and pairing a machine with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of
from banshi.frames.typed import clean, invalid
from banshi.kernel.refusals import Refused
from banshi.rooms.devices import actions
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.devices.ports import Slip
from banshi.rooms.devices.queries.fleet import machine_types
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, SelfServiceArea, Window, Zone
from banshi.surfaces.office.frame import page

FIELDS = {"code": 60, "kind": 20, "name": 80, "zone": 40, "window": 60, "printer": 120, "type": 40, "area": 40}


@door(audience="staff", permission="devices.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    now = clock.wall()  # a heartbeat is a machine's
    rows = paged(request, devices.health(place, now=now), 50)
    lines = [(each, now - each.last_seen_at if each.last_seen_at else None) for each in rows]
    return page(request, "office/devices.html", place, rows=rows, lines=lines, more=query_without_page(request))


def _of_hall(hall: Hall, code: str) -> Device:
    """:raises Refused: nothing-found – also for a device of another hall."""
    device = devices.device_by_code(code)
    if device.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"device": code})
    return device


def _form(
    request: Asked,
    hall: Hall,
    device: Device | None,
    typed: dict[str, str],
    refused: Refused | None = None,
    **more: Any,
) -> HttpResponseBase:
    return page(
        request,
        "office/device.html",
        hall,
        device=device,
        typed=typed,
        kinds=(*actions.KINDS, actions.MACHINE),
        types=machine_types(),
        areas=list(SelfServiceArea.objects.filter(hall=hall, active=True).order_by("code")),
        printers=devices.allowed_addresses(),
        zones=list(Zone.objects.filter(hall=hall).select_related("floor").order_by("floor__order", "code")),
        windows=list(Window.objects.filter(hall=hall).order_by("code")),
        refused=refused,
        status=status_of(refused) if refused else 200,
        tested=devices.tested(device, now=clock.wall()) if device else None,
        **more,
    )


def _saved(request: Asked, hall: Hall, typed: dict[str, str]) -> Device:
    """:raises Refused: invalid, not-your-hall (the code is another hall's)."""
    zone = Zone.objects.filter(hall=hall, code=typed["zone"]).first()
    window = Window.objects.filter(hall=hall, code=typed["window"]).first()
    if not typed["name"]:
        raise invalid("name", _("Give it a name that people in the hall know."))
    if (typed["window"] and window is None) or (typed["zone"] and zone is None):
        raise invalid("window", _("Choose a place of this hall."))
    if typed["kind"] in ("window_display", "evaluator") and window is None:
        raise invalid("window", _("Choose the window it stands at."))
    kind = MachineType.objects.filter(code=typed["type"]).first()
    area = SelfServiceArea.objects.filter(hall=hall, code=typed["area"]).first()
    if (typed["type"] and kind is None) or (typed["area"] and area is None):
        raise invalid("type" if kind is None and typed["type"] else "area", _("Choose one of the list."))
    return actions.register(
        hall=hall, code=typed["code"], kind=typed["kind"], name=typed["name"], zone=zone, window=window,
        printer=typed["printer"], type=kind, area=area, by=acting(request, hall), now=clock.now(),
    )  # fmt: skip


def _typed(request: Asked) -> dict[str, str]:
    typed = {name: clean(request.POST.get(name), most) for name, most in FIELDS.items()}
    # Not cleaned: what cannot be seen in a name is refused, not taken out behind the typist's back.
    return {**typed, "name": request.POST.get("name", "").strip()}


@door(audience="staff", permission="devices.manage")
@require_http_methods(["GET", "POST"])
def create(request: Asked, hall: str) -> HttpResponseBase:
    """A new device: it is paired afterwards, at the machine, with the secret shown once."""
    place = places.hall_by_code(hall)
    if request.method == "GET":
        return _form(request, place, None, dict.fromkeys(FIELDS, "") | {"kind": "kiosk", "code": f"{hall}-"})
    typed = _typed(request)
    try:
        if Device.objects.filter(code=typed["code"]).exists():
            raise invalid("code", _("There is a device with this code already."))
        made = _saved(request, place, typed)
    except Refused as refused:
        return _form(request, place, None, typed, refused)
    messages.success(request, _("%(name)s is known. Pair the machine with it now.") % {"name": made.name})
    return redirect("office:device", hall=hall, device=made.code)


@door(audience="staff", permission="devices.manage")
@require_http_methods(["GET", "POST"])
def one(request: Asked, hall: str, device: str) -> HttpResponseBase:
    """Name, place and printer of a device."""
    place = places.hall_by_code(hall)
    row = _of_hall(place, device)
    if request.method == "GET":
        return _form(request, place, row, _kept(row))
    typed = _typed(request) | {"code": row.code, "kind": row.kind}
    try:
        saved = _saved(request, place, typed)
    except Refused as refused:
        return _form(request, place, row, typed, refused)
    messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
    return redirect("office:devices", hall=hall)


def _kept(row: Device) -> dict[str, str]:
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "zone": row.zone.code if row.zone else "",
        "window": row.window.code if row.window else "",
        "printer": row.printer,
        "type": row.type_id or "",
        "area": row.area.code if row.area else "",
    }


@door(audience="staff", permission="devices.manage")
@require_POST
def pair(request: Asked, hall: str, device: str) -> HttpResponseBase:
    """A pairing secret, shown this once; the machine paired before is out."""
    place = places.hall_by_code(hall)
    row = _of_hall(place, device)
    secret = actions.new_secret(code=row.code, by=acting(request, place), now=clock.now())
    return _form(request, place, row, _kept(row), secret=secret)


@door(audience="staff", permission="devices.manage")
@require_http_methods(["GET", "POST"])
def test(request: Asked, hall: str, device: str) -> HttpResponseBase:
    """Try the printer and the screen (POST); how it goes (GET, a part that asks again until the screen has answered)."""
    place = places.hall_by_code(hall)
    row = _of_hall(place, device)
    if request.method == "GET":
        if not request.htmx:
            return _form(request, place, row, _kept(row))
        tested = devices.tested(row, now=clock.wall())
        return page(request, "office/_device_test.html", place, device=row, tested=tested)
    try:
        limits.take(key=f"device-test:{row.code}", per_minute=4, burst=4)  # paper, and a screen that people read
        actions.test(
            code=row.code, slip=_test_slip(place, row), by=acting(request, place), at=clock.wall(), now=clock.now()
        )
    except Refused as refused:
        return _form(request, place, row, _kept(row), refused)
    return redirect("office:device", hall=hall, device=device)


def _test_slip(hall: Hall, device: Device) -> Slip:
    at = local(hall, clock.now())
    lines = ((_("Device"), device.name), (_("Printed at"), f"{at:%Y-%m-%d %H:%M}"))
    foot = (_("A test of the printer. Nobody is called by it."),)
    return Slip(hall=named(hall), kind=_("Test slip"), number="A000", lines=lines, qr="", qr_says="", foot=foot)


@door(audience="staff", permission="devices.manage")
@require_http_methods(["GET", "POST"])
def retire(request: Asked, hall: str, device: str) -> HttpResponseBase:
    """Out of use: the machine paired with it may do nothing any more, and says so. GET names what stops with it."""
    place = places.hall_by_code(hall)
    row = _of_hall(place, device)
    if request.method == "GET":
        if row.retired_at is not None:
            return redirect("office:device", hall=hall, device=device)
        state = next(each for each in devices.health(place, now=clock.wall()) if each.code == row.code)
        last = row.kind == "kiosk" and devices.first_of_kind(place, "kiosk", beside=row) is None
        return page(request, "office/device_retire.html", place, device=row, working=state.health == "ok", last=last)
    actions.retire(code=row.code, by=acting(request, place), now=clock.now())
    messages.success(request, _("%(name)s is retired. The machine says so.") % {"name": row.name})
    return redirect("office:device", hall=hall, device=device)


@door(audience="staff", permission="devices.manage")
@require_POST
def bring_back(request: Asked, hall: str, device: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _of_hall(place, device)
    actions.bring_back(code=row.code, by=acting(request, place), now=clock.now())
    messages.success(request, _("%(name)s is back. Pair the machine with it now.") % {"name": row.name})
    return redirect("office:device", hall=hall, device=device)
