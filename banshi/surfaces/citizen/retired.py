"""What a page says of a matter that is, or will be, retired (停办): since when, why, and what is applied for instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponseBase
from django.shortcuts import redirect

from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.catalogue.queries.retiring import is_retired, retirement_of


@dataclass(frozen=True)
class Gone:
    """`over`: its day has come, nothing new of it is begun."""

    row: Retirement
    over: bool


def gone(item: Item, *, now: datetime) -> Gone | None:
    """None where nobody retires it, or only one person wants to."""
    row = retirement_of(item) if item.retired_on is not None else None
    return Gone(row, is_retired(item, now=now)) if row is not None else None


def led_away(item: Item, *, now: datetime) -> HttpResponseBase | None:
    """To the page that says so, from where something new would be begun; None where it may be."""
    return redirect("citizen:item", item.code) if is_retired(item, now=now) else None
