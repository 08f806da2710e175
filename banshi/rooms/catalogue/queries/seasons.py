"""Reads on the periods of the year in which an item is received (受理时段)."""

from __future__ import annotations

from datetime import date
from typing import Final

from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.seasons import Seasons, seasons

COLUMN: Final = "item__handling__seasons"  # as `rules.seasons` takes them, from a row that has an item


def seasons_of(item: Item) -> Seasons | None:
    """By what the item says now; None where it is received all year."""
    return seasons(item.code, item.handling.get("seasons"))


def is_in_season(item: Item, *, day: date) -> bool:
    found = seasons_of(item)
    return found is None or found.hold(day)
