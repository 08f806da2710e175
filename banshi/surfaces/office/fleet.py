"""The fleet (自助设备): every area and machine of the halls somebody looks after, the worst first; a machine, an area, their
maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of, zone_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, invalid, time_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.devices.actions import fleet as machines
from banshi.rooms.devices.actions import orders as giving
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.queries import fleet as fleet_queries
from banshi.rooms.devices.queries import orders
from banshi.rooms.devices.queries.fleet import Area, Machine
from banshi.rooms.devices.rules.fleet import HEALTHS
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, SelfServiceArea
from banshi.surfaces.office.fleet_sections import of_machine
from banshi.surfaces.office.frame import my_halls, page

MOST_TOLD: Final = 6
MOST_BEFORE: Final = 50
MOST_ORDERS: Final = 20
DAYS: Final = 30  # of what a machine's own page tells of its work
USUAL: Final = timedelta(hours=2)


@dataclass(frozen=True)
class Group:
    """A hall with its areas, those that hold something of what was asked for."""

    hall: Hall
    areas: list[tuple[Area, list[Machine]]]


def mine(request: Asked) -> list[Hall]:
    """Halls whose machines whoever asks looks after."""
    return [hall for hall in my_halls(request.who) if request.who.may("devices.manage", hall.code)]


def _asked(request: Asked) -> dict[str, str]:
    asked = {name: clean(request.GET.get(name), 60) for name in ("state", "type", "of", "q")}
    return asked | {"state": asked["state"] if asked["state"] in HEALTHS else ""}


def _fits(machine: Machine, area: Area, asked: Mapping[str, str]) -> bool:
    words = " ".join(
        [machine.code, machine.name, machine.type.name_zh, machine.type.name_en]
        + ([area.area.name_zh, area.area.name_en, area.area.place_zh, area.area.place_en] if area.area else [])
    )
    return (
        (not asked["state"] or machine.health == asked["state"])
        and (not asked["type"] or machine.type.code == asked["type"])
        and (not asked["of"] or machine.hall.code == asked["of"])
        and asked["q"].casefold() in words.casefold()
    )


def _shown(request: Asked, halls: list[Hall], place: Hall | None) -> dict[str, Any]:
    """Everything that changes by itself; the page and its part show the same."""
    asked = _asked(request)
    fleet = fleet_queries.fleet(halls, at=clock.wall(), now=clock.now())
    groups: dict[int, Group] = {}
    for area in fleet.areas:
        fitting = [machine for machine in area.machines if _fits(machine, area, asked)]
        if fitting or not any(asked.values()):
            groups.setdefault(area.hall.pk, Group(area.hall, [])).areas.append((area, fitting))
    told = [each for each in fleet.machines if any(fault.told and not fault.seen_at for fault in each.faults)]
    told = sorted((each for each in told if not each.maintenance), key=lambda each: HEALTHS.index(each.health))
    root = reverse("office:fleet", kwargs={"hall": place.code}) if place else reverse("office:fleet-all")
    counts = fleet.counts
    return {
        "asked": asked,
        "groups": list(groups.values()),
        "tiles": [
            {"health": each, "n": counts[each], "href": _query(root, asked | {"state": "" if asked["state"] == each else each})}
            for each in HEALTHS
        ],
        "all": len(fleet.machines),
        "areas": sum(each.area is not None for each in fleet.areas),
        "found": sum(len(fitting) for group in groups.values() for _area, fitting in group.areas),
        "available": fleet.available,
        "told": told[:MOST_TOLD],
        "told_more": max(0, len(told) - MOST_TOLD),
        "root": root,
        "figures_href": root + "figures",
        "now_href": _query(root + "now", asked),
    }  # fmt: skip


def _query(root: str, asked: Mapping[str, str]) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"{root}?{said}" if said else root


def _page(
    request: Asked,
    halls: list[Hall],
    place: Hall | None,
    typed: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> HttpResponseBase:
    """:param place: the hall whose machines these are alone: all of them can be maintained together."""
    whole: dict[str, Any] = {}
    if place is not None:
        rows = fleet_queries.planned(place, now=clock.now())
        whole = {"kept": [each for each in rows if not each.device and not each.area], "typed": typed or _usual(place)}
    return page(
        request,
        "office/fleet.html",
        place,
        halls=halls,
        types=fleet_queries.machine_types(),
        refused=refused,
        status=status_of(refused) if refused else 200,
        **whole,
        **_shown(request, halls, place),
    )


@door(audience="staff", permission="devices.manage")
@require_GET
def everywhere(request: Asked) -> HttpResponseBase:
    """The machines of all halls somebody looks after."""
    return _page(request, mine(request), None)


@door(audience="staff", permission="devices.manage")
@require_GET
def everywhere_now(request: Asked) -> HttpResponseBase:
    """The part of the page that changes."""
    return page(request, "office/_fleet_now.html", None, **_shown(request, mine(request), None))


@door(audience="staff", permission="devices.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Those of one hall."""
    place = places.hall_by_code(hall)
    return _page(request, [place], place)


@door(audience="staff", permission="devices.manage")
@require_GET
def index_now(request: Asked, hall: str) -> HttpResponseBase:
    """The part of the page that changes."""
    place = places.hall_by_code(hall)
    return page(request, "office/_fleet_now.html", place, **_shown(request, [place], place))


# --- a machine ---


def _machine_of(place: Hall, code: str) -> Machine:
    """:raises Refused: nothing-found – also for a machine of another hall."""
    found = fleet_queries.machine(code, at=clock.wall(), now=clock.now())
    if found is None or found.hall.pk != place.pk:
        raise Refused("nothing-found", facts={"device": code})
    return found


def _machine_page(
    request: Asked, place: Hall, code: str, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> HttpResponseBase:
    found = _machine_of(place, code)
    today = local(place, clock.now()).date()
    did, by_day = of_machine(place, code, first=today - timedelta(days=DAYS - 1), last=today)
    given = orders.lately(code, most=MOST_ORDERS)
    by_part = {fault.part: fault for fault in found.faults}
    return page(
        request,
        "office/fleet_machine.html",
        place,
        machine=found,
        parts=[(part, state, by_part.get(part)) for part, state in found.parts.items()],
        whole=by_part.get(""),
        seen_by=names_of({fault.seen_by for fault in found.faults if fault.seen_by}),
        did=did,
        by_day=by_day,
        charts={by_day.code: by_day.chart} if did["uses"] else {},
        given=[(each, clock.wall() - each.made_at) for each in given],
        given_by=names_of({each.made_by for each in given}),
        unseen=any(fault.seen_at is None for fault in found.faults),
        before=fleet_queries.faults_before(code, most=MOST_BEFORE),
        kept=[
            row
            for row in fleet_queries.planned(place, now=clock.now())
            if (row.device.code == code if row.device else row.area in (None, found.area))
        ],
        typed=typed or _usual(place),
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission="devices.manage")
@require_GET
def machine(request: Asked, hall: str, device: str) -> HttpResponseBase:
    return _machine_page(request, places.hall_by_code(hall), device)


@door(audience="staff", permission="devices.manage")
@require_POST
def seen(request: Asked, hall: str, device: str) -> HttpResponseBase:
    """有人处理: nobody else is told of what is wrong now."""
    place = places.hall_by_code(hall)
    found = _machine_of(place, device)
    if machines.see_to(code=found.code, by=acting(request, place), now=clock.now()):
        messages.success(request, _("It is noted that you look after it."))
    return redirect("office:fleet-machine", hall=hall, device=device)


@door(audience="staff", permission="devices.manage")
@require_POST
def order_again(request: Asked, hall: str, device: str, order: int) -> HttpResponseBase:
    """What may or may not have come out is printed once more; pressed twice it is once."""
    place = places.hall_by_code(hall)
    found = _machine_of(place, device)
    try:
        if not orders.may_be_repeated(found.code, order):
            raise Refused("nothing-found", facts={"order": order})
        giving.again(order=order, by=acting(request, place), at=clock.wall(), now=clock.now())
    except Refused as refused:
        return _machine_page(request, place, device, refused=refused)
    messages.success(request, _("The machine is told to print it once more."))
    return redirect("office:fleet-machine", hall=hall, device=device)


# --- an area ---


def _area_of(place: Hall, code: str) -> SelfServiceArea:
    """:raises Refused: nothing-found – also for an area of another hall."""
    row = SelfServiceArea.objects.filter(hall=place, code=code).first()
    if row is None:
        raise Refused("nothing-found", facts={"area": code})
    return row


def _area_page(
    request: Asked, place: Hall, code: str, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> HttpResponseBase:
    row = _area_of(place, code)
    ids = list(Device.objects.filter(area=row).order_by("id").values_list("pk", flat=True))
    found = fleet_queries.fleet([place], at=clock.wall(), now=clock.now(), devices=ids)
    return page(
        request,
        "office/fleet_area.html",
        place,
        area=row,
        machines=found.machines,
        available=found.available,
        kept=[each for each in fleet_queries.planned(place, now=clock.now()) if not each.device and each.area in (None, row)],
        typed=typed or _usual(place),
        refused=refused,
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


@door(audience="staff", permission="devices.manage")
@require_GET
def area(request: Asked, hall: str, area: str) -> HttpResponseBase:
    return _area_page(request, places.hall_by_code(hall), area)


# --- maintenance ---


def _usual(place: Hall) -> dict[str, str]:
    """From now, for two hours."""
    now = local(place, clock.now()).replace(second=0, microsecond=0)
    until = now + USUAL
    return {
        "from_day": f"{now:%Y-%m-%d}", "from_time": f"{now:%H:%M}", "to_day": f"{until:%Y-%m-%d}", "to_time": f"{until:%H:%M}",
        "why": "",
    }  # fmt: skip


def _typed(request: Asked) -> dict[str, str]:
    most = {"from_day": 10, "from_time": 8, "to_day": 10, "to_time": 8, "why": 200}
    return {name: clean(request.POST.get(name), length) for name, length in most.items()}


def _moment(place: Hall, typed: dict[str, str], which: str) -> datetime:
    """:raises Refused: invalid."""
    day, time = day_or_none(typed[f"{which}_day"]), time_or_none(typed[f"{which}_time"])
    if day is None or time is None:
        raise invalid(f"{which}_day", _("Give a day and a time such as 14:30."))
    return datetime.combine(day, time, zone_of(place))


def _maintained(request: Asked, place: Hall, typed: dict[str, str], **what: Any) -> None:
    """:raises Refused: invalid."""
    machines.maintain(
        hall=place, from_at=_moment(place, typed, "from"), until_at=_moment(place, typed, "to"), why=typed["why"],
        by=acting(request, place), now=clock.now(), **what,
    )  # fmt: skip
    messages.success(request, _("The maintenance is planned. Until it is over nobody is told of faults."))


@door(audience="staff", permission="devices.manage")
@require_POST
def maintain_machine(request: Asked, hall: str, device: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    found = _machine_of(place, device)
    typed = _typed(request)
    try:
        _maintained(request, place, typed, device=Device.objects.get(code=found.code))
    except Refused as refused:
        return _machine_page(request, place, device, typed, refused)
    return redirect("office:fleet-machine", hall=hall, device=device)


@door(audience="staff", permission="devices.manage")
@require_POST
def maintain_hall(request: Asked, hall: str) -> HttpResponseBase:
    """All machines of a hall."""
    place = places.hall_by_code(hall)
    typed = _typed(request)
    try:
        _maintained(request, place, typed)
    except Refused as refused:
        return _page(request, [place], place, typed, refused)
    return redirect("office:fleet", hall=hall)


@door(audience="staff", permission="devices.manage")
@require_POST
def maintain_area(request: Asked, hall: str, area: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _area_of(place, area)
    typed = _typed(request)
    try:
        _maintained(request, place, typed, area=row)
    except Refused as refused:
        return _area_page(request, place, area, typed, refused)
    return redirect("office:fleet-area", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def end_maintenance(request: Asked, hall: str, maintenance: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    machines.end_maintenance(hall=place, maintenance_id=maintenance, by=acting(request, place), now=clock.now())
    messages.success(request, _("The maintenance is over."))
    back = clean(request.POST.get("device"), 60), clean(request.POST.get("area"), 60)
    if back[0] and Device.objects.filter(hall=place, code=back[0]).exists():
        return redirect("office:fleet-machine", hall=hall, device=back[0])
    if back[1] and SelfServiceArea.objects.filter(hall=place, code=back[1]).exists():
        return redirect("office:fleet-area", hall=hall, area=back[1])
    return redirect("office:fleet", hall=hall)
