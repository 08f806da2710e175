"""Two versions of an item beside each other: everything that differs, part by part, with both values.

Lists are compared by the codes of what stands in them: what was moved alone is said once for the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from banshi.rooms.catalogue.rules.condition_words import sentence
from banshi.rooms.catalogue.rules.handling import Handling

LISTS = {
    "questions": ("id", "text"),
    "situations": ("id", "name"),
    "handling_items": ("code", "name"),
    "conditions": ("text_zh", "text"),
    "materials": ("code", "name"),
    "fields": ("code", "label"),
    "flow": ("code", "name"),
    "faq": ("text_zh", "text"),
}
TREES = frozenset({"asked_if", "when", "needed_if", "show_if", "holds"})
ORDER = "order"


@dataclass(frozen=True)
class Leaf:
    """One value that differs. `name`: as in the model; None: it is not there on this side."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What differs in one part. `part`: item, questions, …; `of_zh`, `of_en`: which of a list, "" where there is one alone."""

    part: str
    of_zh: str
    of_en: str
    leaves: tuple[Leaf, ...]
    how: str = "changed"  # added | removed | changed


@dataclass(frozen=True)
class Said:
    """What an item said: its columns and its handling."""

    columns: Mapping[str, Any]
    handling: Handling


def compared(before: Said, after: Said) -> tuple[Change, ...]:
    """Everything that differs; conditions only as far as they are written otherwise."""
    found = [Change("item", "", "", tuple(_leaves(before.columns, after.columns)))]
    old, new = _document(before.handling), _document(after.handling)
    single = {name: part for name, part in new.items() if name not in LISTS}
    was = {name: part for name, part in old.items() if name not in LISTS}
    for part, (key, text) in LISTS.items():
        found += _of_list(part, key, text, old.get(part, []), new.get(part, []))
    found.append(Change("rest", "", "", tuple(_leaves(was, single))))
    return tuple(each for each in found if each.leaves)


def _document(handling: Handling) -> dict[str, Any]:
    return handling.model_dump(mode="json")


def _of_list(part: str, key: str, text: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Change]:
    was, now = {each[key]: each for each in old}, {each[key]: each for each in new}
    for code, row in now.items():
        how = "changed" if code in was else "added"
        yield Change(part, row[f"{text}_zh"], row[f"{text}_en"], tuple(_leaves(was.get(code, {}), row)), how)
    for code, row in was.items():
        if code not in now:
            yield Change(part, row[f"{text}_zh"], row[f"{text}_en"], tuple(_leaves(row, {})), "removed")
    stayed = [code for code in was if code in now]
    moved = [code for code in now if code in was]
    if stayed != moved:
        names = [[_named(was[code], text) for code in codes] for codes in (stayed, moved)]
        yield Change(part, "", "", (Leaf(ORDER, *names),))


def _named(row: Mapping[str, Any], text: str) -> dict[str, str]:
    return {"text_zh": row[f"{text}_zh"], "text_en": row[f"{text}_en"]}


def _leaves(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> Iterator[Leaf]:
    """Values that differ, the parts of parts too. What is empty on both sides is nothing."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before == after or not (_filled(before) or _filled(after)):
            continue
        inner = name not in TREES and (isinstance(before, dict) or isinstance(after, dict))
        if inner:
            yield from _leaves(before or {}, after or {}, f"{at}{name}.")
        else:
            yield Leaf(f"{at}{name}", before, after)


def _filled(value: object) -> bool:
    return value not in (None, "", [], {}, ())


def tree_said(leaf: Leaf, side: object, handling: Handling, *, zh: bool) -> str | None:
    """A side of a leaf that is a condition, as a sentence; None: it is none."""
    if leaf.name.rpartition(".")[2] not in TREES or side is None:
        return None
    return sentence(side, handling, zh=zh)
