"""The parts of the page of what machines did: by day, hour, deed, matter, hall and machine; and of one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.foundation.templatetags.ui import duration
from banshi.frames.staff.exports import Column, Table
from banshi.rooms.devices.queries import fleet as fleet_queries
from banshi.rooms.devices.queries.fleet import Machine
from banshi.rooms.insight import queries as insight
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.figure_parts import (
    Days,
    Row,
    Section,
    bars_of,
    chart_of,
    head_of,
    said,
    series_of,
    table_of,
)


def machine_name(row: Machine) -> str:
    """Where it stands, what it is, and which of them."""
    what = f"{named(row.type)} {row.no}"
    return f"{named(row.area)} · {what}" if row.area else what


def sections_of(halls: Sequence[Hall], days: Days) -> tuple[Row, list[Section]]:
    """:returns: the total and the sections."""
    bys = ["machine", "item", "hour", "deed"]
    bys += [] if days.single else ["day"]
    bys += ["hall"] if len(halls) > 1 else []
    found = insight.self_service(halls=halls, first=days.first, last=days.last, bys=bys)
    sections = []
    if "day" in found:
        sections.append(_by_day(found["day"]))
    sections += [
        _by_hour(found["hour"]),
        _by_deed(found["deed"]),
        _by_item(found["item"]),
    ]
    if "hall" in found:
        table = table_of("fleet-halls", _("By hall"), _("Hall"), _beside(), found["hall"])
        sections.append(Section(table, wide=True))
    fleet = fleet_queries.fleet(halls, at=clock.wall(), now=clock.now())
    sections.append(_by_machine(found["machine"], {each.code: each for each in fleet.machines}))
    return found[""][-1], sections


def _matters() -> Column:
    return Column("matters", pgettext("fleet", "Matters"))


def _uses() -> Column:
    return Column("uses", pgettext("fleet", "Uses"))


def _beside() -> tuple[Column, ...]:
    return (
        _matters(),
        Column("visits_served", pgettext("fleet", "Served at windows")),
        Column("share", pgettext("fleet", "Share of all work"), "share"),
    )


def _by_day(rows: Sequence[Row]) -> Section:
    table = table_of("fleet-days", pgettext("fleet", "By day"), _("Day"), (*_beside(), _uses()), rows)
    return Section(table, chart=_bars(table.rows), wide=True)


def _by_hour(rows: Sequence[Row]) -> Section:
    table = table_of("fleet-hours", pgettext("fleet", "By hour"), _("Hour"), (*_beside(), _uses()), rows)
    return Section(table, chart=_bars(table.rows))


def _bars(rows: Sequence[Row]) -> dict[str, Any]:
    drawn = [series_of(str(_matters().label), [row["matters"] for row in rows], "jade")]
    return chart_of("bar", [row["label"] for row in rows], drawn, pgettext("fleet", "matters"))


def _by_deed(rows: Sequence[Row]) -> Section:
    """Those that were done; the total counts what was one matter once."""
    *body, total = rows
    table = table_of(
        "fleet-deeds", pgettext("fleet", "By what was done"), pgettext("fleet", "What was done"), (_uses(), _matters()),
        [*[row for row in body if row["uses"]], total],
    )  # fmt: skip
    note = pgettext("fleet", "What a machine does of one case on one day is one matter. Numbers and entries are none.")
    return Section(
        table, note=note, chart=bars_of(table.rows, [(str(_uses().label), "uses", "blue")], pgettext("fleet", "uses"))
    )


def _by_item(rows: Sequence[Row]) -> Section:
    """Those that a machine did; the rest of what windows did is one row, or the table would not add up."""
    *body, total = rows
    done = [row for row in body if row["uses"]]
    served = sum(row["visits_served"] for row in body if not row["uses"])
    if served:
        done.append({
            "key": "windows", "name_zh": "只在窗口办理的事项", "name_en": "Matters done at windows alone", "total": False,
            "uses": 0, "matters": 0, "visits_served": served, "share": 0.0,
        })  # fmt: skip
    table = table_of("fleet-items", _("By matter"), _("Matter"), _beside(), [*done, total])
    by_machine = [row for row in table.rows if row["matters"]]
    chart = bars_of(by_machine, [(str(_matters().label), "matters", "jade")], pgettext("fleet", "matters"))
    return Section(table, chart=chart, wide=True)


def _by_machine(rows: Sequence[Row], fleet: Mapping[str, Machine]) -> Section:
    *body, total = said(rows)
    known = [_with_health(row, fleet.get(row["key"])) for row in body]
    columns = (
        head_of(pgettext("fleet", "Machine")),
        _matters(),
        _uses(),
        Column("available", pgettext("fleet", "There for people, 30 days"), "share"),
        Column("heard", _("Last heard"), "text"),
    )
    table = Table("fleet-machines", pgettext("fleet", "By machine"), columns, tuple(known), total)
    return Section(table, wide=True, hrefs=tuple(_page_of(fleet.get(row["key"])) for row in body))


def _page_of(machine: Machine | None) -> str:
    """Its own page; "" of a device that is no machine of the fleet."""
    if machine is None:
        return ""
    return reverse("office:fleet-machine", kwargs={"hall": machine.hall.code, "device": machine.code})


def _with_health(row: Row, machine: Machine | None) -> Row:
    if machine is None:  # a device that is no machine of the fleet: it gave numbers
        return {**row, "available": None, "heard": ""}
    heard = _("%(time)s ago") % {"time": duration(machine.unheard)} if machine.unheard else _("never")
    return {**row, "label": machine_name(machine), "available": machine.available, "heard": heard}


def of_machine(hall: Hall, code: str, *, first: date, last: date) -> tuple[Row, Section]:
    """What one machine did on these days: its total, and a section by day."""
    found = insight.self_service(halls=[hall], first=first, last=last, bys=["day", "deed"], device=code)
    table = table_of("fleet-days", pgettext("fleet", "By day"), _("Day"), (_matters(), _uses()), found["day"])
    drawn = [
        series_of(str(_matters().label), [row["matters"] for row in table.rows], "jade"),
        series_of(str(_uses().label), [row["uses"] for row in table.rows], "light"),
    ]
    chart = chart_of("line", [row["label"] for row in table.rows], drawn, pgettext("fleet", "a day"))
    total = {**found[""][-1], "deeds": [row for row in said(found["deed"]) if row["uses"] and not row["total"]]}
    return total, Section(table, chart=chart, wide=True)
