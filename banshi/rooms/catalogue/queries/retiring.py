"""Reads on items that are, or will be, retired (停办)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.retiring import RETIREMENT, Retired, retired

# As `rules.retired` takes them, from a row that has an item.
COLUMNS: Final = ("item__retired_on", "item__successor__code", "item__successor__name_zh", "item__successor__name_en")


def retired_of(item: Item) -> Retired | None:
    """None where nobody retires it."""
    after = item.successor
    if after is None:
        return retired(item.code, item.retired_on)
    return retired(item.code, item.retired_on, after.code, after.name_zh, after.name_en)


def need_taken(item: Item, *, day: date) -> None:
    """:raises Refused: item-retired, out-of-season – nothing new of it is begun on this day."""
    need_not_retired(item, day=day)
    season = seasons_of(item)
    if season is not None and (no := season.refusal(day)) is not None:
        raise Refused(no)


def need_not_retired(item: Item, *, day: date) -> None:
    """For whoever booked it, as it was in season then. :raises Refused: item-retired."""
    found = retired_of(item)
    if found is not None and (no := found.refusal(day)) is not None:
        raise Refused(no)


def today(now: datetime) -> date:
    """Of the installation, in whose days items are retired."""
    return timezone.localtime(now).date()


def is_retired(item: Item, *, now: datetime) -> bool:
    return item.retired_on is not None and item.retired_on <= today(now)


def retirement_of(item: Item) -> Retirement | None:
    """What was asked for or agreed to, and not undone."""
    rows = Retirement.objects.filter(item=item, state__in=RETIREMENT.goes_on).select_related("item", "successor")
    return rows.first()


def retirement_by_id(retirement_id: int) -> Retirement:
    """:raises Refused: nothing-found."""
    found = Retirement.objects.filter(id=retirement_id).select_related("item", "successor").first()
    if found is None:
        raise Refused("nothing-found", facts={"retirement": retirement_id})
    return found


def to_come(*, now: datetime) -> QuerySet[Retirement]:
    """Those agreed to whose day is still to come, or today."""
    rows = Retirement.objects.filter(state=RETIREMENT.to("agree"), from_day__gte=today(now))
    return rows.select_related("item", "successor").order_by("from_day", "id")


def taken_on(day: date, of: str = "") -> Q:
    """Items of which something new is begun on this day, as a filter. :param of: how the filtered rows lead to their item."""
    return Q(**{f"{of}retired_on": None}) | Q(**{f"{of}retired_on__gt": day})
