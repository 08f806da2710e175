"""A rate of a fee on its page: with the formula that may compute it, and back to how documents keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext

from banshi.frames.typed import invalid
from banshi.rooms.catalogue.rules.editing import RATES
from banshi.surfaces.office.item_edit_form import Read

FORMULA: dict[str, Any] = {
    "kind": "", "field": "", "unit_zh": "", "unit_en": "", "unit_price": None, "base": "0", "included": 0, "steps": [],
    "least": None, "most": None,
}  # fmt: skip


def opened(part: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """A rate with a formula to fill in where it has none; anything else as it is."""
    if part != RATES:
        return dict(entry)
    formula = {**FORMULA, **(entry.get("formula") or {})}
    steps = [{"up_to": each["up_to"] or "", "value": each["value"]} for each in formula["steps"]]
    return {**entry, "amount": entry.get("amount"), "formula": {**formula, "steps": steps}}


def closed(part: str, said: Read) -> dict[str, Any]:
    """As documents keep it: without a formula that nothing was said of. A rate says one of the two, else it is refused."""
    if part != RATES:
        return said.entry
    formula = said.entry["formula"]
    rest = {name: value for name, value in said.entry.items() if name != "formula"}
    if not formula["kind"]:
        if rest["amount"] is None and said.refused is None:
            said.refused = invalid("amount", pgettext("item edit", "An amount, or how it is computed"))
        return rest
    steps = [{"up_to": each["up_to"] or None, "value": each["value"]} for each in formula["steps"]]
    return {**rest, "formula": {**formula, "base": formula["base"] or "0", "steps": steps}}
