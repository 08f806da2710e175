"""Tables as offices save them: CSV from Excel in whatever encoding, with tabs or semicolons, or the workbook itself.

`read` gives rows of text by column; a `Row` says a day, a whole number or a yes and no, and names itself and the column
when it cannot. Nothing is guessed twice: the first line holds the names of the columns, empty lines are left out.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar
from zipfile import BadZipFile

T = TypeVar("T")

_SHOWN_AT_MOST = 10
_DAY = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?")
_TIGHT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_EXCEL_BEGAN = date(1899, 12, 30)  # day 0 of the serials from March 1900 on
_YES = {"1", "yes", "y", "true", "是", "√", "有"}
_NO = {"", "0", "no", "n", "false", "否", "×", "无"}


class TableError(ValueError):
    """What is wrong with a table, each thing with its row and column, as the spreadsheet shows them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - _SHOWN_AT_MOST
        shown = "; ".join(self.problems[:_SHOWN_AT_MOST])
        super().__init__(f"{shown}; and {more} more" if more > 0 else shown)


class Row(dict[str, str]):
    """A line of the table: text by column. `number` counts as spreadsheets do; the names of the columns are row 1.

    `heads`: what the table itself calls a column, where that is another name.
    """

    def __init__(self, cells: Mapping[str, str], number: int, heads: Mapping[str, str]) -> None:
        super().__init__(cells)
        self.number = number
        self.heads = heads

    def __missing__(self, column: str) -> str:
        raise TableError([f"there is no column {column}"])

    def wrong(self, column: str, why: str) -> TableError:
        return TableError([f"row {self.number}, column {self.heads.get(column, column)}: {why}"])

    def day(self, column: str) -> date:
        """2027-02-06, 2027/2/6, 2027.2.6, 2027年2月6日, 20270206, or the serial number that Excel keeps."""
        try:
            return day_of(self[column])
        except TableError:
            raise
        except ValueError as no:
            raise self.wrong(column, f"“{self[column]}” is no day") from no

    def whole(self, column: str, default: int | None = None) -> int:
        text = self[column]
        if not text and default is not None:
            return default
        try:
            return int(text)
        except ValueError as no:
            raise self.wrong(column, f"“{text}” is no whole number") from no

    def number_of(self, column: str) -> float:
        try:
            return float(self[column])
        except ValueError as no:
            raise self.wrong(column, f"“{self[column]}” is no number") from no

    def flag(self, column: str) -> bool:
        text = self[column].lower()
        if text not in _YES | _NO:
            raise self.wrong(column, f"“{text}” is neither 1 nor 0")
        return text in _YES

    def one_of(self, column: str, known: Mapping[str, T]) -> T:
        text = self[column]
        if text not in known:
            raise self.wrong(column, f"“{text}” is none of {', '.join(known)}")
        return known[text]


def day_of(text: str) -> date:
    """:raises ValueError: no day, or one that no calendar has."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").removesuffix("00:00:00").removesuffix("T")
    if found := _DAY.fullmatch(text) or _TIGHT_DAY.fullmatch(text):
        return date(*map(int, found.groups()))
    if _SERIAL.fullmatch(text):
        return _EXCEL_BEGAN + timedelta(days=int(text.partition(".")[0]))
    raise ValueError(text)


def read(content: bytes, *, also: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of a CSV file or an XLSX workbook (its first sheet).

    :param also: other names of columns, such as 日期 for day.
    :raises TableError: neither of the two, no columns, a column twice, or a line with more cells than columns.
    """
    lines = [(number, cells) for number, cells in enumerate(_lines(content), start=1) if any(cells)]
    if not lines:
        raise TableError(["the table is empty"])
    heads = {(also or {}).get(cell.lower(), cell.lower()): cell for cell in lines[0][1]}
    names = [(also or {}).get(cell.lower(), cell.lower()) for cell in lines[0][1]]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError([f"the column {name or '(without a name)'} stands twice" for name in twice])
    rows = []
    for number, cells in lines[1:]:
        if any(cells[len(names) :]):
            raise TableError([f"row {number} has more cells than there are columns"])
        padded = [*cells, *[""] * (len(names) - len(cells))]
        rows.append(Row(dict(zip(names, padded, strict=False)), number, heads))
    return rows


def parse(rows: Iterable[Row], one: Callable[[Row], T]) -> list[T]:
    """Every row understood, or none: what is wrong with each is told at once.

    :raises TableError: with everything that is wrong.
    """
    parsed, problems = [], []
    for row in rows:
        try:
            parsed.append(one(row))
        except TableError as wrong:
            problems += [each for each in wrong.problems if each not in problems]
    if problems:
        raise TableError(problems)
    return parsed


def _lines(content: bytes) -> Iterator[list[str]]:
    if content[:4] == b"PK\x03\x04":
        return _from_workbook(content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError(["this is a workbook of the old kind (.xls); save it as .xlsx or CSV"])
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return ([_clean(cell) for cell in line] for line in reader)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(["the text is neither UTF-8 nor GBK; save it as CSV UTF-8"])


def _from_workbook(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as no:
        raise TableError(["this workbook cannot be opened"]) from no
    sheet = book.worksheets[0]
    return ([_clean(_as_text(cell)) for cell in row] for row in sheet.iter_rows(values_only=True))


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _clean(cell: str) -> str:
    return cell.replace("\u3000", " ").replace("\xa0", " ").strip()
