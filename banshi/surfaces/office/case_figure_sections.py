"""The parts of the page of cases: by day, department, matter, region, hall, channel and kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from banshi.foundation.said import named
from banshi.frames.staff.exports import Column, Table
from banshi.frames.staff.figures import percent
from banshi.rooms.cases.rules.grounds import GROUNDS
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

REFUSED_WORDS = {
    "conditions": pgettext_lazy("figures of cases", "The conditions are not met"),
    "promise_untrue": pgettext_lazy("figures of cases", "A promise was not so"),
    "not_followed": pgettext_lazy("figures of cases", "A paper that was to follow did not come"),
    "not_drawn": pgettext_lazy("figures of cases", "Not drawn"),
}
TOLD_WORDS = {
    "lacking": pgettext_lazy("figures of cases", "A paper was missing"),
    "wrong": pgettext_lazy("figures of cases", "A paper was not right"),
    "field": pgettext_lazy("figures of cases", "The form was not filled in right"),
}


def columns() -> tuple[Column, ...]:
    return (
        Column("received", pgettext("figures of cases", "Received")),
        Column("accepted", pgettext("figures of cases", "Accepted")),
        Column("decided", pgettext("figures of cases", "Decided")),
        Column("completed", pgettext("figures of cases", "Completed")),
        Column("completion_share", _("Completion rate"), "share"),
        Column("on_time_share", pgettext("figures of cases", "On time"), "share"),
        Column("saved_p50", _("Days saved (median)"), "days"),
        Column("second_notice_share", pgettext("figures of cases", "Second notices"), "share"),
        Column("one_stop_share", pgettext("figures of cases", "Done in one stop"), "share"),
        Column("trips_mean", pgettext("figures of cases", "Trips per case"), "score"),
        Column("rating_mean", _("Mean stars"), "score"),
        Column("rated_share", pgettext("figures of cases", "Rated"), "share"),
    )


def sections_of(
    halls: Sequence[Hall], days: Days, *, sort: str, region: str | None = None
) -> tuple[Row, list[Section]]:
    """:returns: the total and the sections. :param sort: key of a column, most first; "": as the rows come. :param region:
    whose parts are shown."""
    bys = ["department", "item", "channel", "instant"]
    if not days.single:
        bys.append("day")
    if len(halls) > 1:
        bys += ["region", "hall"]
    found = insight.cases(halls=halls, first=days.first, last=days.last, bys=bys, region=region)
    total = found[""][-1]
    sections = []
    if "day" in found:
        sections.append(_by_day(found["day"]))
    sections.append(
        _split("case-departments", _("By department"), pgettext("office", "Department"), found["department"], sort)
    )
    if len(found.get("region", [])) > 2:  # two of them, and the total
        sections.append(_split("case-regions", _("By region"), _("Region"), found["region"], sort))
    if "hall" in found:
        sections.append(_split("case-halls", _("By hall"), _("Hall"), found["hall"], sort))
    sections += [
        _split("case-items", _("By matter"), _("Matter"), found["item"], sort),
        _split("case-channels", _("By channel"), _("Channel"), found["channel"], sort),
        _split("case-kinds", _("By kind of case"), _("Kind"), found["instant"], sort),
        _stars(total),
        *grounds_of(halls, days),
    ]
    return total, sections


def grounds_of(halls: Sequence[Hall], days: Days) -> list[Section]:
    """Why cases were not accepted, or refused, and what was told to be missing: each row's share of its total."""
    found = insight.case_grounds(halls=halls, first=days.first, last=days.last)
    cases, things = pgettext("figures of cases", "Cases"), pgettext("figures of cases", "Things told")
    grounds = [(each.code, named(each)) for each in GROUNDS.values()]
    if "" in found.not_accepted:
        grounds.append(("", pgettext("figures of cases", "Not said")))
    ground, cause = pgettext("figures of cases", "Ground"), pgettext("figures of cases", "Cause")
    return [
        _why("case-not-accepted", _("Not accepted, by ground"), ground, cases, grounds, found.not_accepted),
        _why("case-refused", _("Refused, by cause"), cause, cases, list(REFUSED_WORDS.items()), found.refused),
        _why("case-told", _("Told to be put right, by cause"), cause, things, list(TOLD_WORDS.items()), found.told),
    ]  # fmt: skip


def _why(
    code: str, title: str, head: str, counted: str, words: Sequence[tuple[str, Any]], counts: Mapping[str, int]
) -> Section:
    total = sum(counts.values())
    rows = tuple(
        {"label": str(label), "n": counts.get(each, 0), "share": _of(counts.get(each, 0), total)}
        for each, label in words
    )
    heads = (head_of(head), Column("n", counted), Column("share", _("Share"), "share"))
    whole: dict[str, Any] = {"label": _("Total"), "n": total, "share": _of(1, total and 1)}
    return Section(Table(code, title, heads, rows, whole))


def parts_of(region: str | None, levels: Sequence[Row], *, sort: str) -> Table:
    """What a region is made of: the regions and halls right below it, adding up to it."""
    total = (
        levels[-1] if region is None else next(row for row in levels if row["key"] == region and row["level"] != "hall")
    )
    below = [row for row in levels if not row["total"] and row["parent"] == region]
    (whole,) = said([total])
    rows = said(_sorted(sort, below) if sort else below)
    return Table("case-parts", _("Made up of"), (head_of(_("Part")), *columns()), rows, {**whole, "label": _("Total")})


def _sorted(key: str, rows: Sequence[Row]) -> list[Row]:
    """Most first; where there is nothing to say, last."""
    return sorted(rows, key=lambda row: (row[key] is None, -(row[key] or 0)))


def _split(code: str, title: str, head: str, rows: Sequence[Row], sort: str) -> Section:
    *body, total = rows
    if sort:
        body = _sorted(sort, body)
    return Section(table_of(code, title, head, columns(), [*body, total]), wide=True, sorts=True)


def _by_day(rows: Sequence[Row]) -> Section:
    table = table_of("case-days", _("Cases by day"), _("Day"), columns(), rows)
    labels = [row["label"] for row in table.rows]
    drawn = (("received", "light"), ("accepted", "blue"), ("completed", "jade"))
    words = {column.key: column.label for column in columns()}
    series = [series_of(words[key], [row[key] for row in table.rows], tone) for key, tone in drawn]
    return Section(table, chart=chart_of("line", labels, series, pgettext("figures of cases", "cases")), wide=True)


def _stars(total: Row) -> Section:
    rows = tuple(
        {"label": f"{n} ★", "ratings": total[f"stars_{n}"], "share": _of(total[f"stars_{n}"], total["ratings"])}
        for n in range(5, 0, -1)
    )
    heads = (head_of(_("Stars")), Column("ratings", _("Ratings")), Column("share", _("Share"), "share"))
    whole: dict[str, Any] = {"label": _("Total"), "ratings": total["ratings"], "share": _of(1, total["ratings"] and 1)}
    table = Table("case-ratings", _("Ratings of cases"), heads, rows, whole)
    note = ""
    if total["rated_share"] is not None:
        note = _("%(share)s of the completed cases were rated; silence counts for nothing.") % {
            "share": percent(total["rated_share"])
        }
    chart = bars_of(rows, [(_("Ratings"), "ratings", "jade")], _("ratings")) if total["ratings"] else None
    return Section(table, note=note, chart=chart)


def _of(part: int, of: int) -> float | None:
    return part / of if of else None
