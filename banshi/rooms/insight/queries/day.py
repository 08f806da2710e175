"""A hall's days from other sides: arrivals per half hour, waits, promises kept, windows busy or idle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from banshi.rooms.insight import rules
from banshi.rooms.places.models import Hall

# Upper ends of the bars of the wait distribution, minutes; the last bar is open.
WAIT_STEPS = (5, 10, 15, 20, 30, 45, 60)

ARRIVALS_SQL = """
SELECT (EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone) * 2
    + floor(EXTRACT(minute FROM v.arrived_at AT TIME ZONE h.timezone) / 30))::int AS half, count(*)
FROM tickets_visit v JOIN places_hall h ON h.id = v.hall_id
WHERE v.hall_id = ANY(%s) AND v.day BETWEEN %s AND %s GROUP BY half ORDER BY half
"""
WAITS_SQL = """
SELECT width_bucket(t.wait_s, %s::int[]) AS bar, count(*) FROM tickets_ticket t
WHERE t.hall_id = ANY(%s) AND t.day BETWEEN %s AND %s AND t.wait_s IS NOT NULL
  AND t.started_at IS NOT NULL GROUP BY bar ORDER BY bar
"""
PROMISES_SQL = """
SELECT e.day, count(*), count(*) FILTER (WHERE e.actual_s <= e.at_most_s),
  count(*) FILTER (WHERE e.actual_s <= e.likely_s),
  sum(abs(e.actual_s - e.likely_s))
FROM tickets_estimate e
WHERE e.hall_id = ANY(%s) AND e.day BETWEEN %s AND %s AND e.actual_s IS NOT NULL GROUP BY e.day ORDER BY e.day
"""
LOADS_SQL = """
WITH bounds AS (SELECT %(start)s::timestamptz AS a, %(end)s::timestamptz AS b), at_work AS (
  SELECT s.window_id,
    sum(EXTRACT(EPOCH FROM LEAST(COALESCE(s.signed_out_at, b), b) - GREATEST(s.signed_in_at, a))) AS seconds
  FROM tickets_window_session s, bounds
  WHERE s.hall_id = %(hall)s AND s.signed_in_at < b AND COALESCE(s.signed_out_at, b) > a GROUP BY s.window_id
), paused AS (
  SELECT s.window_id, sum(EXTRACT(EPOCH FROM LEAST(COALESCE(p.ends_at, b), b) - GREATEST(p.starts_at, a))) AS seconds
  FROM tickets_pause p JOIN tickets_window_session s ON s.id = p.session_id, bounds
  WHERE s.hall_id = %(hall)s AND p.starts_at < b AND COALESCE(p.ends_at, b) > a GROUP BY s.window_id
), busy AS (
  SELECT v.window_id, sum(EXTRACT(EPOCH FROM LEAST(COALESCE(v.ended_at, b), b) - GREATEST(v.started_at, a))) AS seconds,
    count(DISTINCT v.ticket_id) AS services
  FROM tickets_service v, bounds
  WHERE v.hall_id = %(hall)s AND v.started_at >= a AND v.started_at < b GROUP BY v.window_id
)
SELECT w.code, w.number, z.name_zh, z.name_en, COALESCE(at_work.seconds, 0), COALESCE(paused.seconds, 0),
  COALESCE(busy.seconds, 0), COALESCE(busy.services, 0)
FROM places_window w JOIN places_zone z ON z.id = w.zone_id
LEFT JOIN at_work ON at_work.window_id = w.id LEFT JOIN paused ON paused.window_id = w.id
LEFT JOIN busy ON busy.window_id = w.id
WHERE w.hall_id = %(hall)s ORDER BY w.code
"""


@dataclass(frozen=True)
class HalfHour:
    """Visits that began in the half hour from `start`, hall time; over several days their sum."""

    start: time
    visits: int


@dataclass(frozen=True)
class WaitBar:
    """How many people waited from `from_min` to below `to_min` minutes (None: or longer)."""

    from_min: int
    to_min: int | None
    people: int


@dataclass(frozen=True)
class Kept:
    """Promises whose truth is known: how many, how many waits were within "at most", and within "about".

    `off_s`: seconds by which "about" was off on average; None without any.
    """

    n: int
    kept: int
    below_likely: int
    off_s: int | None
    days: tuple[tuple[date, int, int], ...]  # day, promises, kept

    @property
    def share(self) -> float | None:
        """Share of promises kept; aim 0.9."""
        return self.kept / self.n if self.n else None


@dataclass(frozen=True)
class WindowLoad:
    """A window's day: seconds its clerk was ready (signed in, not paused), seconds with somebody, services begun.

    verdict: idle | even | overloaded, "" where it was open too short to say.
    """

    code: str
    number: str
    zone_zh: str
    zone_en: str
    at_work_s: int
    busy_s: int
    services: int
    verdict: str

    @property
    def share(self) -> float | None:
        return min(1.0, self.busy_s / self.at_work_s) if self.at_work_s else None


def arrivals_by_half_hour(*, halls: Sequence[Hall], first: date, last: date) -> list[HalfHour]:
    """From the first half hour with a visit to the last, gaps as zeros."""
    counts = dict(_rows(ARRIVALS_SQL, [[h.pk for h in halls], first, last]))
    if not counts:
        return []
    return [HalfHour(time(n // 2, n % 2 * 30), counts.get(n, 0)) for n in range(min(counts), max(counts) + 1)]


def busiest(arrivals: Sequence[HalfHour]) -> HalfHour | None:
    """The half hour in which most people came, the earlier one of equals; None when nobody came."""
    return max(arrivals, key=lambda half: (half.visits, -half.start.hour, -half.start.minute), default=None)


def wait_distribution(*, halls: Sequence[Hall], first: date, last: date) -> list[WaitBar]:
    """Waits from number to service in bars; they add up to everybody whose service began."""
    steps = [minutes * 60 for minutes in WAIT_STEPS]
    counts = dict(_rows(WAITS_SQL, [steps, [h.pk for h in halls], first, last]))
    starts = (0, *WAIT_STEPS)
    ends: tuple[int | None, ...] = (*WAIT_STEPS, None)
    return [WaitBar(a, b, counts.get(n, 0)) for n, (a, b) in enumerate(zip(starts, ends, strict=True))]


def promises(*, halls: Sequence[Hall], first: date, last: date) -> Kept:
    """Wait promises against the truth over several halls (mission §12.8); per hall as tickets.queries.hit_rate."""
    rows = _rows(PROMISES_SQL, [[h.pk for h in halls], first, last])
    n = sum(row[1] for row in rows)
    off = round(sum(row[4] for row in rows) / n) if n else None
    days = tuple((row[0], row[1], row[2]) for row in rows)
    return Kept(n, sum(row[2] for row in rows), sum(row[3] for row in rows), off, days)


def window_loads(*, hall: Hall, day: date, now: datetime) -> list[WindowLoad]:
    """忙闲 of every window on a business day; what is still going on counts up to `now`."""
    zone = ZoneInfo(hall.timezone)
    start = datetime.combine(day, time(), zone)
    end = min(datetime.combine(day + timedelta(days=1), time(), zone), max(now, start))
    loads = []
    for code, number, zone_zh, zone_en, at_work, paused, busy, services in _rows(
        LOADS_SQL, {"hall": hall.pk, "start": start, "end": end}
    ):
        ready = max(0, round(at_work - paused))
        verdict = rules.verdict(at_work_s=ready, busy_s=round(busy))
        loads.append(WindowLoad(code, number, zone_zh, zone_en, ready, round(busy), services, verdict))
    return loads


def _rows(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
