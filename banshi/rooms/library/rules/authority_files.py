"""Certificates as an authority lists them in a file (证照清单): CSV with a head, or JSON, one object a line. Pure.

Columns by code or by the Chinese names of GB/T 36903; what is wrong with a row is said of that row, what is wrong with the file
leaves nothing of it to be taken.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from banshi.rooms.library.rules import TRUST

ASSUMED = {"id_type": "resident_id", "status": "valid", "trust": "A"}
NEEDED = ("type", "number", "name", "issuer", "issued_on")
NAMES = {
    "持证主体": "holder", "持证主体名称": "holder", "持证主体代码类型": "id_type", "持证主体代码": "id_number",
    "统一社会信用代码": "uscc", "证照类型代码": "type", "证照编号": "number", "证照名称": "name", "证照颁发机构": "issuer",
    "证照颁发日期": "issued_on", "证照有效期截止日期": "valid_until", "证照状态": "status", "可信等级": "trust",
}  # fmt: skip
KNOWN = frozenset(
    {"holder", "id_type", "id_number", "uscc", "type", "number", "name", "name_en", "issuer", "issuer_en", "issued_on",
     "valid_until", "status", "trust"}
)  # fmt: skip
_ENDED = ("ended", "revoked", "注销", "吊销", "撤销")
STATUSES = {**dict.fromkeys(("valid", "有效"), "valid"), **dict.fromkeys(_ENDED, "ended")}
LONGEST = {"holder": 60, "type": 60, "number": 80, "name": 120, "name_en": 200, "issuer": 120, "issuer_en": 200}


class Unreadable(Exception):
    """The file is none of these: nothing of it is taken."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True)
class Listed:
    """One row that can be entered. Of a person (`id_type`, `id_number`), or of an organisation (`uscc`)."""

    holder: str
    id_type: str
    id_number: str
    uscc: str
    type: str
    number: str
    name_zh: str
    name_en: str
    issuer_zh: str
    issuer_en: str
    issued_on: date
    valid_until: date | None
    ended: bool
    trust: str


@dataclass(frozen=True)
class Wrong:
    """Why a row is not entered: its field, and what is wrong with it."""

    field: str
    zh: str
    en: str


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
    if not {"type", "number"} <= set(named):
        raise Unreadable(
            "第一行不是列名：至少要有证照类型代码和证照编号", "the first row names no columns: type and number at least"
        )
    for no, row in enumerate(rows, start=2):
        if len(row) != len(named):
            raise Unreadable(f"第 {no} 行的列数和列名不一致", f"row {no} has another number of cells than the head")
        yield _named(dict(zip(named, row, strict=True)))


def _named(said: dict[str, Any]) -> dict[str, str]:
    return {NAMES.get(name.strip(), name.strip()): str(value).strip() for name, value in said.items()}


def listed(said: dict[str, str]) -> Listed | Wrong:
    """A row that can be entered, or what is wrong with it first."""
    row = ASSUMED | {name: value for name, value in said.items() if value}
    for name in said:
        if name not in KNOWN:
            return Wrong(name, "不认识这一列", "no such column")
    for name in NEEDED:
        if not row.get(name):
            return Wrong(name, "没有填", "is missing")
    if bool(row.get("id_number")) == bool(row.get("uscc")):
        return Wrong(
            "id_number",
            "写持证人的证件号或统一社会信用代码，二选一",
            "name a person's document or a credit code: one of them",
        )
    for name, most in LONGEST.items():
        if len(row.get(name, "")) > most:
            return Wrong(name, f"超过 {most} 个字符", f"is longer than {most} characters")
    if row["status"] not in STATUSES:
        return Wrong("status", "状态是有效、注销、吊销、撤销之一", "is valid or ended")
    if row["trust"] not in TRUST:
        return Wrong("trust", f"可信等级是 {'、'.join(TRUST)} 之一", f"is one of {', '.join(TRUST)}")
    days = {name: _day(row.get(name, "")) for name in ("issued_on", "valid_until")}
    for name, day in days.items():
        if day is None and row.get(name) not in (None, "", "长期"):
            return Wrong(name, "不是日期：写成 2026-03-10", "is no day: write 2026-03-10")
    if days["issued_on"] is None:
        return Wrong("issued_on", "不是日期：写成 2026-03-10", "is no day: write 2026-03-10")
    return Listed(
        row.get("holder", ""), row["id_type"], row.get("id_number", ""), row.get("uscc", ""), row["type"], row["number"],
        row["name"], row.get("name_en") or row["name"], row["issuer"], row.get("issuer_en") or row["issuer"],
        days["issued_on"], days["valid_until"], STATUSES[row["status"]] == "ended", row["trust"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    """`2026-03-10`, `20260310` or `2026/3/10`; None: no day."""
    parts = text.replace("/", "-").split("-")
    try:
        return date(*(int(part) for part in parts)) if len(parts) == 3 else date.fromisoformat(text)
    except (ValueError, TypeError):
        return None
