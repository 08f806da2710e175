"""Figures of cases (办件统计): one hall, or a region with its parts adding up; on the page and as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import exports
from banshi.frames.staff.frame import status_of
from banshi.kernel.refusals import Refused
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.surfaces.office.case_figure_sections import columns, parts_of, sections_of
from banshi.surfaces.office.figure_asked import (
    EVERYWHERE,
    Asking,
    Place,
    again,
    asked_days,
    everywhere,
    export,
    invalid,
    may_see,
    place_of,
    ranges,
    shown,
    shown_parts,
    tabs,
    today_of,
)
from banshi.surfaces.office.figure_parts import Row, Section
from banshi.surfaces.office.frame import page

PAGE = "office/case_figures.html"
HAPPENED = ("received", "accepted", "decided", "completed")


def _sort(request: Asked) -> str:
    """`sort`: the column that tables are ordered by, most first. :raises Refused: invalid."""
    sort = request.GET.get("sort", "")
    if sort and sort not in {column.key for column in columns()}:
        raise invalid("sort", _("Choose one of the columns."))
    return sort


def _common(asking: Asking, total: Row, sections: list[Section], base: str, sort: str) -> dict[str, Any]:
    return {
        **shown(asking, sections, base, sort=sort),
        "total": total,
        "empty": not any(total[name] for name in HAPPENED),
    }


@door(audience="staff", permission="figures.view")
@require_GET
def hall_cases(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    today = today_of([place], clock.now())
    context: dict[str, Any] = {"today": today, "base": reverse("office:case-figures", kwargs={"hall": hall}), "ups": []}
    try:
        asking, sort = asked_days(request, today), _sort(request)
    except Refused as no:
        context |= {"tabs": tabs("cases", hall=hall), **again(request, no)}
        return page(request, PAGE, place, status=status_of(no), **context)
    if may_see(request, place.region.code):
        context["ups"] = [_up(place.region.code, place.region, asking)]
    total, sections = sections_of([place], asking.days, sort=sort)
    context |= _common(asking, total, sections, context["base"], sort)
    return page(request, PAGE, place, **context, tabs=tabs("cases", hall=hall, query=asking.query))


def _up(code: str, region: Any, asking: Asking) -> dict[str, Any]:
    """A level above: its region, None for all halls."""
    return {
        "region": region,
        "href": f"{reverse('office:region-case-figures', kwargs={'region': code})}?{asking.query}",
    }


@door(audience="staff", permission="figures.view")
@require_GET
def hall_cases_export(request: Asked, hall: str) -> HttpResponseBase:
    """As `figures.hall_export`; in the order of `sort`."""
    place = places.hall_by_code(hall)
    asking = asked_days(request, today_of([place], clock.now()))
    _total, sections = sections_of([place], asking.days, sort=_sort(request))
    return export(request, sections, f"{hall}-cases", asking.days)


@door(audience="staff", permission="figures.view")
@require_GET
def region_cases(request: Asked, region: str) -> HttpResponseBase:
    """A region: its parts, each a way further down, and the same figures as of a hall."""
    place = place_of(request, region)
    today = today_of(place.halls, clock.now())
    base = reverse("office:region-case-figures", kwargs={"region": region})
    context: dict[str, Any] = {"place": place, "region": place.region, "base": base, "today": today, "ups": []}
    try:
        asking, sort = asked_days(request, today), _sort(request)
    except Refused as no:
        context |= {"tabs": tabs("cases", region=region), **again(request, no)}
        return page(request, PAGE, status=status_of(no), **context)
    context |= {"tabs": tabs("cases", region=region, query=asking.query), "ups": _above(request, place, asking)}
    if not place.halls:
        return page(request, PAGE, asking=asking, ranges=ranges(asking.range), no_halls=True, **context)
    total, sections, parts = _of_region(place, asking, sort)
    context |= _common(asking, total, sections, base, sort)
    return page(
        request, PAGE, **context, **shown_parts(Section(parts, sorts=True), asking, base, "case-figures", sort=sort)
    )


def _of_region(place: Place, asking: Asking, sort: str) -> tuple[Row, list[Section], exports.Table]:
    region = place.region.code if place.region else None
    total, sections = sections_of(place.halls, asking.days, sort=sort, region=region)
    levels = insight.case_levels(halls=place.halls, first=asking.days.first, last=asking.days.last)
    parts = parts_of(region, levels, sort=sort)
    return total, sections, parts


def _above(request: Asked, place: Place, asking: Asking) -> list[dict[str, Any]]:
    ups = [_up(EVERYWHERE, None, asking)] if place.region and everywhere(request) else []
    return ups + [_up(region.code, region, asking) for region in place.above]


@door(audience="staff", permission="figures.view")
@require_GET
def region_cases_export(request: Asked, region: str) -> HttpResponseBase:
    """As `hall_cases_export`."""
    place = place_of(request, region)
    asking = asked_days(request, today_of(place.halls, clock.now()))
    if not place.halls:
        raise Refused("nothing-found", facts={"region": region})
    _total, sections, parts = _of_region(place, asking, _sort(request))
    return export(request, [Section(parts, wide=True), *sections], f"{region}-cases", asking.days)
