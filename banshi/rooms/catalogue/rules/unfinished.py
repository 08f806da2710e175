"""A handling that somebody is still writing: what is not filled in yet is missing, and keeps nobody from saving; what could never
stand there is wrong.

So that it can be shown and tried, an eased copy has the other language, or “…”, where something is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from banshi.rooms.catalogue.rules.faults import Fault, faults
from banshi.rooms.catalogue.rules.handling import Element, Handling

FILLER = "…"
_TWINS = {"_zh": "_en", "_en": "_zh"}
_ROUNDS = 3  # what is filled in may be followed by what only then is seen
_NOT_FILLED = {
    "_zh": ("中文没有填", "The Chinese is not filled in"),
    "_en": ("英文没有填", "The English is not filled in"),
}
_FEW = {
    "options": ("选项不到两个", "It has fewer than two answers"),
    "channels": ("没有渠道", "There is no way to hand it in"),
}
_WRONG = {
    "string_too_long": ("最多 {max_length} 个字", "At most {max_length} characters"),
    "too_short": ("至少 {min_length} 项", "At least {min_length} of them"),
    "too_long": ("最多 {max_length} 项", "At most {max_length} of them"),
    "string_pattern_mismatch": ("代码只能用字母、数字和 . _ -", "A code has letters, digits and . _ - alone"),
    "greater_than_equal": ("不小于 {ge}", "Not less than {ge}"),
    "less_than_equal": ("不大于 {le}", "Not more than {le}"),
    "greater_than": ("要大于 {gt}", "More than {gt}"),
    "decimal_max_places": ("最多 {decimal_places} 位小数", "At most {decimal_places} decimals"),
}
_ELSE = "不能这样写", "This cannot stand here"


@dataclass(frozen=True)
class Unfinished:
    """`handling`: eased; None where something is wrong."""

    handling: Handling | None
    missing: tuple[Fault, ...]
    wrong: tuple[Fault, ...]


def unfinished(document: Mapping[str, Any]) -> Unfinished:
    """:param document: a handling as JSON, as far as it is written."""
    eased = deepcopy(dict(document))
    missing: list[Fault] = []
    for _ in range(_ROUNDS):
        try:
            return Unfinished(Handling.model_validate(eased), tuple(missing), ())
        except ValidationError as said:
            found = [_fault(document, each, missing, eased) for each in said.errors()]
        if wrong := tuple(each for each in found if each is not None):
            return Unfinished(None, tuple(missing), wrong)
    return Unfinished(None, tuple(missing), (Fault("", *_ELSE),))


def unfinished_faults(
    document: Mapping[str, Any],
    elements: Iterable[Element] = (),
    *,
    item_type: str = "",
    departments: Collection[str] | None = None,
) -> tuple[Fault, ...]:
    """Everything that keeps it from being published. Parameters as `faults` has them."""
    said = unfinished(document)
    if said.handling is None:
        return (*said.wrong, *said.missing)
    found = faults(said.handling, elements, item_type=item_type, departments=departments, walk=not said.missing)
    return (*said.missing, *found)


def _fault(document: Mapping[str, Any], error: Any, missing: list[Fault], eased: dict[str, Any]) -> Fault | None:
    """What is wrong; None where it is only missing, and eased now."""
    loc, kind = error["loc"], error["type"]
    where = place_of(document, loc)
    if kind == "string_too_short" and _put(eased, loc):
        missing.append(Fault(where, *_NOT_FILLED[str(loc[-1])[-3:]]))
        return None
    if kind == "too_short" and loc[-1] in _FEW:
        missing.append(Fault(where, *_FEW[loc[-1]]))
        _fill(eased, loc)
        return None
    zh, en = _WRONG.get(kind, _ELSE)
    given = error.get("ctx", {})
    return Fault(where, zh.format(**given), en.format(**given))


def _put(eased: dict[str, Any], loc: tuple[int | str, ...]) -> bool:
    """The other language, or a filler. :returns: whether it is a text of two languages."""
    at, name = _inner(eased, loc[:-1]), str(loc[-1])
    twin = _TWINS.get(name[-3:])
    if not isinstance(at, dict) or twin is None:
        return False
    other = at.get(name[:-3] + twin)
    at[name] = other if isinstance(other, str) and other.strip() else FILLER
    return True


def _fill(eased: dict[str, Any], loc: tuple[int | str, ...]) -> None:
    at = _inner(eased, loc[:-1])
    if loc[-1] == "channels":
        at["channels"] = ["paper"]
        return
    there = list(at["options"])
    more = [{"id": f"unfilled-{n}", "text_zh": FILLER, "text_en": FILLER} for n in range(2 - len(there))]
    at["options"] = [*there, *more]


def _inner(document: Any, loc: Iterable[int | str]) -> Any:
    for step in loc:
        document = document[step]
    return document


def place_of(document: Mapping[str, Any], loc: Iterable[int | str]) -> str:
    """`materials.agent-letter.name_en`, as `faults` names places: parts of a list by their codes."""
    said = ""
    at: Any = document
    for step in loc:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            at = None
        code = (at.get("id") or at.get("code")) if isinstance(at, dict) and isinstance(step, int) else None
        if isinstance(step, int) and not code:
            said += f"[{step}]"
        else:
            said += f".{code or step}" if said else str(code or step)
    return said
