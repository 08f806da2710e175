"""One row of what an authority says, from a file or by the API: a certificate (电子证照), the end of one, or a fact (已知信息).

A row with an `element` is a fact. It is tidied where nothing can be mistaken – spaces, full-width characters, small letters of a
number, a day spelt otherwise – and says so; what is wrong with it is said of it alone. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.library.rules import LONGEST_NUMBER, TRUST

Kind = Literal["certificate", "fact"]
MOST_ROWS = 200  # of a batch by the API
ASSUMED = {"id_type": "resident_id", "status": "valid", "trust": "A"}
_OF_HOLDER = ("holder", "id_type", "id_number", "uscc")
CERTIFICATE = (
    *_OF_HOLDER, "type", "number", "name", "name_en", "issuer", "issuer_en", "issued_on", "valid_until", "status", "trust",
    "reason",
)  # fmt: skip
FACT = (*_OF_HOLDER, "element", "value", "number", "valid_from", "valid_until", "status", "trust", "reason")
COLUMNS = tuple(dict.fromkeys((*CERTIFICATE, *FACT)))
_NEEDED: dict[tuple[Kind, bool], tuple[str, ...]] = {
    ("certificate", False): ("type", "number", "name", "issuer", "issued_on"),
    ("certificate", True): ("type", "number"),
    ("fact", False): ("element", "value", "number"),
    ("fact", True): ("element", "number"),
}
_ENDED = ("ended", "revoked", "注销", "吊销", "撤销")
STATUSES = {**dict.fromkeys(("valid", "有效"), "valid"), **dict.fromkeys(_ENDED, "ended")}
LONGEST = {
    "holder": 60, "id_type": 40, "id_number": 40, "uscc": 40, "type": 60, "number": LONGEST_NUMBER, "name": 120, "name_en": 200,
    "issuer": 120, "issuer_en": 200, "element": 60, "value": 500, "reason": 200,
}  # fmt: skip
_NUMBERS = frozenset({"id_number", "uscc", "number"})
_DAYS = frozenset({"issued_on", "valid_from", "valid_until"})
_CODES = frozenset({"id_type", "type", "element", "status", "trust"})
WITHOUT_END = "长期"
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True)
class Wrong:
    """Why a row is not entered: its field, and what is wrong with it."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Mended:
    """What was put right in a field: spaces, width, case, date."""

    field: str
    what: str


@dataclass(frozen=True)
class Holder:
    """A person by `id_type` and `id_number`, or an organisation by `uscc`. `name`: "" where it is not said."""

    name: str
    id_type: str
    id_number: str
    uscc: str


@dataclass(frozen=True)
class Listed:
    """A certificate that can be entered; or, `ended`, one that holds no more: its type and number, and why."""

    holder: Holder
    type: str
    number: str
    name_zh: str
    name_en: str
    issuer_zh: str
    issuer_en: str
    issued_on: date | None
    valid_until: date | None
    ended: bool
    reason: str
    trust: str


@dataclass(frozen=True)
class ListedFact:
    """Something known of a holder. `number`: the authority's own, of this entry."""

    holder: Holder
    element: str
    value: str
    number: str
    valid_from: date | None
    valid_until: date | None
    ended: bool
    reason: str
    trust: str


def tidied(said: Mapping[str, object]) -> tuple[dict[str, str], tuple[Mended, ...]]:
    """A row as it is read, and what was put right in it. Columns that are empty are left out."""
    row: dict[str, str] = {}
    mended: list[Mended] = []
    for name, value in said.items():
        text = "" if value is None else str(value)
        row[name], done = _tidy(name, text)
        mended += [Mended(name, what) for what in done]
    return {name: text for name, text in row.items() if text}, tuple(mended)


def _tidy(name: str, text: str) -> tuple[str, list[str]]:
    done = []

    def to(new: str, what: str) -> None:
        nonlocal text
        if new != text:
            text = new
            done.append(what)

    to("".join(text.split()) if name in _NUMBERS else text.strip(), "spaces")
    if name in _NUMBERS | _DAYS | _CODES and text != WITHOUT_END:
        to(unicodedata.normalize("NFKC", text), "width")
    if name in _NUMBERS or name == "trust":
        to(text.upper(), "case")
    if name in _DAYS and (day := _day(text)) is not None:
        to(day.isoformat(), "date")
    return text, done


def kind_of(row: Mapping[str, object]) -> Kind:
    """Of a row of a file, which may hold both."""
    return "fact" if row.get("element") else "certificate"


def listed(row: Mapping[str, str], kind: Kind) -> Listed | ListedFact | Wrong:
    """A tidied row that can be entered, or what is wrong with it first."""
    said = {**ASSUMED, **row}
    wrong = _wrong(kind, said)
    if wrong is not None:
        return wrong
    holder = Holder(said.get("holder", ""), said["id_type"], said.get("id_number", ""), said.get("uscc", ""))
    ended, until = STATUSES[said["status"]] == "ended", _day(said.get("valid_until", ""))
    if kind == "fact":
        return ListedFact(
            holder, said["element"], said.get("value", ""), said["number"], _day(said.get("valid_from", "")), until, ended,
            said.get("reason", ""), said["trust"],
        )  # fmt: skip
    return Listed(
        holder, said["type"], said["number"], said.get("name", ""), said.get("name_en") or said.get("name", ""),
        said.get("issuer", ""), said.get("issuer_en") or said.get("issuer", ""), _day(said.get("issued_on", "")), until, ended,
        said.get("reason", ""), said["trust"],
    )  # fmt: skip


def _wrong(kind: Kind, row: Mapping[str, str]) -> Wrong | None:
    known = FACT if kind == "fact" else CERTIFICATE
    for name, text in row.items():
        if name not in known:
            return Wrong(name, "不认识这一列", "no such column")
        if not is_legible(text):
            return Wrong(name, UNSEEN["zh"], UNSEEN["en"])
        if len(text) > (most := LONGEST.get(name, 40)):
            return Wrong(name, f"超过 {most} 个字符", f"is longer than {most} characters")
    if row["status"] not in STATUSES:
        return Wrong("status", "状态是有效、注销、吊销、撤销之一", "is valid or ended")
    for name in _NEEDED[kind, STATUSES[row["status"]] == "ended"]:
        if name not in row:
            return Wrong(name, "没有填", "is missing")
    if ("id_number" in row) == ("uscc" in row):
        return Wrong(
            "id_number",
            "写持证人的证件号或统一社会信用代码，二选一",
            "name a person's document or a credit code: one of them",
        )
    if row["trust"] not in TRUST:
        return Wrong("trust", f"可信等级是 {'、'.join(TRUST)} 之一", f"is one of {', '.join(TRUST)}")
    if kind == "certificate" and not is_type(row["type"]):
        return Wrong("type", "不是证照类型的代码", "is no code of a type of certificates")
    return _wrong_days(row)


def is_type(text: str) -> bool:
    """Whether it may be the code of a type: as items name it in `satisfied_by`, which nothing else would ever match."""
    return _TYPE.fullmatch(text) is not None


def _wrong_days(row: Mapping[str, str]) -> Wrong | None:
    for name in sorted(_DAYS & set(row)):
        if _day(row[name]) is None and not (name == "valid_until" and row[name] == WITHOUT_END):
            return Wrong(name, "不是日期：写成 2026-03-10", "is no day: write 2026-03-10")
    first = _day(row.get("valid_from", "")) or _day(row.get("issued_on", ""))
    until = _day(row.get("valid_until", ""))
    if first is not None and until is not None and until < first:
        return Wrong("valid_until", "有效期早于开始的日子", "it would be over before it begins")
    return None


def _day(text: str) -> date | None:
    """`2026-03-10`, `20260310` or `2026/3/10`; None: no day."""
    parts = text.replace("/", "-").split("-")
    try:
        return date(*(int(part) for part in parts)) if len(parts) == 3 else date.fromisoformat(text)
    except (ValueError, TypeError, OverflowError):
        return None


def may_change(*, stands: str, trust: str, source: str) -> bool:
    """Whether who says so (`source`) may renew or end what `stands` says: what it said itself; and what none vouched for as its
    issuer (可信等级 B–D), which is the authority's to put right."""
    return stands == source or trust != "A"
