"""What kinds of self-service machines do, as the presets say it."""

from __future__ import annotations

from collections.abc import Iterable

from banshi.rooms.catalogue.models import Item, MachineOffer
from banshi.rooms.catalogue.rules.machines import DEEDS


def keep_offers(offers: Iterable[MachineOffer]) -> None:
    """:raises ValueError: a matter or deed that there is not, naming it."""
    rows = list(offers)
    asked = {code for row in rows for code in row.items}
    known = set(Item.objects.filter(code__in=asked).values_list("code", flat=True))
    for row in rows:
        unknown = next((code for code in row.items if code not in known), None)
        if unknown is not None:
            raise ValueError(f"machines.yaml, {row.type}: there is no matter {unknown}")
        strange = next((deed for deed in row.deeds if deed not in DEEDS), None)
        if strange is not None:
            raise ValueError(f"machines.yaml, {row.type}: there is no deed {strange}; there are {', '.join(DEEDS)}")
        if "apply" not in row.deeds and (row.items or row.all_items):
            raise ValueError(f"machines.yaml, {row.type}: matters are begun where the deed apply is")
    MachineOffer.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["type"], update_fields=["items", "all_items", "deeds"]
    )
