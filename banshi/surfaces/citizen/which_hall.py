"""Which hall to book in: each with the way there, the people who wait now and the earliest place, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone

from banshi.kernel.refusals import Alternative
from banshi.rooms.booking import queries as booking
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.halls_now import HallNow, halls_now

KM_WORTH_A_DAY = 10.0  # a place one day earlier is worth ten kilometres more


@dataclass(frozen=True)
class HallChoice:
    """A hall of the list. `earliest`: the first place that can be booked; None where there is none in two weeks."""

    hall: Hall
    now: HallNow
    earliest: Alternative | None

    @property
    def asked(self) -> str:
        """The query that leads to its first day with a place, in the active time zone."""
        day = timezone.localtime(self.earliest.starts_at).date().isoformat() if self.earliest else None
        return urlencode({"hall": self.hall.code, **({"day": day} if day else {})})


def best_first(
    halls: Sequence[Hall], *, item_code: str, now: datetime, near: tuple[float, float] | None = None
) -> list[HallChoice]:
    """As many queries for many halls as for one; in the order given where nothing tells them apart."""
    places = booking.earliest(halls=halls, item_code=item_code, now=now)
    shown = halls_now(halls, now=now, near=near)
    found = [HallChoice(hall, seen, places.get(hall.code)) for hall, seen in zip(halls, shown, strict=True)]
    return sorted(found, key=lambda each: cost(each, now=now))


def cost(choice: HallChoice, *, now: datetime) -> tuple[bool, float, datetime, int]:
    """Halls with a place first; then days of waiting and the way weighed against each other, the hour, the line."""
    way = (choice.now.away_km or 0.0) / KM_WORTH_A_DAY
    if choice.earliest is None:
        return True, way, now, choice.now.waiting
    at = choice.earliest.starts_at
    days = (at.date() - now.astimezone(at.tzinfo).date()).days
    return False, days + way, at, choice.now.waiting
