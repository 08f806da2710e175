"""Reads on orders to machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q

from banshi.kernel.machine_orders import REPEATABLE
from banshi.rooms.devices.models import DeviceOrder

PAPER: Final = frozenset({"print_slip", "print_pages"})


@dataclass(frozen=True)
class Given:
    """An order as somebody in the office sees it, without what it says. Moments are machine time.

    `why`: one of the kernel's `WHYS`, or ""; `repeats`: it is another one, given once more; `again`: somebody may have it done
    once more, which is so of paper alone – a door is opened by who stands in front of it.
    """

    id: int
    kind: str
    state: str
    why: str
    made_by: str
    made_at: datetime
    repeats: bool
    again: bool


def lately(code: str, *, most: int) -> list[Given]:
    """Orders of a machine, the latest first; one query, and none of what they say."""
    kept = ExpressionWrapper(Q(body__isnull=False), output_field=BooleanField())
    rows = DeviceOrder.objects.filter(device__code=code).annotate(kept=kept).order_by("-id").values(
        "id", "kind", "state", "why", "made_by", "made_at", "repeats", "repeated", "kept"
    )  # fmt: skip
    return [
        Given(
            row["id"], row["kind"], row["state"], row["why"], row["made_by"], row["made_at"], row["repeats"] is not None,
            _again(row["kind"], row["state"], kept=row["kept"], repeated=row["repeated"] is not None),
        )
        for row in rows[:most]
    ]  # fmt: skip


def may_be_repeated(code: str, order: int) -> bool:
    """Whether it is an order of this machine that somebody may have done once more, or had: `orders.again` says the rest."""
    return DeviceOrder.objects.filter(pk=order, device__code=code, kind__in=PAPER).exists()


def _again(kind: str, state: str, *, kept: bool, repeated: bool) -> bool:
    return kind in PAPER and state in REPEATABLE and kept and not repeated
