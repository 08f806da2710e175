"""Reads on items that somebody chooses to do in one go: what stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.catalogue.queries.seasons import is_in_season
from banshi.rooms.catalogue.rules.together import Chosen


def chosen_of(items: Sequence[Item], *, day: date) -> list[Chosen]:
    """What matters of each for what goes with it, on a day, in their order."""
    halls: dict[int, set[str]] = {}
    for item, hall in HallItem.objects.filter(item__in=items).values_list("item_id", "hall__code"):
        halls.setdefault(item, set()).add(hall)
    return [
        Chosen(
            item.code, item.audience, frozenset(halls.get(item.pk, ())),
            retired=item.retired_on is not None and item.retired_on <= day, in_season=is_in_season(item, day=day),
        )
        for item in items
    ]  # fmt: skip
