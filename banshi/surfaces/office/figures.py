"""Figures (统计): one hall, or a region with its parts adding up; today or any days, on the page and as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.staff.frame import status_of
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.figure_asked import (
    Asking,
    again,
    asked_days,
    everywhere,
    export,
    may_see,
    place_of,
    ranges,
    shown,
    shown_parts,
    tabs,
    today_of,
)
from banshi.surfaces.office.figure_parts import Days, Section
from banshi.surfaces.office.figure_sections import of_hall, of_region
from banshi.surfaces.office.frame import page


def _common(
    asking: Asking, today: date, total: dict[str, Any], kept: insight.Kept, sections: Sequence[Section], base: str
) -> dict[str, Any]:
    before = next((s.table.total for s in sections if s.code == "visits-hour"), None)
    return {
        **shown(asking, sections, base),
        "before": before,
        "before_words": _before_words(asking.days, today),
        "total": total,
        "kept": kept,
        "no_show_share": total["no_shows"] / due if (due := total["appointments"] - total["cancelled"]) else None,
        "empty": total["visits"] == 0 and total["appointments"] == 0,
    }


def _before_words(days: Days, today: date) -> str:
    """The days that figures are compared with, by name: “上周 11/19–11/25”, “last week, 19–25 Nov”."""
    weeks = days.weeks_back.days // 7
    if weeks > 1:
        ago = ngettext("%(n)s week before", "%(n)s weeks before", weeks) % {"n": weeks}
    else:
        ago = _("last week") if days.last == today else _("the week before")
    first, last = days.before.first, days.before.last
    if english():
        month = "j M" if (first.year, first.month) != (last.year, last.month) else "j"
        span = date_format(last, "j M") if days.single else f"{date_format(first, month)}–{date_format(last, 'j M')}"
        return f"{ago}, {span}"
    span = f"{first.month}/{first.day}"
    return f"{ago} {span}" if days.single else f"{ago} {span}–{last.month}/{last.day}"


# --- a hall ---


@door(audience="staff", permission="figures.view")
@require_GET
def hall_figures(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    now = clock.now()
    today = today_of([place], now)
    base = reverse("office:figures", kwargs={"hall": hall})
    try:
        asking = asked_days(request, today)
    except Refused as no:
        beside = tabs("visits", hall=hall)
        return page(
            request, "office/figures.html", place, status=status_of(no), base=base, tabs=beside, **again(request, no)
        )
    total, kept, sections = _hall_sections(place, asking.days, now)
    return page(
        request,
        "office/figures.html",
        place,
        **_common(asking, today, total, kept, sections, base),
        **_closed(place, asking.days, now),
        peak=insight.busiest(
            insight.arrivals_by_half_hour(halls=[place], first=asking.days.first, last=asking.days.last)
        ),
        region=place.region if may_see(request, place.region.code) else None,
        today=today,
        tabs=tabs("visits", hall=hall, query=asking.query),
    )


def _hall_sections(place: Hall, days: Days, now: datetime) -> tuple[dict[str, Any], insight.Kept, list[Section]]:
    loads = insight.window_loads(hall=place, day=days.first, now=now) if days.single else []
    return of_hall(place, days, loads=loads)


def _closed(place: Hall, days: Days, now: datetime) -> dict[str, Any]:
    """Why a single day may be empty: not open at all, or not yet."""
    if not days.single:
        return {"sessions": None}
    sessions = calendars.sessions(place, days.first, days.last).get(days.first, [])
    why = None if sessions else calendars.why_closed(place, days.first)
    return {
        "sessions": sessions,
        "not_yet": bool(sessions) and now < sessions[0].starts_at,
        "next_opening": None
        if sessions or days.first != today_of([place], now)
        else calendars.next_opening(place, now),
        "why_closed": (why.words.en if english() else why.words.zh) if why else "",
    }


@door(audience="staff", permission="figures.view")
@require_GET
def hall_export(request: Asked, hall: str) -> HttpResponseBase:
    """`part`: one section, or every one as sheets (XLSX). `format`: xlsx | csv."""
    place = places.hall_by_code(hall)
    now = clock.now()
    asking = asked_days(request, today_of([place], now))
    _total, _kept, sections = _hall_sections(place, asking.days, now)
    return export(request, sections, hall, asking.days)


# --- a region ---


@door(audience="staff", permission="figures.view")
@require_GET
def region_figures(request: Asked, region: str) -> HttpResponseBase:
    """A region: its parts, each a way further down, and the same figures as of a hall."""
    place = place_of(request, region)
    now = clock.now()
    today = today_of(place.halls, now)
    base = reverse("office:region-figures", kwargs={"region": region})
    context: dict[str, Any] = {
        "place": place,
        "region": place.region,
        "base": base,
        "today": today,
        "everywhere": everywhere(request),
        "tabs": tabs("visits", region=region),
    }
    try:
        asking = asked_days(request, today)
    except Refused as no:
        return page(request, "office/figures.html", status=status_of(no), **again(request, no), **context)
    context["tabs"] = tabs("visits", region=region, query=asking.query)
    if not place.halls:
        return page(
            request, "office/figures.html", asking=asking, ranges=ranges(asking.range), no_halls=True, **context
        )
    total, kept, sections, levels = of_region(place.region.code if place.region else None, place.halls, asking.days)
    context |= _common(asking, today, total, kept, sections, base)
    return page(
        request,
        "office/figures.html",
        **context,
        **shown_parts(sections[0], asking, base, "figures"),
        sums=_by_level(levels),
        peak=insight.busiest(
            insight.arrivals_by_half_hour(halls=place.halls, first=asking.days.first, last=asking.days.last)
        ),
    )


def _by_level(levels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Visits by the level a hall belongs to: “1,200 city + 800 district + 143 town = 2,143”."""
    level_of = {row["key"]: row["level"] for row in levels if row["level"] not in ("hall", "")}
    words = {
        "province": pgettext("level", "province"),
        "city": pgettext("level", "city"),
        "district": pgettext("level", "district"),
        "town": pgettext("level", "town"),
        "village": pgettext("level", "village"),
    }
    sums: dict[str, int] = {}
    for row in levels:
        if row["level"] == "hall":
            level = level_of[row["parent"]]
            sums[level] = sums.get(level, 0) + row["visits"]
    terms = [{"visits": sums[level], "level": word} for level, word in words.items() if level in sums]
    return {"terms": terms, "total": levels[-1]["visits"]}


@door(audience="staff", permission="figures.view")
@require_GET
def region_export(request: Asked, region: str) -> HttpResponseBase:
    """As `hall_export`."""
    place = place_of(request, region)
    asking = asked_days(request, today_of(place.halls, clock.now()))
    if not place.halls:
        raise Refused("nothing-found", facts={"region": region})
    _total, _kept, sections, _levels = of_region(place.region.code if place.region else None, place.halls, asking.days)
    return export(request, sections, region, asking.days)
