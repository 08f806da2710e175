"""What a self-service machine does, by its kind."""

from __future__ import annotations

from dataclasses import dataclass

from banshi.rooms.catalogue.models import MachineOffer
from banshi.rooms.catalogue.rules.machines import DEEDS


@dataclass(frozen=True)
class Offer:
    """`items`: codes in the order they are shown; None: every matter that needs no window."""

    items: tuple[str, ...] | None
    deeds: frozenset[str]

    def begins(self, item: str) -> bool:
        return "apply" in self.deeds and (self.items is None or item in self.items)


EVERYTHING = Offer(None, frozenset(DEEDS))


def offer_of(kind: str) -> Offer:
    """:param kind: code of the kind; "" for a machine of none, which does everything, as does a kind nothing is said of."""
    row = MachineOffer.objects.filter(type=kind).first() if kind else None
    return EVERYTHING if row is None else Offer(None if row.all_items else tuple(row.items), frozenset(row.deeds))


def kinds_that_begin(item: str) -> list[str]:
    """Codes of the kinds at which this matter is begun."""
    rows = MachineOffer.objects.filter(all_items=True) | MachineOffer.objects.filter(items__contains=[item])
    return [row.type for row in rows.order_by("type") if "apply" in row.deeds]
