"""Places (号源): how many a period has, for which business; the quietest near by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from banshi.kernel.policy import Quota
from banshi.kernel.refusals import Alternative
from banshi.rooms.booking.rules.facts import ItemFacts


def nearest_quiet(found: Iterable[tuple[Alternative, float]], *, near: datetime, n: int = 3) -> tuple[Alternative, ...]:
    """The `n` nearest alternatives, quiet ones preferred, in order of time.

    :param found: each with how busy it is (0–1). A full hour of busyness weighs like an hour of distance: an empty
        period is offered before a nearly full one that lies up to an hour closer.
    """

    def worth(each: tuple[Alternative, float]) -> tuple[float, float, datetime]:
        alternative, busy = each
        return abs((alternative.starts_at - near).total_seconds()) + 3600 * busy, busy, alternative.starts_at

    ranked = sorted(found, key=worth)
    return tuple(sorted((each[0] for each in ranked[:n]), key=lambda each: (each.starts_at, each.slot_id)))


def quota_for(quotas: Sequence[Quota], item: ItemFacts) -> tuple[str, Quota] | None:
    """The business an item's places belong to, and its quota: the item's own, else its category's, else the hall's."""
    ways = (("item", item.code, f"item:{item.code}"), ("category", item.category, f"cat:{item.category}"))
    for target, code, business in ways:
        for wanted in (code, "*"):
            for quota in quotas:
                if quota.target == target and quota.code == wanted:
                    return business, quota
    for quota in quotas:
        if quota.target == "hall":
            return "hall", quota
    return None


def businesses(quotas: Sequence[Quota], items: Iterable[ItemFacts]) -> dict[str, tuple[Quota, tuple[ItemFacts, ...]]]:
    """Each business that needs places: its quota and the bookable items that use them."""
    found: dict[str, tuple[Quota, list[ItemFacts]]] = {}
    for item in items:
        target = quota_for(quotas, item) if item.bookable else None
        if target is not None:
            found.setdefault(target[0], (target[1], []))[1].append(item)
    return {business: (quota, tuple(users)) for business, (quota, users) in sorted(found.items())}


def places(quota: Quota, overbook_percent: int) -> int:
    """Public places of a period, with the hall's conscious overbooking (超额放号), rounded down."""
    return quota.public * (100 + overbook_percent) // 100
