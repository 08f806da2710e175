"""The parts of a figures page: a table each, and the chart that draws it. Page and export read the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from banshi.frames.staff.exports import Column, Table
from banshi.frames.staff.figures import percent
from banshi.rooms.feedback import queries as ratings_of
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


def of_hall(hall: Hall, days: Days, *, loads: Sequence[insight.WindowLoad]) -> tuple[Row, insight.Kept, list[Section]]:
    """:returns: the total, the promises, and the sections. :param loads: of a single day, else none."""
    halls = [hall]
    found = insight.figures(
        halls=halls, first=days.first, last=days.last, bys=["day", "hour", "category", "window", "channel", "item"]
    )
    kept = insight.promises(halls=halls, first=days.first, last=days.last)
    total = found[""][-1]
    sections = [
        *_by_time(found, _before(halls, days), days),
        *_waits(halls, days),
        _channels(found),
        _categories(found),
        _windows(found, loads),
    ]
    sections += [_stars(total, halls, days), *_promises(kept, days), _items(found)]
    return total, kept, sections


def of_region(
    region: str | None, halls: Sequence[Hall], days: Days
) -> tuple[Row, insight.Kept, list[Section], list[Row]]:
    """:returns: as `of_hall`, and the rows of all levels. :param region: code; None for the whole installation."""
    found = insight.figures(
        halls=halls, first=days.first, last=days.last, bys=["day", "hour", "hall", "channel", "item"]
    )
    levels = insight.levels(halls=halls, first=days.first, last=days.last)
    kept = insight.promises(halls=halls, first=days.first, last=days.last)
    total = found[""][-1]
    by_time = _by_time(found, _before(halls, days), days)
    sections = [_parts(region, levels), *by_time, *_waits(halls, days), _channels(found)]
    sections += [_halls(found), _stars(total, halls, days), *_promises(kept, days), _items(found)]
    return total, kept, sections, levels


# --- columns ---


def _came_columns() -> tuple[Column, ...]:
    """Several persons on one booking are one visit."""
    return (Column("visits", pgettext("column", "Visits")), Column("persons", pgettext("column", "Persons")))


def _counts() -> tuple[Column, ...]:
    return (
        *_came_columns(),
        Column("tickets", pgettext("figures", "Numbers")),
        Column("booked", pgettext("figures", "Booked")),
        Column("walk_in", pgettext("figures", "Walk-in")),
        Column("served", pgettext("figures", "Served")),
        Column("done", pgettext("outcome", "Done")),
        Column("paper_missing", _("Papers missing")),
        Column("advice_only", _("Advice only")),
        Column("refused", pgettext("figures", "Refused")),
        Column("missed", _("Missed")),
        Column("unserved", _("Not served")),
    )


def _bookings() -> tuple[Column, ...]:
    return (
        Column("appointments", _("Appointments")),
        Column("no_shows", _("No-shows")),
        Column("cancelled", pgettext("figures", "Cancelled")),
    )


def _times() -> tuple[Column, ...]:
    return (
        Column("wait_mean_s", _("Wait, mean (min)"), "minutes"),
        Column("wait_p50_s", _("Wait, half below (min)"), "below"),
        Column("wait_p90_s", _("Wait, nine in ten below (min)"), "below"),
        Column("way_mean_s", _("Way to the window, mean (min)"), "minutes"),
        Column("handling_mean_s", _("Handling, mean (min)"), "minutes"),
        Column("handling_p50_s", _("Handling, half below (min)"), "below"),
        Column("handling_p90_s", _("Handling, nine in ten below (min)"), "below"),
    )


def _stars_columns() -> tuple[Column, ...]:
    return (Column("ratings", _("Ratings")), Column("rating_mean", _("Mean stars"), "score"))


# --- charts ---


def _minutes(rows: Sequence[Row], key: str) -> list[float | None]:
    return [None if row[key] is None else round(row[key] / 60, 1) for row in rows]


def _came(rows: Sequence[Row], last: int, when: str) -> dict[str, Any]:
    """:param last: rows from here on have not happened yet; what came before is drawn to the end. :param when: then."""
    now, labels = rows[:last], [row["label"] for row in rows]
    booked = series_of(pgettext("figures", "Booked"), [row["booked"] for row in now], "blue", stack="numbers")
    walk_in = series_of(pgettext("figures", "Walk-in"), [row["walk_in"] for row in now], "light", stack="numbers")
    served = series_of(pgettext("figures", "Served"), [row["served"] for row in now], "jade", line=True)
    before = series_of(
        _("Visits, %(when)s") % {"when": when}, [row["visits_before"] for row in rows], "ghost", line=True, ghost=True
    )
    return chart_of("bar", labels, [booked, walk_in, served, before], _("numbers"))


def _waited(rows: Sequence[Row], name: str = "wait", *, last: int | None = None, when: str = "") -> dict[str, Any]:
    """:param when: the days before that the mean is compared with; "" for none."""
    now = rows[:last]
    series = [
        series_of(_("nine in ten below"), _minutes(now, f"{name}_p90_s"), "amber"),
        series_of(_("Mean"), _minutes(now, f"{name}_mean_s"), "blue"),
        series_of(_("half below"), _minutes(now, f"{name}_p50_s"), "jade"),
    ]
    if when:
        before = _("Mean, %(when)s") % {"when": when}
        series.append(series_of(before, _minutes(rows, "wait_before_s"), "ghost", ghost=True))
    return chart_of("line", [row["label"] for row in rows], series, _("min"))


# --- sections ---


Earlier = dict[str, list[Row]]


def _before(halls: Sequence[Hall], days: Days) -> Earlier:
    """Figures of the same weekdays before."""
    bys = ["hour"] if days.single else ["day", "hour"]
    return insight.figures(halls=halls, first=days.before.first, last=days.before.last, bys=bys)


def _with_before(rows: Sequence[Row], earlier: Sequence[Row], back: timedelta) -> list[Row]:
    """Each row with the visits and the mean wait of its counterpart; hours in which people came only then come too."""

    def key(row: Row) -> str:
        if row["total"] or len(row["key"]) < 10:
            return str(row["key"])
        return (date.fromisoformat(row["key"]) + back).isoformat()

    then = {key(row): row for row in earlier}
    here = {row["key"] for row in rows}
    only_then = [
        {
            **{name: 0 if isinstance(value, int) else None for name, value in row.items()},
            **{name: row[name] for name in ("key", "name_zh", "name_en")}, "total": False,
        }
        for row in earlier
        if not row["total"] and key(row) not in here
    ]  # fmt: skip
    body = sorted([*rows[:-1], *only_then], key=lambda row: row["key"])
    return [
        {
            **row,
            "visits_before": then[row["key"]]["visits"] if row["key"] in then else 0,
            "wait_before_s": then[row["key"]]["wait_mean_s"] if row["key"] in then else None,
        }
        for row in [*body, rows[-1]]
    ]


def _by_time(found: dict[str, list[Row]], earlier: Earlier, days: Days) -> list[Section]:
    sections = []
    for by, came, waited, head in (
        ("day", _("Visits by day"), _("Waits by day"), _("Day")),
        ("hour", _("Visits by hour"), _("Waits by hour"), _("Hour")),
    ):
        if by == "day" and days.single:
            continue
        rows = _with_before(found[by], earlier[by], days.weeks_back)
        visits = Column("visits_before", _("Visits, %(when)s") % {"when": _when(days)})
        table = table_of(f"visits-{by}", came, head, (*_counts(), *_bookings(), visits), rows)
        last = len(_until_now(table.rows))
        sections.append(Section(table, chart=_came(table.rows, last, _when(days))))
        wait = Column("wait_before_s", _("Wait, mean, %(when)s (min)") % {"when": _when(days)}, "minutes")
        served = Column("served", pgettext("figures", "Served"))
        table = table_of(f"waits-{by}", waited, head, (served, *_times(), wait), rows)
        sections.append(Section(table, chart=_waited(table.rows, last=last, when=_when(days))))
    return sections


def _when(days: Days) -> str:
    """The days compared with, in words."""
    weeks = days.weeks_back.days // 7
    return ngettext("%(n)s week before", "%(n)s weeks before", weeks) % {"n": weeks}


def _until_now(rows: Sequence[Row]) -> Sequence[Row]:
    """Without the end where nobody has come yet: booked periods of today's afternoon are no zeros."""
    last = max((n for n, row in enumerate(rows) if row["visits"] or row["tickets"]), default=-1)
    return rows[: last + 1]


def _waits(halls: Sequence[Hall], days: Days) -> list[Section]:
    bars = insight.wait_distribution(halls=halls, first=days.first, last=days.last)
    everybody = sum(bar.people for bar in bars)

    def label(bar: insight.WaitBar) -> str:
        if bar.to_min is None:
            return _("over %(n)s min") % {"n": bar.from_min}
        return _("%(a)s–%(b)s min") % {"a": bar.from_min, "b": bar.to_min}

    rows: tuple[Row, ...] = tuple(
        {"label": label(bar), "people": bar.people, "share": bar.people / everybody if everybody else None}
        for bar in bars
    )
    total = {"label": _("Total"), "people": everybody, "share": 1.0 if everybody else None}
    columns = (head_of(_("Wait")), Column("people", pgettext("waits", "Numbers")), Column("share", _("Share"), "share"))
    table = Table("wait-lengths", _("How long people waited"), columns, rows, total)
    steps = [f"{bar.from_min}–{bar.to_min}" if bar.to_min else f"{bar.from_min}+" for bar in bars]
    people = series_of(_("Numbers, by minutes waited"), [row["people"] for row in rows], "blue")
    return [Section(table, chart=chart_of("bar", steps, [people], _("numbers")))]


def _categories(found: dict[str, list[Row]]) -> Section:
    columns = (*_counts(), *_times(), *_bookings(), *_stars_columns())
    table = table_of("categories", _("By business"), _("Business"), columns, found["category"])
    rows = sorted((row for row in table.rows if row["tickets"]), key=lambda row: -row["tickets"])
    chart = bars_of(
        rows,
        [(pgettext("figures", "Numbers"), "tickets", "light"), (pgettext("figures", "Served"), "served", "jade")],
        _("numbers"),
    )
    return Section(table, chart=chart)


def _windows(found: dict[str, list[Row]], loads: Sequence[insight.WindowLoad]) -> Section:
    by_code = {load.code: load for load in loads}
    rows = []
    for row in found["window"]:
        load = by_code.get(row["key"])
        rows.append(
            {
                **row,
                "at_work_s": load.at_work_s if load and load.at_work_s else None,
                "busy_share": load.share if load else None,
                "verdict": load.verdict if load else "",
            }
        )
    extra: tuple[Column, ...] = ()
    if loads:
        extra = (Column("at_work_s", _("Open (min)"), "minutes"), Column("busy_share", _("Busy"), "share"))
        at_work, busy = sum(load.at_work_s for load in loads), sum(load.busy_s for load in loads)
        rows[-1] |= {"at_work_s": at_work or None, "busy_share": min(1.0, busy / at_work) if at_work else None}
    columns = (Column("served", pgettext("figures", "Served")), *extra, *_times(), *_stars_columns())
    table = table_of("windows", _("By window"), _("Window"), columns, rows)
    used = [row for row in table.rows if row["served"] or row.get("at_work_s")]
    note = _unevenness(used) if loads else ""
    if loads:
        shown = sorted((row for row in used if row["busy_share"] is not None), key=lambda row: -row["busy_share"])
        shares = [{**row, "percent": round(row["busy_share"] * 100, 1)} for row in shown]
        chart = bars_of(shares, [(_("Busy"), "percent", "blue")], "%")
    else:
        chart = bars_of(
            sorted(used, key=lambda row: -row["served"]),
            [(pgettext("figures", "Served"), "served", "jade")],
            _("numbers"),
        )
    return Section(table, note=note, chart=chart)


def _unevenness(rows: Sequence[Row]) -> str:
    """忙闲不均 in words."""
    idle = sum(row["verdict"] == "idle" for row in rows)
    over = sum(row["verdict"] == "overloaded" for row in rows)
    if not idle and not over:
        return _("Evenly loaded: no window stood idle for long, none was without a pause.")
    parts = []
    if over:
        parts.append(ngettext("%(n)s window without a pause", "%(n)s windows without a pause", over) % {"n": over})
    if idle:
        parts.append(
            ngettext("%(n)s window idle most of the time", "%(n)s windows idle most of the time", idle) % {"n": idle}
        )
    return _(", ").join(parts)


def _channels(found: dict[str, list[Row]]) -> Section:
    columns = (*_came_columns(), Column("tickets", pgettext("figures", "Numbers")), *_bookings())
    table = table_of("channels", _("By channel"), _("Channel"), columns, found["channel"])
    series = [(_("Numbers taken"), "tickets", "jade"), (_("Appointments"), "appointments", "blue")]
    return Section(table, chart=bars_of(table.rows, series, _("numbers")))


def _items(found: dict[str, list[Row]]) -> Section:
    columns = (
        Column("tickets", pgettext("figures", "Numbers")),
        Column("served", pgettext("figures", "Served")),
        *_times(),
        *_bookings(),
    )
    table = table_of("items", _("By matter"), _("Matter"), columns, found["item"])
    rows = sorted(
        (row for row in table.rows if row["key"] != "none" and row["tickets"]), key=lambda row: -row["tickets"]
    )
    return Section(
        table, wide=True, chart=bars_of(rows[:12], [(pgettext("figures", "Numbers"), "tickets", "blue")], _("numbers"))
    )


def _halls(found: dict[str, list[Row]]) -> Section:
    table = table_of(
        "halls", _("By hall"), _("Hall"), (*_counts(), *_times(), *_bookings(), *_stars_columns()), found["hall"]
    )
    rows = sorted((row for row in table.rows if row["tickets"]), key=lambda row: -row["tickets"])
    labels = [row["label"] for row in rows]
    series = [
        series_of(_("nine in ten below"), _minutes(rows, "wait_p90_s"), "amber"),
        series_of(_("Mean"), _minutes(rows, "wait_mean_s"), "blue"),
    ]
    return Section(
        table, chart=chart_of("bar", labels, series, _("min"), lying=True, title=_("Wait")) if rows else None
    )


def _parts(region: str | None, levels: Sequence[Row]) -> Section:
    """What a region is made of: the regions and halls right below it, adding up to it."""
    total = (
        levels[-1] if region is None else next(row for row in levels if row["key"] == region and row["level"] != "hall")
    )
    below = [row for row in levels if not row["total"] and row["parent"] == region]
    columns = (head_of(_("Part")), *_counts(), *_times(), *_bookings(), *_stars_columns())
    rows, (whole,) = said(below), said([total])
    table = Table("parts", _("Made up of"), columns, rows, {**whole, "label": _("Total")})
    return Section(table, wide=True)


def _stars(total: Row, halls: Sequence[Hall], days: Days) -> Section:
    n = total["ratings"]
    words = {
        5: _("Very satisfied"),
        4: _("Satisfied"),
        3: _("Fairly satisfied"),
        2: _("Dissatisfied"),
        1: _("Very dissatisfied"),
    }
    rows = tuple(
        {
            "label": f"{stars} ★ {words[stars]}",
            "ratings": total[f"stars_{stars}"],
            "share": total[f"stars_{stars}"] / n if n else None,
        }
        for stars in range(5, 0, -1)
    )
    columns = (head_of(_("Stars")), Column("ratings", _("Ratings")), Column("share", _("Share"), "share"))
    whole = {"label": _("Total"), "ratings": n, "share": 1.0 if n else None}
    table = Table("ratings", _("Ratings"), columns, rows, whole)
    note = ""
    if total["rated_share"] is not None:
        note = _("%(share)s of the served visits were rated; silence counts for nothing.") % {
            "share": percent(total["rated_share"])
        }
    if aside := ratings_of.set_aside(halls=halls, first=days.first, last=days.last):
        more = ngettext("%(n)s rating was set aside on appeal.", "%(n)s ratings were set aside on appeal.", aside)
        note = f"{note} {more % {'n': aside}}".strip()
    return Section(
        table, note=note, chart=bars_of(rows, [(_("Ratings"), "ratings", "jade")], _("ratings")) if n else None
    )


def _promises(kept: insight.Kept, days: Days) -> list[Section]:
    """Estimates against the truth (mission §12.8)."""
    if not kept.n:
        return []
    rows = tuple(
        {"label": day.isoformat(), "promises": n, "kept": held, "share": held / n} for day, n, held in kept.days
    )
    columns = (
        head_of(_("Day")),
        Column("promises", _("Estimates given")),
        Column("kept", _("within “at most”")),
        Column("share", _("Share"), "share"),
    )
    total = {"label": _("Total"), "promises": kept.n, "kept": kept.kept, "share": kept.share}
    table = Table("promises", _("Estimates kept"), columns, rows, total)
    note = _("Nine in ten should wait no longer than the “at most” on their slip.")
    if days.single:
        return [Section(table, note=note)]
    share = series_of(_("within “at most”"), [round(held / n * 100, 1) for _day, n, held in kept.days], "jade")
    return [
        Section(
            table,
            note=note,
            chart=chart_of("line", [f"{day:%m-%d}" for day, _n, _held in kept.days], [share], "%", target=90, most=100),
        )
    ]
