"""What is asked of a figures page: which days, of which hall or region, which part as a file; and the pages beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from banshi.foundation.doors import Asked
from banshi.frames.staff import exports
from banshi.frames.typed import clean, day_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Region
from banshi.surfaces.office.figure_parts import Days, Section

MOST_DAYS = 400
EVERYWHERE = "all"  # the whole installation, in addresses
CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Asking:
    """The asked days, and the query that asks for them again."""

    range: str
    days: Days
    query: str


def asked_days(request: HttpRequest | Asked, today: date) -> Asking:
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
            raise invalid("range", _("Choose one of the ranges."))
    return Asking(asked, days, urlencode({"range": asked}))


def _custom(request: HttpRequest | Asked, today: date) -> Days:
    first = day_or_none(request.GET.get("from"))
    last = day_or_none(request.GET.get("to")) if request.GET.get("to") else first
    if first is None or last is None:
        raise invalid("from", _("Write days like 2026-03-10."))
    if last < first:
        raise invalid("to", _("The last day is before the first."))
    if first > today:
        raise invalid("from", _("These days are still to come."))
    if (last - first).days >= MOST_DAYS:
        raise invalid("to", _("At most %(n)s days at a time.") % {"n": MOST_DAYS})
    return Days(first, last)


def invalid(field: str, reason: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": reason})


def today_of(halls: Sequence[Hall], now: datetime) -> date:
    zone = ZoneInfo(halls[0].timezone) if halls else CHINA
    return now.astimezone(zone).date()


def ranges(here: str) -> list[dict[str, Any]]:
    words = (
        ("today", _("Today")),
        ("yesterday", _("Yesterday")),
        ("7", _("7 days")),
        ("30", _("30 days")),
    )
    return [{"code": code, "label": label, "here": code == here} for code, label in words]


def again(request: HttpRequest | Asked, no: Refused) -> dict[str, Any]:
    """The page after a refused choice of days: the reason, and what was typed."""
    typed = {"typed_from": clean(request.GET.get("from"), 20), "typed_to": clean(request.GET.get("to"), 20)}
    return {"refused": no, "ranges": ranges(""), **typed}


def shown(asking: Asking, sections: Sequence[Section], base: str, *, sort: str = "") -> dict[str, Any]:
    """What every page of figures shows of the days and the parts that were asked. :param sort: key of a column; "": none."""
    return {
        "asking": asking,
        "ranges": ranges(asking.range),
        "typed_from": asking.days.first.isoformat(),
        "typed_to": asking.days.last.isoformat(),
        "first": asking.days.first,
        "last": asking.days.last,
        "sections": [(section, _heads(section, asking, base, sort)) for section in sections],
        "charts": {s.code: s.chart for s in sections if s.chart},
        "base": base,
        "export": f"{base}/export?{asking.query}{f'&sort={sort}' if sort else ''}",
    }


def _heads(section: Section, asking: Asking, base: str, sort: str) -> list[dict[str, Any]]:
    """Headings of a table; where it sorts each is a way to that order, the first back to the order it had."""
    heads = []
    for column in section.table.columns:
        by = "" if column.kind == "text" else f"&sort={column.key}"
        href = f"{base}?{asking.query}{by}#{section.code}" if section.sorts else ""
        heads.append(
            {
                "label": column.label,
                "href": href,
                "sorted": bool(href) and column.key == sort,
                "num": column.kind != "text",
            }
        )
    return heads


def shown_parts(section: Section, asking: Asking, base: str, name: str, *, sort: str = "") -> dict[str, Any]:
    """The table of a region's parts, each with the address of its own figures. :param name: of the hall's page of these."""
    parts = []
    for row, texts in zip(section.table.rows, section.table.body, strict=True):
        if row["level"] == "hall":
            href = reverse(f"office:{name}", kwargs={"hall": row["key"]})
        else:
            href = reverse(f"office:region-{name}", kwargs={"region": row["key"]})
        parts.append(
            {"href": f"{href}?{asking.query}", "level": row["level"], "texts": texts[1:], "label": row["label"]}
        )
    return {"parts": parts, "parts_table": section.table, "parts_heads": _heads(section, asking, base, sort)}


def may_see(request: HttpRequest | Asked, region: str) -> bool:
    return all(request.who.may("figures.view", hall.code) for hall in places.halls_in_region(region))  # type: ignore[union-attr]


@dataclass(frozen=True)
class Place:
    """A region as its page needs it; `region` is None for the whole installation."""

    code: str
    region: Region | None
    halls: list[Hall]
    above: list[Region]


def place_of(request: HttpRequest | Asked, code: str) -> Place:
    """:raises Refused: nothing-found; not-your-hall – one of its halls is not this person's to see."""
    halls = places.halls_in_region("*" if code == EVERYWHERE else code)
    for hall in halls:
        if not request.who.may("figures.view", hall.code):  # type: ignore[union-attr]
            raise Refused("not-your-hall", facts={"hall": hall.code})
    if code == EVERYWHERE:
        return Place(code, None, halls, [])
    region = Region.objects.get(code=code)
    codes = region.path.strip("/").split("/")[:-1]
    above = [r for r in Region.objects.filter(code__in=codes).order_by("path") if may_see(request, r.code)]
    return Place(code, region, halls, above)


def everywhere(request: HttpRequest | Asked) -> bool:
    return all(request.who.may("figures.view", hall.code) for hall in places.all_halls())  # type: ignore[union-attr]


def export(request: HttpRequest | Asked, sections: Sequence[Section], what: str, days: Days) -> HttpResponseBase:
    """:raises Refused: nothing-found (no such part), invalid (format)."""
    part, form = request.GET.get("part", ""), request.GET.get("format", "xlsx")
    if form not in ("xlsx", "csv"):
        raise invalid("format", _("Choose XLSX or CSV."))
    chosen = [section.table for section in sections if not part or section.code == part]
    if not chosen:
        raise Refused("nothing-found", facts={"part": part})
    if form == "csv" and not part:
        raise invalid("part", _("A CSV file holds one table: choose which."))
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


# Pages of figures beside each other: their address names and what they are called.
def tabs(here: str, *, hall: str = "", region: str = "", query: str = "") -> list[dict[str, Any]]:
    """The figures of visits and those of cases, of the same place and days."""
    names = {"visits": "figures", "cases": "case-figures"}
    words = {"visits": pgettext("figures", "Visits and waits"), "cases": pgettext("figures", "Cases")}
    found = []
    for code, name in names.items():
        at = (
            reverse(f"office:{name}", kwargs={"hall": hall})
            if hall
            else reverse(f"office:region-{name}", kwargs={"region": region})
        )
        found.append({"href": f"{at}?{query}" if query else at, "label": words[code], "here": code == here})
    return found
