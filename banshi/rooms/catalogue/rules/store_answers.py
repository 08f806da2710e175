"""The answers of item stores (事项库), whatever they are wrapped in, taken apart into items with the rows of their tables.

Lower case or upper case with `…_TEXT` companions; `CUSTOM` or `data` or `list` around it, once or several times, also as text
in text; a table as a list or as its only row; several answers in one file, as a list or one a line; UTF-8 with or without a
mark, UTF-16, GBK. A file that ends in the middle is none: nothing of it is read.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from banshi.rooms.catalogue.rules.store_text import Notes, Row, Why, shown

ITEM = "AUDIT_ITEM"
_DEEPEST = 24
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WELL = frozenset({"", "0", "00", "200", "none", "success", "ok"})


class Unreadable(ValueError):
    """A file that cannot be read at all. `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass
class Parts:
    """One item as it came: its own row, and the rows of every other table that belong to it."""

    item: Row
    tables: dict[str, list[Row]]
    raw: dict[str, list[Any]]
    notes: Notes

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])


@dataclass
class _Answer:
    """One answer: its rows by table, each with the row it stood in."""

    number: int
    rows: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = field(default_factory=dict)


def parts_of(content: bytes) -> Iterator[Parts | Why]:
    """Every item of a file, in order; where an answer holds an error instead, why.

    :raises Unreadable: no text, broken off, or without any answer of a store; before anything was given.
    """
    text, encoding = _decoded(content)
    answers, errors = _answers(_documents(text))
    if not answers and not errors:
        raise Unreadable("里面没有事项", "There is no item in it")
    yield from errors
    for answer in answers:
        for parts in _items(answer):
            if encoding.startswith("gb"):
                parts.notes.mend("file", "encoding")
            yield parts


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError as wrong:
                raise Unreadable("文件在中间断了", "The file ends in the middle") from wrong
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable("不是文本文件", "This is no text")


def _documents(text: str) -> list[Any]:
    """The JSON documents of a file: one, or one a line. Text that is none of them stands as text: a page with an error."""
    if not text.strip():
        raise Unreadable("文件是空的", "The file is empty")
    try:
        return [_loads(text)]
    except ValueError as wrong:
        lines = [line for line in text.splitlines() if line.strip()]
        if text.lstrip().startswith("<"):
            return [text]
        if len(lines) < 2:
            raise Unreadable("不是完整的 JSON", "This is not JSON, or not whole") from wrong
    found = []
    for line in lines:
        try:
            found.append(line if line.lstrip().startswith("<") else _loads(line))
        except ValueError as wrong:
            raise Unreadable("不是完整的 JSON", "This is not JSON, or not whole") from wrong
    return found


def _loads(text: str) -> Any:
    """:raises ValueError: no JSON, or none that anybody meant."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as wrong:
        raise ValueError("nested too deep") from wrong


def _answers(documents: list[Any]) -> tuple[list[_Answer], list[Why]]:
    found: list[_Answer] = []
    errors: list[Why] = []
    for number, document in enumerate(documents, 1):
        if isinstance(document, str) and document.lstrip().startswith("<"):
            value = re.sub(r"<[^<>]*>", " ", document)
            errors.append(Why(f"#{number}", "", shown(value), "不是 JSON，是一个网页", "A page instead of JSON"))
            continue
        before = len(found), len(errors)
        _walk(document, found, errors, 0)
        if (len(found), len(errors)) == before and len(documents) > 1:
            errors.append(Why(f"#{number}", "", shown(document), "里面没有事项", "There is no item in it"))
    return found, errors


def _walk(node: Any, found: list[_Answer], errors: list[Why], depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(node, str):
        node = _inner(node)
    if isinstance(node, list):
        for each in node:
            _walk(each, found, errors, depth + 1)
    elif isinstance(node, dict):
        lower = _lower(node)
        if "audit_item" in lower:
            found.append(_answer(lower, len(found) + 1))
        elif "task_code" in lower and ("task_name" in lower or "rowguid" in lower):
            found.append(_answer({"audit_item": node}, len(found) + 1))
        elif (wrong := _said_no(lower)) is not None:
            at = f"#{len(found) + len(errors) + 1}"
            errors.append(Why(at, wrong[0], shown(wrong[1]), "事项库答复出错", "The store answered with an error"))
        else:
            for each in node.values():
                if isinstance(each, (dict, list, str)):
                    _walk(each, found, errors, depth + 1)


def _inner(text: str) -> Any:
    """JSON that was put into JSON as text."""
    start = text.lstrip()[:1]
    if start not in ("{", "[") or "audit_item" not in text.lower():
        return None
    try:
        return _loads(text)
    except ValueError:
        return None


def _lower(node: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name).strip().lower(): value for name, value in node.items()}


def _said_no(lower: Mapping[str, Any]) -> tuple[str, str] | None:
    """Field and value of an error that a store answered with."""
    for name in ("errcode", "error_code", "errorcode"):
        if name in lower and str(lower[name]).strip().lower() not in _WELL:
            words = lower.get("errmsg") or lower.get("errormsg") or lower.get("message") or lower.get("errtext") or ""
            return name, f"{lower[name]} {words}".strip()
    status = lower.get("status")
    if isinstance(status, dict):
        said = _lower(status)
        if str(said.get("code", "")).strip().lower() not in _WELL:
            return "STATUS.CODE", f"{said.get('code')} {said.get('text', '')}".strip()
    return None


def _answer(lower: Mapping[str, Any], number: int) -> _Answer:
    answer = _Answer(number)
    for name, value in lower.items():
        if name.startswith("audit_"):
            _take(answer, name.upper(), value, {}, 0)
    return answer


def _take(answer: _Answer, table: str, value: Any, inside: Mapping[str, Any], depth: int) -> None:
    """The rows of a table, and of those that stand inside its rows."""
    for row in _rows(value):
        cells = _lower(row)
        nested = {name: each for name, each in cells.items() if name.startswith("audit_")}
        cells = {name: each for name, each in cells.items() if name not in nested}
        answer.rows.setdefault(table, []).append((cells, inside))
        if depth < _DEEPEST:
            for name, each in nested.items():
                _take(answer, name.upper(), each, {**inside, table: cells}, depth + 1)


def _rows(value: Any) -> list[dict[str, Any]]:
    """A table as a list, as its only row, as text, or wrapped once more (`{"ROW": […]}`)."""
    if isinstance(value, str):
        try:
            value = _loads(value) if value.lstrip()[:1] in ("{", "[") else None
        except ValueError:
            value = None
    if isinstance(value, dict):
        inner = list(value.values())
        if len(inner) == 1 and isinstance(inner[0], (dict, list)):
            return _rows(inner[0])
        return [value] if value else []
    return [row for each in value for row in _rows(each)] if isinstance(value, list) else []


def _items(answer: _Answer) -> Iterator[Parts]:
    """Rows go with the item that their `task_guid` names, else their `task_code`, else with the only one there is."""
    items = [cells for cells, _ in answer.rows.get(ITEM, [])]
    alone = len(items) == 1
    theirs: dict[str, dict[str, list[tuple[int, Mapping[str, Any], Mapping[str, Any]]]]] = {}
    for table, rows in answer.rows.items():
        if table != ITEM:
            for i, (cells, inside) in enumerate(rows, 1):
                theirs.setdefault(_owner(cells, inside), {}).setdefault(table, []).append((i, cells, inside))
    codes = [str(item.get("task_code", "")).strip() for item in items]
    for i, item in enumerate(items, 1):
        notes = Notes()
        guid, code = str(item.get("rowguid") or "").strip(), codes[i - 1]
        row = Row(ITEM, f"#{answer.number} {ITEM} {i}", item, notes)
        if alone:
            owned = [*theirs.values()]
            if any(owner and owner not in (guid, f"code:{code}") for owner in theirs):
                notes.mend("task_guid", "nearest")
        else:
            owned = [theirs[owner] for owner in (guid, f"code:{code}") if owner and owner in theirs]
        yield _parts(row, owned, answer.number, notes)


def _owner(cells: Mapping[str, Any], inside: Mapping[str, Any]) -> str:
    named = cells.get("task_guid") or next(
        (outer.get("task_guid") or (outer.get("rowguid") if table == ITEM else "") for table, outer in inside.items()),
        "",
    )
    code = cells.get("task_code") or inside.get(ITEM, {}).get("task_code") or ""
    return str(named or (f"code:{code}" if code else "")).strip()


def _parts(item: Row, owned: list[dict[str, list[Any]]], number: int, notes: Notes) -> Parts:
    tables: dict[str, list[Row]] = {}
    raw: dict[str, list[Any]] = {ITEM: [item.cells]}
    for theirs in owned:
        for table, rows in theirs.items():
            for i, cells, inside in rows:
                within = {
                    f"{outer}.{name}": each
                    for outer, its in inside.items()
                    if outer != ITEM
                    for name, each in its.items()
                }
                tables.setdefault(table, []).append(Row(table, f"#{number} {table} {i}", {**cells, **within}, notes))
                raw.setdefault(table, []).append(cells)
    return Parts(item, tables, raw, notes)
