"""Certificates and facts as an authority lists them in a file (证照清单): CSV with a head, or JSON, one object a line. Pure.

Columns by code (authority_rows.py) or by the Chinese names of GB/T 36903; what is wrong with a row is said of that row, what is
wrong with the file leaves nothing of it to be taken.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

NAMES = {
    "持证主体": "holder", "持证主体名称": "holder", "持证主体代码类型": "id_type", "持证主体代码": "id_number",
    "统一社会信用代码": "uscc", "证照类型代码": "type", "证照编号": "number", "证照名称": "name", "证照颁发机构": "issuer",
    "证照颁发日期": "issued_on", "证照有效期截止日期": "valid_until", "证照状态": "status", "可信等级": "trust",
    "有效期起始日期": "valid_from", "数据元": "element", "数据值": "value", "记录编号": "number", "原因": "reason",
}  # fmt: skip


class Unreadable(Exception):
    """The file is none of these: nothing of it is taken."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """All rows, as texts by the codes of their columns. :raises Unreadable: with why."""
    text = _text(content)
    return list(_lines(text) if text.lstrip()[:1] == "{" else _table(text))


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip():
            return text
        raise Unreadable("文件是空的", "the file is empty")
    raise Unreadable("文件编码不是 UTF-8 或 GB18030", "it is neither UTF-8 nor GB18030")


def _lines(text: str) -> Iterator[dict[str, str]]:
    for no, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except ValueError as wrong:
            raise Unreadable(f"第 {no} 行不是完整的 JSON", f"line {no} is no whole JSON object") from wrong
        if not isinstance(said, dict):
            raise Unreadable(f"第 {no} 行不是对象", f"line {no} is no object")
        yield _named({str(name): "" if value is None else str(value) for name, value in said.items()})


def _table(text: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head, *rows = [row for row in reader if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as wrong:
        raise Unreadable("表格没有写完：引号没有合上", "the table ends in the middle of a cell") from wrong
    named = [NAMES.get(cell.strip(), cell.strip()) for cell in head]
    if "number" not in named or not {"type", "element"} & set(named):
        raise Unreadable(
            "第一行不是列名：至少要有证照类型代码或数据元，以及编号",
            "the first row names no columns: number, and type or element, at least",
        )
    for no, row in enumerate(rows, start=2):
        if len(row) != len(named):
            raise Unreadable(f"第 {no} 行的列数和列名不一致", f"row {no} has another number of cells than the head")
        yield _named(dict(zip(named, row, strict=True)))


def _named(said: dict[str, Any]) -> dict[str, str]:
    return {NAMES.get(name.strip(), name.strip()): str(value) for name, value in said.items()}
