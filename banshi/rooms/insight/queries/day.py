"""A hall's days from other sides: arrivals per half hour, waits, promises kept, windows busy or idle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries.kept import SPANS
from banshi.rooms.places.models import Hall

# Upper ends of the bars of the wait distribution, minutes; the last bar is open.
WAIT_STEPS = (5, 10, 15, 20, 30, 45, 60)
_STEPS_S = [minutes * 60 for minutes in WAIT_STEPS]

# Of days, from their facts: `FROM days(hall_id, day)` and the rest.
_ARRIVALS = """
SELECT (EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone) * 2
    + floor(EXTRACT(minute FROM v.arrived_at AT TIME ZONE h.timezone) / 30))::int AS half, count(*) AS n
FROM days JOIN tickets_visit v ON v.hall_id = days.hall_id AND v.day = days.day JOIN places_hall h ON h.id = v.hall_id
GROUP BY half
"""
_WAITS = """
SELECT width_bucket(t.wait_s, %(steps)s::int[]) AS bar, count(*) AS n
FROM days JOIN tickets_ticket t ON t.hall_id = days.hall_id AND t.day = days.day
WHERE t.wait_s IS NOT NULL AND t.started_at IS NOT NULL GROUP BY bar
"""
_PROMISES = """
SELECT e.day, count(*) AS promised, count(*) FILTER (WHERE e.actual_s <= e.at_most_s) AS kept,
  count(*) FILTER (WHERE e.actual_s <= e.likely_s) AS below_likely, sum(abs(e.actual_s - e.likely_s)) AS off_s
FROM days JOIN tickets_estimate e ON e.hall_id = days.hall_id AND e.day = days.day
WHERE e.actual_s IS NOT NULL GROUP BY e.day
"""
_ONE_DAY = "WITH days AS (SELECT %(hall)s::bigint AS hall_id, %(day)s::date AS day)"
_UNSETTLED = f"{SPANS}, days AS (SELECT * FROM missing)"  # noqa: S608
ARRIVALS_SQL = f"""{_UNSETTLED}
SELECT half, sum(n) FROM (
  SELECT (u.half - 1)::int AS half, u.n FROM spans s CROSS JOIN LATERAL unnest(s.arrivals) WITH ORDINALITY AS u(n, half)
  WHERE s.whole AND u.n > 0
  UNION ALL ({_ARRIVALS})
) x GROUP BY half ORDER BY half
"""  # noqa: S608
WAITS_SQL = f"""{_UNSETTLED}
SELECT bar, sum(n) FROM (
  SELECT (u.bar - 1)::int AS bar, u.n FROM spans s CROSS JOIN LATERAL unnest(s.waits) WITH ORDINALITY AS u(n, bar) WHERE s.whole
  UNION ALL ({_WAITS})
) x GROUP BY bar ORDER BY bar
"""  # noqa: S608
PROMISES_SQL = f"""{_UNSETTLED}
SELECT day, sum(promised), sum(kept), sum(below_likely), sum(off_s) FROM (
  SELECT s.start AS day, s.promised, s.kept, s.below_likely, s.off_s FROM spans s WHERE s.days = 1 AND s.promised > 0
  UNION ALL ({_PROMISES})
) x GROUP BY day ORDER BY day
"""  # noqa: S608
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
    counts = {half: int(n) for half, n in _rows(ARRIVALS_SQL, _range(halls, first, last))}
    if not counts:
        return []
    return [HalfHour(time(n // 2, n % 2 * 30), counts.get(n, 0)) for n in range(min(counts), max(counts) + 1)]


def busiest(arrivals: Sequence[HalfHour]) -> HalfHour | None:
    """The half hour in which most people came, the earlier one of equals; None when nobody came."""
    return max(arrivals, key=lambda half: (half.visits, -half.start.hour, -half.start.minute), default=None)


def wait_distribution(*, halls: Sequence[Hall], first: date, last: date) -> list[WaitBar]:
    """Waits from number to service in bars; they add up to everybody whose service began."""
    counts = {bar: int(n) for bar, n in _rows(WAITS_SQL, {**_range(halls, first, last), "steps": _STEPS_S})}
    starts = (0, *WAIT_STEPS)
    ends: tuple[int | None, ...] = (*WAIT_STEPS, None)
    return [WaitBar(a, b, counts.get(n, 0)) for n, (a, b) in enumerate(zip(starts, ends, strict=True))]


def promises(*, halls: Sequence[Hall], first: date, last: date) -> Kept:
    """Wait promises against the truth over several halls (mission §12.8); per hall as tickets.queries.hit_rate."""
    rows = [(day, *map(int, said)) for day, *said in _rows(PROMISES_SQL, _range(halls, first, last))]
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


def sides(*, hall: Hall, day: date) -> dict[str, Any]:
    """A day of a hall as it is kept: `arrivals` by half hour, `waits` by bar, and its promises. Three queries, from the facts."""
    params = {"hall": hall.pk, "day": day, "steps": _STEPS_S}
    halves = dict(_rows(f"{_ONE_DAY} {_ARRIVALS}", params))
    bars = dict(_rows(f"{_ONE_DAY} {_WAITS}", params))
    [promises] = _rows(f"{_ONE_DAY} {_PROMISES}", params) or [(day, 0, 0, 0, 0)]
    return {
        "arrivals": [halves.get(half, 0) for half in range(48)],
        "waits": [bars.get(bar, 0) for bar in range(len(WAIT_STEPS) + 1)],
        **dict(zip(("promised", "kept", "below_likely", "off_s"), map(int, promises[1:]), strict=True)),
    }


def _range(halls: Sequence[Hall], first: date, last: date) -> dict[str, Any]:
    return {"halls": [hall.pk for hall in halls], "first": first, "last": last}


def _rows(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
