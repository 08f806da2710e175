"""Night zones (24 小时自助区) for whoever keeps them: how full, who is inside, calls for help, limits, closed for today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.times import clock_words
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none, invalid, time_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.devices.queries.fleet import Name
from banshi.rooms.places import actions as keeping
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import HelpCall
from banshi.surfaces.office.frame import page

CALLS_SHOWN: Final = 20
NIGHTS: Final = {"nights_from": 8, "nights_until": 8}


@door(audience="staff", permission="devices.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    zones = queries.zones(queries.with_doors([place]), now=clock.now())
    return page(request, "office/zones.html", place, zones=zones)


def _area(place: Hall, code: str) -> SelfServiceArea:
    """:raises Refused: nothing-found – also for an area of another hall."""
    area = places.area_by_code(code)
    if area.hall_id != place.pk:
        raise Refused("nothing-found", facts={"area": code})
    return area


def _page(
    request: Asked, place: Hall, area: SelfServiceArea, refused: Refused | None = None, typed: dict[str, str] | None = None
) -> HttpResponseBase:  # fmt: skip
    now = clock.now()
    inside = queries.who_is_inside(area, now=now)
    why = f"zone:{area.code}:{now:%Y-%m-%d}"
    by = acting(request, place)
    people = [each.person_id for each in inside if each.person_id is not None]
    audit.looked_once([audit.Look(f"person:{each}", by, place.code, why) for each in people], now=now)
    calls = queries.calls(area, most=CALLS_SHOWN)
    names = names_of({each.answered_by for each in calls if each.answered_by})
    kept = {
        "most_inside": str(area.most_inside or ""),
        "stay_minutes": str(area.stay_minutes),
        "why": "",
        "people": "1",
        "asks": area.asks,
        "free_by_day": "1" if area.free_by_day else "",
        "nights_from": clock_words(area.nights_from),
        "nights_until": clock_words(area.nights_until),
        "lights": area.lights,
    }
    return page(
        request,
        "office/zone.html",
        place,
        area=area,
        zone=queries.zone(area, now=now),
        inside=inside,
        calls=[_called(each, names) for each in calls if each.ended_at is None],
        typed=kept | (typed or {}),
        most=keeping.MOST_INSIDE,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@dataclass(frozen=True)
class Called:
    """A call for help that is not over: `who` looks after it, and who was told when."""

    id: int
    at: datetime
    who: str
    told: list[tuple[list[Name], datetime]]


def _called(row: HelpCall, names: dict[str, str]) -> Called:
    told = [([Name(**name) for name in each.told], each.at) for each in row.told.all()]
    return Called(row.pk, row.at, names.get(row.answered_by, ""), told)


@door(audience="staff", permission="devices.manage")
@require_GET
def one(request: Asked, hall: str, area: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, _area(place, area))


@door(audience="staff", permission="devices.manage")
@require_POST
def left(request: Asked, hall: str, area: str, inside: int) -> HttpResponseBase:
    """Somebody is gone, and no door said so."""
    place = places.hall_by_code(hall)
    actions.noted_out(area=_area(place, area), entry_id=inside, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("zone", "Noted as left."))
    return redirect("office:zone", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def answer(request: Asked, hall: str, area: str, help_id: int) -> HttpResponseBase:
    """有人处理: the door's page says that somebody comes."""
    place = places.hall_by_code(hall)
    actions.answer_help(area=_area(place, area), call_id=help_id, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("zone", "The page at the door says that somebody looks after it."))
    return redirect("office:zone", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def end(request: Asked, hall: str, area: str, help_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    actions.end_help(area=_area(place, area), call_id=help_id, by=acting(request, place), now=clock.now())
    messages.success(request, pgettext("zone", "The call is over."))
    return redirect("office:zone", hall=hall, area=area)


def _typed(request: Asked) -> dict[str, str]:
    most = {"most_inside": 4, "stay_minutes": 4, "why": 200, "people": 3, "asks": 20, "lights": 20} | NIGHTS
    return {name: clean(request.POST.get(name), length) for name, length in most.items() if name in request.POST}


@door(audience="staff", permission="devices.manage")
@require_POST
def limits(request: Asked, hall: str, area: str) -> HttpResponseBase:
    """How many at once, how long. Nobody who is inside is sent out for it."""
    place = places.hall_by_code(hall)
    row, typed = _area(place, area), _typed(request)
    try:
        keeping.set_area_limits(
            area=row, most_inside=_whole(typed, "most_inside") if typed.get("most_inside") else None,
            stay_minutes=_whole(typed, "stay_minutes"), by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, row, refused, typed)
    messages.success(request, pgettext("zone", "The limits hold from now on."))
    return redirect("office:zone", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def door_asks(request: Asked, hall: str, area: str) -> HttpResponseBase:
    """What the door asks, when it is night, when the lights burn. The way out asks nothing, whatever is set."""
    place = places.hall_by_code(hall)
    row, typed = _area(place, area), _typed(request) | {"free_by_day": "1" if "free_by_day" in request.POST else ""}
    try:
        nights = {name: _time(typed, name) for name in NIGHTS}
        keeping.set_area_door(
            area=row, by=acting(request, place), now=clock.now(),
            door=keeping.AreaDoor(
                asks=typed.get("asks", ""), free_by_day=bool(typed["free_by_day"]), lights=typed.get("lights", ""), **nights
            ),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, row, refused, typed)
    messages.success(request, pgettext("zone", "The door asks so from now on."))
    return redirect("office:zone", hall=hall, area=area)


def _time(typed: dict[str, Any], name: str) -> time:
    """:raises Refused: invalid."""
    value = time_or_none(typed.get(name, ""))
    if value is None:
        raise invalid(name, pgettext("zone", "Give a time like 18:00."))
    return value


def _whole(typed: dict[str, Any], name: str) -> int:
    """:raises Refused: invalid."""
    value = int_or_none(typed.get(name, ""), 0, 9999)
    if value is None:
        raise invalid(name, pgettext("zone", "Give a whole number."))
    return value


@door(audience="staff", permission="devices.manage")
@require_POST
def close(request: Asked, hall: str, area: str) -> HttpResponseBase:
    """今日关闭: nobody is let in until the night is over."""
    place = places.hall_by_code(hall)
    row, typed = _area(place, area), _typed(request)
    try:
        actions.close_for_today(area=row, why=typed.get("why", ""), by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, row, refused, typed)
    messages.success(request, pgettext("zone", "Nobody is let in. Whoever is inside leaves when they like."))
    return redirect("office:zone", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def reopen(request: Asked, hall: str, area: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    if actions.open_again(area=_area(place, area), by=acting(request, place), now=clock.now()):
        messages.success(request, pgettext("zone", "People are let in again."))
    return redirect("office:zone", hall=hall, area=area)


@door(audience="staff", permission="devices.manage")
@require_POST
def by_hand(request: Asked, hall: str, area: str) -> HttpResponseBase:
    """A keeper opened the door by hand: whoever came in is counted."""
    place = places.hall_by_code(hall)
    row, typed = _area(place, area), _typed(request)
    try:
        people = _whole(typed, "people")
        actions.opened_by_hand(area=row, people=people, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, row, refused, typed)
    messages.success(request, pgettext("zone", "Counted as inside."))
    return redirect("office:zone", hall=hall, area=area)
