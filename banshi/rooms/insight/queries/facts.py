"""The facts themselves, added up: of days that are not settled, and to settle them.

A fact belongs to one key of a level: a visit and its rating to the hall and day of the visit, a ticket to the window it
was last at, a visit to the category, item and window of its first number. Several persons who come on one booking are one
visit; `persons` counts them, where no booking says how many came as one. A no-show that was forgiven is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from banshi.rooms.insight import rules

Row = dict[str, Any]
Days = Sequence[tuple[int, date]]  # (hall id, business day)
# Sums of the fact of that number in FACTS; or None, and how often a step of the time of that number in STEPS.
Counted = tuple[list[int] | None, int, int, int]
Found = dict[tuple[str, Any], Row]  # (by, key) → what was added up; ("", None) all together


def _of_days(table: str, row: str) -> str:
    """A table's rows of these days: each day is found by hall and day, however long the history and whatever else is joined."""
    its = f"SELECT * FROM {table} r WHERE r.hall_id = days.hall_id AND r.day = days.day OFFSET 0"  # noqa: S608
    return f"unnest(%(halls)s::bigint[], %(days)s::date[]) AS days(hall_id, day) CROSS JOIN LATERAL ({its}) {row}"


# The first and the last day of a hall (h.id) of which there is any fact.
BOUNDS = """
SELECT
  LEAST((SELECT min(day) FROM tickets_visit WHERE hall_id = h.id), (SELECT min(day) FROM tickets_ticket WHERE hall_id = h.id),
    (SELECT min(day) FROM booking_appointment WHERE hall_id = h.id), (c.first AT TIME ZONE h.timezone)::date) AS first,
  GREATEST((SELECT max(day) FROM tickets_visit WHERE hall_id = h.id), (SELECT max(day) FROM tickets_ticket WHERE hall_id = h.id),
    (SELECT max(day) FROM booking_appointment WHERE hall_id = h.id), (c.last AT TIME ZONE h.timezone)::date) AS last
FROM (SELECT
  (SELECT min(received_at) FROM cases_case WHERE hall_id = h.id) AS first,
  GREATEST((SELECT max(received_at) FROM cases_case WHERE hall_id = h.id),
    (SELECT max(accepted_at) FROM cases_case WHERE hall_id = h.id), (SELECT max(decided_at) FROM cases_case WHERE hall_id = h.id),
    (SELECT max(closed_at) FROM cases_case WHERE hall_id = h.id)) AS last
) c
"""
_TICKET_KEYS = """h.code AS hall, t.day AS day, EXTRACT(hour FROM t.made_at AT TIME ZONE h.timezone)::int AS hour,
  t.category_id AS category, t.item_id AS item, t.window_id AS "window", t.channel AS channel"""
TICKETS = f"""
SELECT {_TICKET_KEYS}, t.kind, t.state, t.misses, t.outcome, t.closed_why,
  CASE WHEN t.started_at IS NOT NULL AND t.channel <> 'paper' THEN t.wait_s END AS wait_s,
  CASE WHEN t.started_at IS NOT NULL THEN t.way_s END AS way_s,
  CASE WHEN t.state = 'finished' THEN t.handling_s END AS handling_s
FROM {_of_days("tickets_ticket", "t")} JOIN places_hall h ON h.id = t.hall_id
"""  # noqa: S608
TICKETS_SAY = {
    "tickets": "count(*)",
    "booked": "count(*) FILTER (WHERE kind = 'booked')",
    "walk_in": "count(*) FILTER (WHERE kind <> 'booked')",
    "served": "count(*) FILTER (WHERE state = 'finished')",
    "done": "count(*) FILTER (WHERE outcome = 'done')",
    "paper_missing": "count(*) FILTER (WHERE outcome = 'paper_missing')",
    "advice_only": "count(*) FILTER (WHERE outcome = 'advice_only')",
    "refused": "count(*) FILTER (WHERE outcome = 'refused')",
    "held": "count(*) FILTER (WHERE state = 'finished' AND closed_why = 'held')",
    "missed": "count(*) FILTER (WHERE misses > 0)",
    "left": "count(*) FILTER (WHERE state = 'left')",
    "closed": "count(*) FILTER (WHERE state = 'closed')",
    "redirected": "count(*) FILTER (WHERE state = 'redirected')",
    "open": "count(*) FILTER (WHERE state NOT IN ('finished', 'left', 'closed', 'redirected'))",
    "wait_n": "count(wait_s)",
    "wait_sum_s": "COALESCE(sum(wait_s), 0)",
    "way_n": "count(way_s)",
    "way_sum_s": "COALESCE(sum(way_s), 0)",
    "handling_n": "count(handling_s)",
    "handling_sum_s": "COALESCE(sum(handling_s), 0)",
}
VISITS = f"""
SELECT h.code AS hall, v.day AS day, EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone)::int AS hour,
  n.category, n.item, n."window", v.channel AS channel, n.started, n.paper, COALESCE(n.persons, 1) AS persons,
  n.started AND n.wasted AS wasted, n.started AND n.done AS one_stop
FROM {_of_days("tickets_visit", "v")} JOIN places_hall h ON h.id = v.hall_id
LEFT JOIN (
  SELECT t.visit_id, (array_agg(t.category_id ORDER BY t.id))[1] AS category,
    (array_agg(t.item_id ORDER BY t.id))[1] AS item,
    (array_agg(t.window_id ORDER BY t.id))[1] AS "window",
    bool_or(t.started_at IS NOT NULL OR t.channel = 'paper' AND t.state = 'finished') AS started,
    max(b.persons) AS persons,
    bool_and(t.channel = 'paper') AS paper, bool_and(t.came_from_id IS NOT NULL AND t.waits_from IS NULL) AS expected,
    bool_or(t.outcome IN ('paper_missing', 'refused')) AS wasted,
    bool_and(t.outcome = 'done' AND NOT EXISTS (SELECT 1 FROM tickets_transfer x WHERE x.ticket_id = t.id)) AS done
  FROM {_of_days("tickets_ticket", "t")} LEFT JOIN booking_appointment b ON b.id = t.appointment_id
  GROUP BY t.visit_id
) n ON n.visit_id = v.id
WHERE n.expected IS NOT TRUE
"""  # noqa: S608 – who was sent on and never arrived was not there
VISITS_SAY = {
    "visits": "count(*)",
    "persons": "COALESCE(sum(persons), 0)",
    "visits_served": "count(*) FILTER (WHERE started)",
    "visits_told": "count(*) FILTER (WHERE started AND NOT paper)",
    "wasted": "count(*) FILTER (WHERE wasted)",
    "one_stop": "count(*) FILTER (WHERE one_stop)",
}
APPOINTMENTS = f"""
SELECT h.code AS hall, a.day AS day, EXTRACT(hour FROM a.starts_at AT TIME ZONE h.timezone)::int AS hour,
  a.category_id AS category, a.item_id AS item, t.window_id AS "window", a.source AS channel,
  CASE WHEN a.state = 'no_show' AND EXISTS (
    SELECT 1 FROM booking_ledger_entry e WHERE e.kind = 'no_show' AND e.forgiven_at IS NOT NULL
      AND (e.appointment_id = a.id OR e.visit = a.code OR e.visit <> '' AND e.visit = a.visit_group))
  THEN 'forgiven' ELSE a.state END AS state
FROM {_of_days("booking_appointment", "a")} JOIN places_hall h ON h.id = a.hall_id
LEFT JOIN tickets_ticket t ON t.appointment_id = a.id AND t.state NOT IN ('redirected')
"""  # noqa: S608
APPOINTMENTS_SAY = {
    "appointments": "count(*)",
    "checked_in": "count(*) FILTER (WHERE state IN ('checked_in', 'served'))",
    "no_shows": "count(*) FILTER (WHERE state = 'no_show')",
    "cancelled": "count(*) FILTER (WHERE state = 'cancelled')",
}
RATINGS = f"""
SELECT h.code AS hall, v.day AS day, EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone)::int AS hour,
  t.category_id AS category, t.item_id AS item, r.window_id AS "window", v.channel AS channel, r.stars
FROM {_of_days("tickets_visit", "v")} JOIN places_hall h ON h.id = v.hall_id
JOIN feedback_rating r ON r.visit_id = v.id AND NOT r.follow_up AND r.set_aside_at IS NULL
JOIN tickets_ticket t ON t.id = r.ticket_id
"""  # noqa: S608
RATINGS_SAY = {"ratings": "count(*)"} | {f"stars_{n}": f"count(*) FILTER (WHERE stars = {n})" for n in range(1, 6)}
FACTS = ((TICKETS, TICKETS_SAY), (VISITS, VISITS_SAY), (APPOINTMENTS, APPOINTMENTS_SAY), (RATINGS, RATINGS_SAY))
STEPS = ("wait_steps", "handling_steps")
# Each time of a ticket, numbered as STEPS, with its step, so that steps can be counted like everything else.
TIMES = f"""
SELECT f.*, m.measure, LEAST(width_bucket(m.seconds, %(ends)s::int[]), {len(rules.ENDS) - 1}) AS step
FROM ({TICKETS}) f CROSS JOIN LATERAL (VALUES (0, f.wait_s), (1, f.handling_s)) m(measure, seconds)
WHERE m.seconds IS NOT NULL
"""  # noqa: S608
_AFTER_ENDS = [end + 1 for end in rules.ENDS]  # width_bucket counts the bounds that are reached


def counted(days: Days, bys: Sequence[str]) -> Found:
    """Sums of the facts of these days by each of `bys` (columns above) and together. Each fact is read once, all in one query."""
    columns = [f'f."{by}"' for by in bys]  # never from a request as they are
    mask = f"GROUPING({', '.join(columns)})" if columns else "0"
    sets = ", ".join([*(f"({column})" for column in columns), "()"])
    found: Found = {}
    for row, (grouped, *keys) in _read(days, [mask, *columns], "", f"GROUPING SETS ({sets})", {}):
        n = next((n for n in range(len(bys)) if not grouped >> (len(bys) - 1 - n) & 1), None)
        _put(found, ("", None) if n is None else (bys[n], keys[n]), row)
    return found


def counted_in(days: Days, pairs: Sequence[tuple[str, str]]) -> Found:
    """The same for keys that halls belong to. :param pairs: (hall code, key); a hall may belong to several."""
    params = {"of": [hall for hall, _ in pairs], "keys": [key for _, key in pairs]}
    belongs = "JOIN unnest(%(of)s::text[], %(keys)s::text[]) AS m(hall, key) ON m.hall = f.hall"
    found: Found = {}
    for row, (key,) in _read(days, ["m.key"], belongs, "m.key", params):
        _put(found, ("level", key), row)
    return found


def _read(
    days: Days, keys: Sequence[str], joined: str, grouped: str, more: dict[str, Any]
) -> Iterator[tuple[Counted, list[Any]]]:
    """What was counted, and its keys. In one statement, so that all facts are of one moment."""
    if not days:
        return
    its = ", ".join(keys)
    parts = [
        f"SELECT ARRAY[{', '.join(say.values())}]::bigint[] AS sums, {n} AS fact, 0 AS step, 0::bigint AS n, {its} "  # noqa: S608
        f"FROM ({facts}) f {joined} GROUP BY {grouped}"
        for n, (facts, say) in enumerate(FACTS)
    ]
    parts.append(
        f"SELECT NULL, measure, step, count(*), {its} FROM ({TIMES}) f {joined} GROUP BY measure, step, {grouped}"  # noqa: S608
    )
    params = {"halls": [hall for hall, _ in days], "days": [day for _, day in days], "ends": _AFTER_ENDS, **more}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for sums, fact, step, n, *key in cursor.fetchall():
            yield (sums, fact, step, n), key


def _put(found: Found, at: tuple[str, Any], counted: Counted) -> None:
    said = found.setdefault(at, {})
    sums, number, step, n = counted
    if sums is not None:
        said.update(zip(FACTS[number][1], sums, strict=True))
    else:
        said.setdefault(STEPS[number], {})[step] = n


def add(into: Found, more: Mapping[tuple[str, Any], Row]) -> None:
    """Counts to counts, steps to steps."""
    for key, said in more.items():
        row = into.setdefault(key, {})
        for name, value in said.items():
            if isinstance(value, dict):
                steps = row.setdefault(name, {})
                for step, n in value.items():
                    steps[step] = steps.get(step, 0) + n
            else:
                row[name] = row.get(name, 0) + value
