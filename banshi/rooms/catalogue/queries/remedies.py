"""救济: to whom one turns against what is decided of an item."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.handling import Stated
from banshi.rooms.catalogue.rules.remedy import Remedy, remedy_of
from banshi.rooms.places import queries as places


def remedies_of(item: Item, stated: Stated, halls: Iterable[str], *, now: datetime) -> list[tuple[str, Remedy]]:
    """By code of a hall to whom one turns against what is decided there; only where somebody is named."""
    department = (item.department.name_zh, item.department.name_en)
    wanted = set(halls)
    rows = [
        (hall.code, places.policy_of(hall.pk, now=now).remedy) for hall in places.all_halls() if hall.code in wanted
    ]
    found = [(code, remedy_of(stated, policy, department)) for code, policy in rows]
    return [(code, remedy) for code, remedy in found if remedy]
