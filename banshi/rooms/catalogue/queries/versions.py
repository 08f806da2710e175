"""Reads on the versions of an item: the list, and two beside each other."""

from __future__ import annotations

from django.db.models import QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item, ItemVersion
from banshi.rooms.catalogue.rules.compared import Said

_APART = ("id", "version", "handling", "materials", "department_id")


def versions(item: Item) -> QuerySet[ItemVersion]:
    """The newest first."""
    return ItemVersion.objects.filter(item=item).order_by("-version").defer("document")


def said_by(item: Item, version: int) -> Said:
    """:raises Refused: nothing-found."""
    row = ItemVersion.objects.filter(item=item, version=version).first()
    if row is None:
        raise Refused("nothing-found", facts={"item": item.code, "version": version})
    columns = {name: value for name, value in row.document.items() if name not in _APART}
    return Said(columns, catalogue.pinned(item.pk, version))
