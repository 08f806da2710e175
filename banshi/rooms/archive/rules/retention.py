"""保管期限: how long a package is kept, and from which day on it may be destroyed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

FOR_EVER = None  # 永久
YEARS = (10, 30, FOR_EVER)
DEFAULT = 30
BY_TYPE: dict[str, int | None] = {"01": 30, "05": 30, "07": FOR_EVER, "20": 10}  # A.1; any other: DEFAULT


@dataclass(frozen=True)
class Rule:
    """Of an item (its code), or of a type of items; the newest comes last."""

    item: str
    item_type: str
    years: int | None


def years_of(*, item: str, item_type: str, rules: Iterable[Rule]) -> int | None:
    """What is said of the item counts before what is said of its type, and that before what is usual. None: for ever."""
    found = list(rules)
    for said in (
        [each for each in found if each.item == item],
        [each for each in found if not each.item and each.item_type == item_type],
    ):
        if said:
            return said[-1].years
    return BY_TYPE.get(item_type, DEFAULT)


def kept_until(closed: date, years: int | None) -> date | None:
    """The last day: counted from the year after the case was closed, as archives do. None: without end."""
    return None if years is None else date(closed.year + years, 12, 31)


BECAME = ("destroyed", "held", "kept")  # kept: its years run longer than when it was proposed


def becomes(*, until: date | None, held: bool, today: date) -> str:
    """What is to be done with a package in a purge that was confirmed."""
    if held:
        return "held"
    return "destroyed" if until is not None and until < today else "kept"
