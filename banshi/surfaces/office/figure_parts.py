"""What figures pages are made of: a section is a table and the chart that draws it. Page and export read the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from banshi.foundation.said import named
from banshi.frames.staff.exports import Column, Table

Row = dict[str, Any]
MOST_BARS = 20  # of a chart; the table has them all


@dataclass(frozen=True)
class Section:
    """`chart` is drawn by static/office/figures.js; None: the table alone. `wide`: takes the whole width. `sorts`: its rows may
    be ordered by any column. `hrefs`: where the rows lead from the first on, "" = nowhere.
    """

    table: Table
    note: str = ""
    chart: dict[str, Any] | None = None
    wide: bool = False
    sorts: bool = False
    hrefs: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.table.code


@dataclass(frozen=True)
class Days:
    """Days of a figures page, both included."""

    first: date
    last: date

    @property
    def single(self) -> bool:
        return self.first == self.last

    @property
    def weeks_back(self) -> timedelta:
        """To the days before that these are compared with: the same weekdays, as many of them, none of these."""
        return timedelta(weeks=(self.last - self.first).days // 7 + 1)

    @property
    def before(self) -> Days:
        return Days(self.first - self.weeks_back, self.last - self.weeks_back)


def head_of(label: str) -> Column:
    return Column("label", label, "text")


def said(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple({**row, "label": named(row)} for row in rows)


def table_of(code: str, title: str, head: str, columns: tuple[Column, ...], rows: Sequence[Row]) -> Table:
    """Rows of `insight.figures`, whose last is the total."""
    *body, total = said(rows)
    return Table(code, title, (head_of(head), *columns), tuple(body), total)


def series_of(name: str, data: Sequence[Any], tone: str, **more: Any) -> Row:
    return {"name": name, "data": list(data), "tone": tone, **more}


def chart_of(kind: str, labels: Sequence[str], series: Sequence[Row], unit: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "labels": list(labels), "series": list(series), "unit": unit, **more}


def bars_of(rows: Sequence[Row], series: Sequence[tuple[str, str, str]], unit: str) -> dict[str, Any] | None:
    """Lying bars, the first on top. :param series: name, key, tone."""
    shown = list(rows)[:MOST_BARS]
    if not shown:
        return None
    return chart_of(
        "bar",
        [row["label"] for row in shown],
        [series_of(name, [row[key] for row in shown], tone) for name, key, tone in series],
        unit,
        lying=True,
    )
