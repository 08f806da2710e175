"""Promises against what happened (mission §12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Abs

from banshi.rooms.places.models import Category, Hall
from banshi.rooms.tickets.models import Estimate
from banshi.rooms.tickets.queries.line import line
from banshi.rooms.tickets.rules import Band


@dataclass(frozen=True)
class HitRate:
    """`n` promises whose truth is known; shares are None without any.

    hit_rate: share of waits that were at most what was promised (aim: 0.9). below_likely: share below "about"
    (aim: 0.5). off_s: how far "about" was from the truth on average, seconds. bias_s: promised less actual.
    """

    n: int
    hit_rate: float | None
    below_likely: float | None
    off_s: float | None
    bias_s: float | None


def hit_rate(hall_id: int, first: date, last: date) -> HitRate:
    """Of the days first–last, both included."""
    known = Estimate.objects.filter(hall_id=hall_id, day__gte=first, day__lte=last, actual_s__isnull=False)
    sums = known.aggregate(
        n=Count("id"),
        kept=Count("id", filter=Q(actual_s__lte=F("at_most_s"))),
        below=Count("id", filter=Q(actual_s__lte=F("likely_s"))),
        off=Avg(Abs(F("actual_s") - F("likely_s"))),
        bias=Avg(F("likely_s") - F("actual_s")),
    )
    n = sums["n"]
    if not n:
        return HitRate(0, None, None, None, None)
    return HitRate(n, sums["kept"] / n, sums["below"] / n, float(sums["off"]), float(sums["bias"]))


def estimate(hall: Hall, category: Category, now: datetime) -> Band | None:
    """The wait of somebody who takes a walk-in number of this category now; None when no window serves it."""
    found = next(c for c in line(hall.pk, now).categories if c.code == category.code)
    if found.likely_s is None or found.at_most_s is None:
        return None
    return Band(found.likely_s, found.at_most_s)
