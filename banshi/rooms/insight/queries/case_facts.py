"""Cases added up: what happened to them on days that are not settled, and what is kept of those that are.

Each thing that happened to a case is one fact of the hall's day it happened on (rules.case_figures says which). A star is a fact
of the day its case was completed. All of it by item, department, channel and kind, the finest there is; coarser ones are sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries.facts import Days, Found, add
from banshi.rooms.insight.queries.kept import SPANS
from banshi.rooms.places.models import Hall

KEYS = ("item", "department", "channel", "instant")


@dataclass(frozen=True)
class Cell:
    """Cases of one hall and day that share all KEYS. `saved`: decisions by step of days saved (rules.step_of_days)."""

    hall: str
    day: date
    keys: tuple[int, int, str, bool]
    counts: dict[str, int]
    saved: dict[int, int]


def _happened(
    what: str, at: str, *, only: str = "", stars: str = "NULL::int", seconds: str = "NULL::int", joined: str = ""
) -> str:
    """Found by hall and moment, however long the history."""
    return f"""
SELECT h.code AS hall, days.day, c.item_id, c.department_id, c.channel, c.instant, '{what}' AS what, c.notices, c.granted,
  c.due_promised, c.due_at IS NULL OR c.decided_at <= c.due_at AS to_the_minute,
  c.days_saved, c.trips, {stars} AS stars, {seconds} AS seconds,
  c.submitted_at IS NOT NULL AS prepared
FROM unnest(%(halls)s::bigint[], %(days)s::date[]) AS days(hall_id, day) JOIN places_hall h ON h.id = days.hall_id
CROSS JOIN LATERAL (
  SELECT * FROM cases_case r WHERE r.hall_id = days.hall_id {only}
    AND r.{at} >= days.day::timestamp AT TIME ZONE h.timezone AND r.{at} < (days.day + 1)::timestamp AT TIME ZONE h.timezone
  OFFSET 0
) c {joined}
"""  # noqa: S608


# 窗口用时: the visit in which a case was received, once it was served; shared by all that were received in it.
AT_WINDOW = """LEFT JOIN LATERAL (
  SELECT round(sum(EXTRACT(EPOCH FROM s.ended_at - s.started_at))
    / (SELECT count(*) FROM cases_case x WHERE x.visit_id = c.visit_id AND x.received_at IS NOT NULL))::int AS seconds
  FROM tickets_service s JOIN tickets_ticket t ON t.id = s.ticket_id
  WHERE t.visit_id = c.visit_id AND s.ended_at IS NOT NULL
) w ON c.visit_id IS NOT NULL"""
FACTS = " UNION ALL ".join(
    [
        _happened("received", "received_at", seconds="w.seconds", joined=AT_WINDOW),
        _happened("accepted", "accepted_at"),
        _happened("decided", "decided_at"),
        _happened(
            "completed", "closed_at", only="AND r.phase = 'closed'", stars="s.stars",
            joined="LEFT JOIN feedback_rating s ON s.case_id = c.id AND NOT s.follow_up AND s.set_aside_at IS NULL",
        ),
    ]
)  # fmt: skip
_SAYS = {
    "received": "what = 'received'",
    "second_notices": "what = 'received' AND notices > 1",
    "accepted": "what = 'accepted'",
    "decided": "what = 'decided'",
    "granted": "what = 'decided' AND granted",
    "due": "what = 'decided' AND due_promised IS NOT NULL",
    "on_time": "what = 'decided' AND day <= due_promised AND to_the_minute",
    "completed": "what = 'completed'",
    "one_stop": "what = 'completed' AND notices = 0 AND trips <= 1",
    "ratings": "stars IS NOT NULL",
    **{f"stars_{n}": f"stars = {n}" for n in range(1, 6)},
}
_WINDOW = {"prepared": "seconds IS NOT NULL AND prepared", "unprepared": "seconds IS NOT NULL AND NOT prepared"}
_COUNTED = {
    **{name: f"count(*) FILTER (WHERE {when})" for name, when in (_SAYS | _WINDOW).items()},
    **{f"{name}_s": f"COALESCE(sum(seconds) FILTER (WHERE {when}), 0)" for name, when in _WINDOW.items()},
    "trips": "COALESCE(sum(trips) FILTER (WHERE what = 'completed'), 0)",
}
_CELL = "hall, day, item_id, department_id, channel, instant"
# In one statement, so that all facts are of one moment.
CELLS_SQL = f"""
WITH facts AS MATERIALIZED ({FACTS})
SELECT {_CELL}, ARRAY[{", ".join(_COUNTED[name] for name in rules.CASE_COUNTS)}]::bigint[], NULL::int, 0
FROM facts GROUP BY {_CELL}
UNION ALL
SELECT {_CELL}, NULL, days_saved, count(*) FROM facts WHERE what = 'decided' AND days_saved IS NOT NULL
GROUP BY {_CELL}, days_saved
"""  # noqa: S608


def case_cells(days: Days) -> list[Cell]:
    """What happened to cases on these days, as finely as it is kept. One query, none without days."""
    found: dict[tuple[Any, ...], Cell] = {}
    if not days:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CELLS_SQL, {"halls": [hall for hall, _ in days], "days": [day for _, day in days]})
        for hall, day, item, department, channel, instant, sums, saved, n in cursor.fetchall():
            keys = (item, department, channel, instant)
            cell = found.setdefault((hall, day, keys), Cell(hall, day, keys, {}, {}))
            if sums is not None:
                cell.counts.update(zip(rules.CASE_COUNTS, sums, strict=True))
            else:
                step = rules.step_of_days(saved)
                cell.saved[step] = cell.saved.get(step, 0) + n
    return list(found.values())


def added_up(cells: Iterable[Cell], bys: Sequence[str], pairs: Sequence[tuple[str, str]] = ()) -> Found:
    """Cells summed by each of `bys` and together, and by the levels their halls belong to. :param pairs: (hall code, key)."""
    found: Found = {}
    levels: dict[str, list[str]] = {}
    for hall, key in pairs:
        levels.setdefault(hall, []).append(key)
    for cell in cells:
        row = {**cell.counts, "saved_steps": cell.saved}
        key_of = {"day": cell.day, "hall": cell.hall, **dict(zip(KEYS, cell.keys, strict=True))}
        add(found, {("", None): row})
        add(found, {(by, key_of[by]): row for by in bys})
        add(found, {("level", key): row for key in levels.get(cell.hall, ())})
    return found


_ADDED = ", ".join([*(f'sum(r."{name}")::bigint' for name in rules.CASE_COUNTS), "sum(r.saved_steps)::text"])
_NOTHING = ", ".join([*(f"NULL::bigint AS {name}_" for name in rules.CASE_COUNTS), "NULL AS saved_steps_"])
KEPT_SQL = f"""{SPANS}
SELECT 'missing' AS by, m.hall_id || ':' || m.day AS key, {_NOTHING}
FROM missing m
UNION ALL
SELECT a.by, CASE a.by WHEN 'day' THEN s.start::text WHEN 'hall' THEN s.hall WHEN 'level' THEN a.key
  WHEN 'item' THEN r.item_id::text WHEN 'department' THEN r.department_id::text WHEN 'channel' THEN r.channel
  WHEN 'instant' THEN r.instant::text END, {_ADDED}
FROM spans s
JOIN unnest(%(bys)s::text[], %(of)s::text[], %(keys)s::text[]) AS a(by, hall, key)
  ON (a.hall IS NULL OR a.hall = s.hall) AND CASE a.by WHEN 'day' THEN s.days = 1 ELSE s.whole END
CROSS JOIN LATERAL (SELECT * FROM insight_case_sum r WHERE r.span_id = s.id OFFSET 0) r
GROUP BY 1, 2
"""  # noqa: S608
_TYPED: dict[str, Any] = {
    "item": int, "department": int, "day": date.fromisoformat, "instant": lambda said: said == "true",
}  # fmt: skip


def kept_cases(
    *, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str], pairs: Sequence[tuple[str, str]] = ()
) -> tuple[Found, Days]:
    """Sums of what is kept of these days, and the days of which nothing is. One query. Parameters as `added_up`."""
    asked: list[tuple[str, str | None, str | None]] = [(by, None, None) for by in ("", *bys)]
    asked += [("level", hall, key) for hall, key in pairs]
    params: dict[str, Any] = {
        "halls": [hall.pk for hall in halls], "first": first, "last": last,
        **{name: [each[n] for each in asked] for n, name in enumerate(("bys", "of", "keys"))},
    }  # fmt: skip
    found: Found = {}
    missing = []
    with connection.cursor() as cursor:
        cursor.execute(KEPT_SQL, params)
        for by, key, *counts, saved in cursor.fetchall():
            if by == "missing":
                hall, day = key.split(":")
                missing.append((int(hall), date.fromisoformat(day)))
                continue
            row: dict[str, Any] = dict(zip(rules.CASE_COUNTS, counts, strict=True))
            typed = key if key is None else _TYPED.get(by, str)(key)
            found[by, typed] = {**row, "saved_steps": rules.unpacked(saved)}
    return found, sorted(missing)
