"""When an open page says something else by itself: at midnight, and when a hall opens or closes, a period begins or ends.

The page's script fetches it anew at that moment (citizen.js), so that nobody stands before a closed door with a page that
says “open”.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from banshi.surfaces.citizen.halls_now import HallNow


def next_turn(now: datetime, moments: Iterable[datetime | None]) -> datetime:
    """The first of the moments to come, the coming midnight at the latest.

    :param now: in the zone whose midnight is meant.
    """
    midnight = datetime.combine(now.date() + timedelta(days=1), time(0), now.tzinfo)
    return min([midnight, *(each for each in moments if each is not None and each > now)])


def of_halls(halls: Iterable[HallNow]) -> list[datetime | None]:
    """When each opens or closes next."""
    return [each.open_until or each.opens_at for each in halls]
