"""Tables as files: CSV that a spreadsheet opens as UTF-8, and XLSX; the same cells as on the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from banshi.frames.staff.figures import minutes_above, percent

Kind = Literal["text", "count", "minutes", "below", "share", "score", "days"]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[Kind, str] = {
    "text": "General",
    "count": "#,##0",
    "minutes": "0.0",
    "below": "0.0",
    "share": "0.0%",
    "score": "0.00",
    "days": "0.0",
}
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """`key` of the rows, the heading, and how its values are written. minutes: values are seconds; days: or halves."""

    key: str
    label: str
    kind: Kind = "count"


@dataclass(frozen=True)
class Table:
    """Rows of a table with their total, if it has one. `code` names it in addresses and file names."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    total: dict[str, Any] | None = None

    @property
    def all_rows(self) -> tuple[dict[str, Any], ...]:
        return self.rows if self.total is None else (*self.rows, self.total)

    def texts(self, row: dict[str, Any]) -> list[tuple[Column, str]]:
        """The row as people read it."""
        return [(column, written(row.get(column.key), column.kind)) for column in self.columns]

    @property
    def body(self) -> list[list[tuple[Column, str]]]:
        return [self.texts(row) for row in self.rows]

    @property
    def foot(self) -> list[tuple[Column, str]] | None:
        return None if self.total is None else self.texts(self.total)


def written(value: Any, kind: Kind) -> str:
    """“1,234” · “11.5” minutes · “99.4%” · “4.93” · “–” where there is nothing."""
    if value is None or value == "":
        return "–"
    match kind:
        case "count":
            return f"{value:,}"
        case "minutes":
            return f"{value / 60:.1f}"
        case "below":
            return f"{minutes_above(value):.1f}"
        case "share":
            return percent(value)
        case "score":
            return f"{value:.2f}"
        case "days":
            return f"{value:g}"
        case _:
            return str(value)


def harmless(text: str) -> str:
    """Text that a spreadsheet takes for text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, CRLF; figures without thousands separators."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(column.label) for column in table.columns])
    for row in table.all_rows:
        writer.writerow([_plain(row.get(column.key), column.kind) for column in table.columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(value: Any, kind: Kind) -> str:
    if value is None:
        return ""
    return harmless(str(value)) if kind == "text" else written(value, kind).replace(",", "")


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """A sheet for each table; figures as numbers, minutes and shares rounded as on the page."""
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, taken))
        sheet.freeze_panes = "B2"
        sheet.column_dimensions["A"].width = 28
        heads = []
        for column in table.columns:
            head = WriteOnlyCell(sheet, harmless(column.label))
            head.font = Font(bold=True)
            heads.append(head)
        sheet.append(heads)
        for row in table.all_rows:
            sheet.append([_cell(sheet, row.get(column.key), column.kind) for column in table.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind == "text":
        return harmless(str(value))
    exact: float = value
    if kind == "minutes":
        exact = round(value / 60, 1)
    elif kind == "below":
        exact = minutes_above(value)
    elif kind == "share":
        exact = float(percent(value).rstrip("%")) / 100
    cell = WriteOnlyCell(sheet, exact)
    cell.number_format = FORMATS[kind]
    return cell


def _sheet_name(title: str, taken: set[str]) -> str:
    """Excel: at most 31 characters, some forbidden, each once."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "1"
    while name in taken:
        name = f"{name[:28]} {len(taken)}"
    taken.add(name)
    return name


def answer(content: bytes, *, name: str, form: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX_TYPE if form == "xlsx" else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
