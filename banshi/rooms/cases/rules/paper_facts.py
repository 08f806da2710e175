"""The facts of a paper as JSON and back: what a paper says is kept as data beside its PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from banshi.rooms.cases.rules.paper_texts import Facts, Named

_DAYS = {each.name for each in fields(Facts) if "date" in str(each.type)}
_LISTS = {each.name for each in fields(Facts) if "Named" in str(each.type)}


def written(facts: Facts) -> str:
    """JSON of what is said; what is empty is left out."""
    said = {name: value for name, value in asdict(facts).items() if value not in ("", None, False, ())}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, default=date.isoformat)


def read(text: str) -> Facts:
    """Back from `written`."""
    return Facts(**{name: _value(name, value) for name, value in json.loads(text).items()})


def _value(name: str, value: Any) -> Any:
    if name in _DAYS:
        return date.fromisoformat(value)
    if name in _LISTS:
        return tuple(_named(each) for each in value)
    return tuple(tuple(str(part) for part in row) for row in value) if name in ("stated", "granted") else value


def _named(row: Mapping[str, Any]) -> Named:
    by = row.get("by")
    return Named(row["name"], row.get("why", ""), date.fromisoformat(by) if by else None)
