"""A handling as a document that somebody changes part by part: put, move, take out. Each gives a new document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from banshi.rooms.catalogue.rules.compared import LISTS

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
RATES = "rates"  # 收费标准: a list as the others, within the fee
REMISSIONS = "remissions"  # 减免, likewise
ENDS = "ends"  # 注销、换发: a list within the result
OF_FEE = {RATES: "fee.rates", REMISSIONS: "fee.remissions"}
VALID = "valid"  # 有效期, likewise
OF_RESULT = {ENDS: "result.ends", VALID: "result.valid"}
WITHIN = {**OF_FEE, **OF_RESULT}
FEE: dict[str, Any] = {
    "amount": None, "text_zh": "", "text_en": "", "basis_zh": "", "basis_en": "", "rates": [], "needed_if": {},
}  # fmt: skip
CODED = {
    "questions": "id", "situations": "id", "handling_items": "code", "materials": "code", "fields": "code", "flow": "code",
}  # fmt: skip
_LETTERS = {"questions": "q", "situations": "s", "handling_items": "h", "fields": "f", "options": "o", "flow": "st"}
BLANK: dict[str, dict[str, Any]] = {
    "questions": {"text_zh": "", "text_en": "", "help_zh": "", "help_en": "", "options": [], "asked_if": {}},
    "situations": {"name_zh": "", "name_en": "", "when": {}},
    "handling_items": {"name_zh": "", "name_en": "", "when": {}},
    "conditions": {"text_zh": "", "text_en": "", "needed_if": {}},
    "materials": {
        "name_zh": "", "name_en": "", "necessity": "required", "originals": 1, "copies": 0,
        "channels": ["paper", "scan", "upload"], "satisfied_by": [], "needed_if": {}, "accept_zh": "", "accept_en": "",
    },
    "fields": {
        "label_zh": "", "label_en": "", "type": "text", "required": True, "options": [], "show_if": {}, "element": "",
        "group_zh": "", "group_en": "", "longest": 100, "least": None, "most": None, "on_result": False,
    },
    "flow": {
        "name_zh": "", "name_en": "", "act": "other", "department": "", "procedure": "", "days": None, "who_zh": "",
        "who_en": "", "standard_zh": "", "standard_en": "", "needed_if": {},
    },
    "faq": {"text_zh": "", "text_en": "", "answer_zh": "", "answer_en": ""},
    RATES: {"amount": "", "text_zh": "", "text_en": "", "when": {}},
    REMISSIONS: {"text_zh": "", "text_en": "", "percent": 100, "when": {}},
    VALID: {
        "text_zh": "", "text_en": "", "for_years": None, "for_months": None, "for_days": None, "until": "", "when": {},
    },
    ENDS: {"type": "", "name_zh": "", "name_en": "", "which": "only", "field": "", "when": {}},
}  # fmt: skip
_NUMBER = re.compile(r"^[a-z]+(?:-\d+)?-(\d{1,6})$")


def entries(document: Document, part: str) -> list[dict[str, Any]]:
    """:param part: one of `LISTS`, or of `WITHIN`. :raises KeyError: there is no such part."""
    if part in OF_RESULT:
        return list(document["result"].get(part, ()))
    if part in OF_FEE:
        return list((document.get("fee") or FEE).get(part, ()))
    return list(document.get(part, ())) if part in LISTS else _no_part(part)


def _with(document: Document, part: str, listed: list[dict[str, Any]]) -> dict[str, Any]:
    if part in OF_RESULT:
        result = {name: said for name, said in document["result"].items() if name != part}
        return {**document, "result": {**result, part: listed} if listed else result}
    if part in OF_FEE:
        fee = {**(document.get("fee") or FEE), part: listed}
        return {**document, "fee": {name: said for name, said in fee.items() if name != REMISSIONS or said}}
    if (
        part in ("flow", "faq") and not listed
    ):  # as documents have it that follow the general flow, or are asked nothing
        return {name: said for name, said in document.items() if name != part}
    return {**document, part: listed}


def blank(document: Document, part: str, own: str) -> dict[str, Any]:
    """A new one, with a code of its own; a field in the group of the one before it. :param own: as `fresh_code`."""
    entry: dict[str, Any] = deepcopy(BLANK[part])
    if part in CODED:
        entry = {CODED[part]: fresh_code(document, part, own), **entry}
    if part == "fields" and (there := entries(document, "fields")):
        entry |= {name: there[-1][name] for name in ("group_zh", "group_en")}
    return entry


def put(document: Document, part: str, at: int, entry: Entry) -> dict[str, Any]:
    """In place of the one that stands there; after the last one where none does."""
    listed = entries(document, part)
    return _with(document, part, [*listed[:at], dict(entry), *listed[at + 1 :]])


def taken_out(document: Document, part: str, at: int) -> dict[str, Any]:
    listed = entries(document, part)
    return _with(document, part, [*listed[:at], *listed[at + 1 :]])


def moved(document: Document, part: str, at: int, by: int) -> dict[str, Any]:
    """:param by: -1 is up, 1 is down; past an end it stays."""
    listed = entries(document, part)
    to = at + by
    if 0 <= at < len(listed) and 0 <= to < len(listed):
        listed[at], listed[to] = listed[to], listed[at]
    return _with(document, part, listed)


def fresh_code(document: Document, part: str, own: str = "") -> str:
    """A code that nothing here has or speaks of: not one either that was taken out and still stands in a condition.

    :param part: or `options`. :param own: how codes of papers begin that belong to this item alone.
    """
    letter = own if part == "materials" else _LETTERS[part]
    numbers = [
        int(found[1]) for each in _texts(document) if each.startswith(letter) and (found := _NUMBER.search(each))
    ]
    return f"{letter}-{max(numbers, default=0) + 1}"


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    for each in part.values() if isinstance(part, Mapping) else part if isinstance(part, (list, tuple)) else ():
        yield from _texts(each)


def _no_part(part: str) -> Any:
    raise KeyError(part)
