"""Promises against what happened (mission §12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Abs

from banshi.foundation.memory import forgettable
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


PUBLISHED_DAYS = 30
PUBLISHED_FROM = 100  # of fewer promises nothing is said
# A number that was never called although its “at most” had passed when the line was closed was promised in vain.
PUBLISHED_SQL = """
SELECT count(*) FILTER (WHERE e.actual_s IS NOT NULL OR v.vain), count(*) FILTER (WHERE e.actual_s <= e.at_most_s),
  sum(e.likely_s) FILTER (WHERE e.actual_s IS NOT NULL), sum(e.actual_s)
FROM tickets_estimate e JOIN tickets_ticket t ON t.id = e.ticket_id
JOIN LATERAL (SELECT t.state = 'closed' AND t.closed_why = 'not_called'
  AND e.at + make_interval(secs => e.at_most_s) < (SELECT d.closed_at FROM tickets_hall_day d
    WHERE d.hall_id = e.hall_id AND d.day = e.day) AS vain) v ON true
WHERE e.hall_id = %s AND e.day BETWEEN %s AND %s
"""


@dataclass(frozen=True)
class Published:
    """What a hall's promises of the last 30 days were worth: `n` of them, the share that “at most” held, and how far
    “about” was from the truth on the whole (0.04: 4 % too long, −0.04: 4 % too short)."""

    n: int
    at_most_held: float
    likely_off: float

    @property
    def held_percent(self) -> str:
        return f"{self.at_most_held:.0%}"

    @property
    def off_percent(self) -> str:
        """Without its sign."""
        return f"{abs(self.likely_off):.0%}"


def published(hall: Hall, now: datetime) -> Published | None:
    """Of the 30 days before today; None where there are too few promises to say anything."""
    return _published(hall.pk, now.astimezone(ZoneInfo(hall.timezone)).date() - timedelta(days=1))


@lru_cache(maxsize=512)
def _published(hall_id: int, last: date) -> Published | None:
    # Days that are over do not change: a day's answer may be kept.
    with connection.cursor() as cursor:
        cursor.execute(PUBLISHED_SQL, [hall_id, last - timedelta(days=PUBLISHED_DAYS - 1), last])
        n, held, likely, actual = cursor.fetchone()
    if n < PUBLISHED_FROM or not actual:
        return None
    return Published(n, held / n, float(likely) / float(actual) - 1)


forgettable(_published.cache_clear)
