"""What is kept of settled days, and which days have to be read from their facts instead.

One statement says both, so that a day which is settled anew meanwhile is neither read twice nor left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries.facts import BOUNDS, STEPS, Days, Found
from banshi.rooms.places.models import Hall

KEPT_BYS = ("hour", "category", "item", "window", "channel")  # what a sum is kept of; days and halls are spans
SUMS = (
    "visits", "persons", "visits_served", "visits_told", "wasted", "one_stop", "tickets", "booked", "walk_in", "served",
    "done", "paper_missing", "advice_only", "refused", "held", "missed", "left", "closed", "redirected", "open",
    "appointments", "checked_in", "no_shows", "cancelled", "ratings", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5",
    "wait_n", "wait_sum_s", "way_n", "way_sum_s", "handling_n", "handling_sum_s",
)  # fmt: skip
ADDED = ", ".join([*(f'sum(r."{name}")::bigint' for name in SUMS), *(f"sum(r.{name})::text" for name in STEPS)])
NOTHING = ", ".join([*(f"NULL::bigint AS {name}_" for name in SUMS), *(f"NULL AS {name}_" for name in STEPS)])
_TYPED: dict[str, Any] = {
    "hour": int, "category": int, "item": int, "window": int, "day": date.fromisoformat,
}  # fmt: skip


def _start(days: int) -> str:
    """The first day of the longer span that a span lies in, as rules.of_day."""
    return f"(g.start - (g.start - DATE '{rules.FIRST}') %% {days})"


# good: spans within the range whose facts are as they were. `whole`: in no longer good one – by NOT IN, which looks into a hash
# of those, where NOT EXISTS would read all that are good anew for each: most of what a page of 400 days cost.
# missing: days of which there are facts and no good span.
SPANS = f"""
WITH good AS MATERIALIZED (
  SELECT s.*, h.code AS hall FROM insight_span s JOIN places_hall h ON h.id = s.hall_id AND h.timezone = s.timezone
  WHERE s.hall_id = ANY(%(halls)s) AND s.start BETWEEN %(first)s AND %(last)s AND s.start + s.days - 1 <= %(last)s
    AND NOT EXISTS (
      SELECT 1 FROM insight_changed c WHERE c.hall_id = s.hall_id AND c.day BETWEEN s.start AND s.start + s.days - 1)
), spans AS MATERIALIZED (
  SELECT g.*,
    (g.days >= 8 OR (g.hall_id, {_start(8)}) NOT IN (SELECT b.hall_id, b.start FROM good b WHERE b.days = 8))
    AND (g.days >= 64 OR (g.hall_id, {_start(64)}) NOT IN (SELECT b.hall_id, b.start FROM good b WHERE b.days = 64))
    AS whole
  FROM good g
), facts AS MATERIALIZED (
  SELECT h.id AS hall_id, GREATEST(b.first, %(first)s) AS first, LEAST(b.last, %(last)s) AS last
  FROM places_hall h CROSS JOIN LATERAL ({BOUNDS}) b WHERE h.id = ANY(%(halls)s) AND b.first IS NOT NULL
), missing AS MATERIALIZED (
  SELECT f.hall_id, f.first + n AS day FROM facts f CROSS JOIN LATERAL generate_series(0, f.last - f.first) AS n
  EXCEPT SELECT g.hall_id, g.start FROM good g WHERE g.days = 1
)
"""  # noqa: S608
# Each asked-for `by` says of which sums it is made; a level is made of halls. Sums are found by span and by.
SUMS_SQL = f"""{SPANS}
SELECT 'missing' AS by, m.hall_id || ':' || m.day AS key, {NOTHING}
FROM missing m
UNION ALL
SELECT a.by, CASE a.by WHEN 'day' THEN s.start::text WHEN 'hall' THEN s.hall WHEN 'level' THEN a.key ELSE r.key END, {ADDED}
FROM spans s
JOIN unnest(%(bys)s::text[], %(kept)s::text[], %(of)s::text[], %(keys)s::text[]) AS a(by, kept, hall, key)
  ON (a.hall IS NULL OR a.hall = s.hall) AND CASE a.by WHEN 'day' THEN s.days = 1 ELSE s.whole END
CROSS JOIN LATERAL (SELECT * FROM insight_sum r WHERE r.span_id = s.id AND r.by = a.kept OFFSET 0) r
GROUP BY 1, 2
"""  # noqa: S608


def kept(
    *, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str] = (), pairs: Sequence[tuple[str, str]] = ()
) -> tuple[Found, Days]:
    """Sums of what is kept of these days, and the days of which nothing is. One query.

    :param bys: as `facts.counted`, the total always with them. :param pairs: as `facts.counted_in`, in place of them.
    """
    asked: list[tuple[str, str, str | None, str | None]]
    if pairs:
        asked = [("level", "", hall, key) for hall, key in pairs]
    else:
        asked = [(by, by if by in KEPT_BYS else "", None, None) for by in ("", *bys)]
    params: dict[str, Any] = {
        "halls": [hall.pk for hall in halls], "first": first, "last": last,
        **{name: [each[n] for each in asked] for n, name in enumerate(("bys", "kept", "of", "keys"))},
    }  # fmt: skip
    found: Found = {}
    missing = []
    with connection.cursor() as cursor:
        cursor.execute(SUMS_SQL, params)
        for by, key, *values in cursor.fetchall():
            if by == "missing":
                hall, day = key.split(":")
                missing.append((int(hall), date.fromisoformat(day)))
                continue
            said: dict[str, Any] = dict(zip(SUMS, values, strict=False))
            said |= {name: rules.unpacked(number) for name, number in zip(STEPS, values[len(SUMS) :], strict=True)}
            found[by, key if key is None else _TYPED.get(by, str)(key)] = said
    return found, sorted(missing)
