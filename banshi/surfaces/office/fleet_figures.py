"""What machines did (自助办理统计): of all halls whose machines somebody looks after, or of one; on the page and as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import status_of
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.figure_asked import again, asked_days, export, shown, today_of
from banshi.surfaces.office.fleet import mine
from banshi.surfaces.office.fleet_sections import sections_of
from banshi.surfaces.office.frame import page

PAGE = "office/fleet_figures.html"


def _shown(request: Asked, halls: list[Hall], place: Hall | None, base: str) -> HttpResponseBase:
    today = today_of(halls, clock.now())
    back = reverse("office:fleet", kwargs={"hall": place.code}) if place else reverse("office:fleet-all")
    context: dict[str, Any] = {"today": today, "base": base, "back": back}
    try:
        asking = asked_days(request, today)
    except Refused as no:
        return page(request, PAGE, place, status=status_of(no), **context, **again(request, no))
    total, sections = sections_of(halls, asking.days)
    context |= {"total": total, "empty": not total["uses"], **shown(asking, sections, base)}
    return page(request, PAGE, place, **context)


def _export(request: Asked, halls: list[Hall], name: str) -> HttpResponseBase:
    """:raises Refused: invalid (days, format), nothing-found (part)."""
    asking = asked_days(request, today_of(halls, clock.now()))
    _total, sections = sections_of(halls, asking.days)
    return export(request, sections, name, asking.days)


@door(audience="staff", permission="devices.manage")
@require_GET
def everywhere(request: Asked) -> HttpResponseBase:
    """The machines of all halls somebody looks after."""
    return _shown(request, mine(request), None, reverse("office:fleet-figures-all"))


@door(audience="staff", permission="devices.manage")
@require_GET
def everywhere_export(request: Asked) -> HttpResponseBase:
    return _export(request, mine(request), "machines")


@door(audience="staff", permission="devices.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Those of one hall."""
    place = places.hall_by_code(hall)
    return _shown(request, [place], place, reverse("office:fleet-figures", kwargs={"hall": hall}))


@door(audience="staff", permission="devices.manage")
@require_GET
def index_export(request: Asked, hall: str) -> HttpResponseBase:
    return _export(request, [places.hall_by_code(hall)], f"{hall}-machines")
