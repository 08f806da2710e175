"""Where a category is served, in few words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.foundation.windows import windows_words
from banshi.rooms.places.models import Category
from banshi.rooms.tickets import queries as tickets


@dataclass(frozen=True)
class Where:
    """`wait_on`: the floor to wait on; `windows`: “01–08、12”; `later`: other floors, after a long wait."""

    wait_on: str
    windows: str
    later: str = ""


def where(category: Category, now: datetime) -> Where:
    """As the phone and the messages say it."""
    found = tickets.places([category.pk], now)[category.pk].now
    floor = named({"floor_zh": found.floor_zh, "floor_en": found.floor_en}, "floor")
    return Where(wait_on=floor, windows=windows_words(found.numbers), later=floors(found.beyond_floors))


def floors(pairs: Iterable[tuple[str, str]]) -> str:
    """(zh, en) of several floors, in the active language."""
    return pgettext("between windows", ", ").join(named({"floor_zh": zh, "floor_en": en}, "floor") for zh, en in pairs)
