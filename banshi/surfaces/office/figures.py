"""Figures (统计): one hall, or a region with its parts adding up; today or any days, on the page and as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.staff import exports
from banshi.frames.staff.frame import status_of
from banshi.frames.typed import clean, day_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Region
from banshi.surfaces.office.figure_sections import Days, Section, of_hall, of_region
from banshi.surfaces.office.frame import page

MOST_DAYS = 400
EVERYWHERE = "all"  # the whole installation, in addresses
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Asking:
    """The asked days, and the query that asks for them again."""

    range: str
    days: Days
    query: str


def _asked(request: HttpRequest | Asked, today: date) -> Asking:
    """`range`: today | yesterday | 7 | 30 | custom with `from` and `to`. Today where nothing is said.

    :raises Refused: invalid – days that cannot be read, are in the wrong order, in the future, or too many.
    """
    asked = request.GET.get("range", "")
    if not asked:
        asked = "custom" if request.GET.get("from") else "today"
    match asked:
        case "today":
            days = Days(today, today)
        case "yesterday":
            days = Days(today - timedelta(days=1), today - timedelta(days=1))
        case "7" | "30":
            days = Days(today - timedelta(days=int(asked) - 1), today)
        case "custom":
            days = _custom(request, today)
            return Asking(
                asked, days, urlencode({"range": "custom", "from": days.first.isoformat(), "to": days.last.isoformat()})
            )
        case _:
            raise _invalid("range", _("Choose one of the ranges."))
    return Asking(asked, days, urlencode({"range": asked}))


def _custom(request: HttpRequest | Asked, today: date) -> Days:
    first = day_or_none(request.GET.get("from"))
    last = day_or_none(request.GET.get("to")) if request.GET.get("to") else first
    if first is None or last is None:
        raise _invalid("from", _("Write days like 2026-03-10."))
    if last < first:
        raise _invalid("to", _("The last day is before the first."))
    if first > today:
        raise _invalid("from", _("These days are still to come."))
    if (last - first).days >= MOST_DAYS:
        raise _invalid("to", _("At most %(n)s days at a time.") % {"n": MOST_DAYS})
    return Days(first, last)


def _invalid(field: str, reason: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": reason})


def _today(halls: Sequence[Hall], now: datetime) -> date:
    zone = ZoneInfo(halls[0].timezone) if halls else CHINA
    return now.astimezone(zone).date()


def _ranges(here: str) -> list[dict[str, Any]]:
    words = (
        ("today", _("Today")),
        ("yesterday", _("Yesterday")),
        ("7", _("7 days")),
        ("30", _("30 days")),
    )
    return [{"code": code, "label": label, "here": code == here} for code, label in words]


def _again(request: HttpRequest | Asked, no: Refused) -> dict[str, Any]:
    """The page after a refused choice of days: the reason, and what was typed."""
    typed = {"typed_from": clean(request.GET.get("from"), 20), "typed_to": clean(request.GET.get("to"), 20)}
    return {"refused": no, "ranges": _ranges(""), **typed}


def _common(
    asking: Asking, today: date, total: dict[str, Any], kept: insight.Kept, sections: Sequence[Section], base: str
) -> dict[str, Any]:
    before = next((s.table.total for s in sections if s.code == "visits-hour"), None)
    return {
        "asking": asking,
        "before": before,
        "before_words": _before_words(asking.days, today),
        "ranges": _ranges(asking.range),
        "typed_from": asking.days.first.isoformat(),
        "typed_to": asking.days.last.isoformat(),
        "first": asking.days.first,
        "last": asking.days.last,
        "total": total,
        "kept": kept,
        "no_show_share": total["no_shows"] / due if (due := total["appointments"] - total["cancelled"]) else None,
        "empty": total["visits"] == 0 and total["appointments"] == 0,
        "sections": sections,
        "charts": {s.code: s.chart for s in sections if s.chart},
        "base": base,
        "export": f"{base}/export?{asking.query}",
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
    today = _today([place], now)
    base = reverse("office:figures", kwargs={"hall": hall})
    try:
        asking = _asked(request, today)
    except Refused as no:
        return page(request, "office/figures.html", place, status=status_of(no), base=base, **_again(request, no))
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
        region=place.region if _may_see(request, place.region.code) else None,
        today=today,
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
        "next_opening": None if sessions or days.first != _today([place], now) else calendars.next_opening(place, now),
        "why_closed": (why.words.en if english() else why.words.zh) if why else "",
    }


def _may_see(request: HttpRequest | Asked, region: str) -> bool:
    return all(request.who.may("figures.view", hall.code) for hall in places.halls_in_region(region))  # type: ignore[union-attr]


@door(audience="staff", permission="figures.view")
@require_GET
def hall_export(request: Asked, hall: str) -> HttpResponseBase:
    """`part`: one section, or every one as sheets (XLSX). `format`: xlsx | csv."""
    place = places.hall_by_code(hall)
    now = clock.now()
    asking = _asked(request, _today([place], now))
    _total, _kept, sections = _hall_sections(place, asking.days, now)
    return _export(request, sections, hall, asking.days)


def _export(request: HttpRequest | Asked, sections: Sequence[Section], what: str, days: Days) -> HttpResponseBase:
    """:raises Refused: nothing-found (no such part), invalid (format)."""
    part, form = request.GET.get("part", ""), request.GET.get("format", "xlsx")
    if form not in ("xlsx", "csv"):
        raise _invalid("format", _("Choose XLSX or CSV."))
    chosen = [section.table for section in sections if not part or section.code == part]
    if not chosen:
        raise Refused("nothing-found", facts={"part": part})
    if form == "csv" and not part:
        raise _invalid("part", _("A CSV file holds one table: choose which."))
    name = "-".join(
        [
            "banshi",
            what,
            days.first.isoformat(),
            *([] if days.single else [days.last.isoformat()]),
            *([part] if part else []),
        ]
    )
    content = exports.as_csv(chosen[0]) if form == "csv" else exports.as_xlsx(chosen)
    return exports.answer(content, name=name, form=form)


# --- a region ---


@dataclass(frozen=True)
class Place:
    """A region as its page needs it; `region` is None for the whole installation."""

    code: str
    region: Region | None
    halls: list[Hall]
    above: list[Region]


def _place(request: HttpRequest | Asked, code: str) -> Place:
    """:raises Refused: nothing-found; not-your-hall – one of its halls is not this person's to see."""
    halls = places.halls_in_region("*" if code == EVERYWHERE else code)
    for hall in halls:
        if not request.who.may("figures.view", hall.code):  # type: ignore[union-attr]
            raise Refused("not-your-hall", facts={"hall": hall.code})
    if code == EVERYWHERE:
        return Place(code, None, halls, [])
    region = Region.objects.get(code=code)
    codes = region.path.strip("/").split("/")[:-1]
    above = [r for r in Region.objects.filter(code__in=codes).order_by("path") if _may_see(request, r.code)]
    return Place(code, region, halls, above)


@door(audience="staff", permission="figures.view")
@require_GET
def region_figures(request: Asked, region: str) -> HttpResponseBase:
    """A region: its parts, each a way further down, and the same figures as of a hall."""
    place = _place(request, region)
    now = clock.now()
    today = _today(place.halls, now)
    base = reverse("office:region-figures", kwargs={"region": region})
    context: dict[str, Any] = {
        "place": place,
        "region": place.region,
        "base": base,
        "today": today,
        "everywhere": _everywhere(request),
    }
    try:
        asking = _asked(request, today)
    except Refused as no:
        return page(request, "office/figures.html", status=status_of(no), **_again(request, no), **context)
    if not place.halls:
        return page(
            request, "office/figures.html", asking=asking, ranges=_ranges(asking.range), no_halls=True, **context
        )
    total, kept, sections, levels = of_region(place.region.code if place.region else None, place.halls, asking.days)
    context |= _common(asking, today, total, kept, sections, base)
    return page(
        request,
        "office/figures.html",
        **context,
        parts=_ways_down(sections[0].table, asking),
        sums=_by_level(levels),
        peak=insight.busiest(
            insight.arrivals_by_half_hour(halls=place.halls, first=asking.days.first, last=asking.days.last)
        ),
    )


def _everywhere(request: HttpRequest | Asked) -> bool:
    return all(request.who.may("figures.view", hall.code) for hall in places.all_halls())  # type: ignore[union-attr]


def _ways_down(table: exports.Table, asking: Asking) -> list[dict[str, Any]]:
    """Rows of the parts table with the address of each part's own figures."""
    rows = []
    for row, texts in zip(table.rows, table.body, strict=True):
        if row["level"] == "hall":
            href = reverse("office:figures", kwargs={"hall": row["key"]})
        else:
            href = reverse("office:region-figures", kwargs={"region": row["key"]})
        rows.append(
            {"href": f"{href}?{asking.query}", "level": row["level"], "texts": texts[1:], "label": row["label"]}
        )
    return rows


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
    place = _place(request, region)
    asking = _asked(request, _today(place.halls, clock.now()))
    if not place.halls:
        raise Refused("nothing-found", facts={"region": region})
    _total, _kept, sections, _levels = of_region(place.region.code if place.region else None, place.halls, asking.days)
    return _export(request, sections, region, asking.days)
