"""Settling days that are over (结日): what was counted of them is kept, so that it need not be counted again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from banshi.foundation import locks
from banshi.foundation.connections import renew
from banshi.rooms.insight import queries, rules
from banshi.rooms.insight.models import CaseSum, Changed, Span, Sum
from banshi.rooms.places.models import Hall

log = structlog.get_logger("banshi.figures")

AT_ONCE = 3  # hall days in one run, so that no other duty waits long

# From the first day of which there is a fact to yesterday; the latest first, they are asked for most.
DUE_SQL = f"""
SELECT h.id, d.day
FROM places_hall h
CROSS JOIN LATERAL ({queries.BOUNDS} OFFSET 0) f
CROSS JOIN LATERAL (
  SELECT f.first + n AS day FROM generate_series(0, (%(now)s AT TIME ZONE h.timezone)::date - 1 - f.first) AS n) d
WHERE NOT EXISTS (
    SELECT 1 FROM insight_span s WHERE s.hall_id = h.id AND s.days = 1 AND s.start = d.day AND s.timezone = h.timezone)
  OR EXISTS (SELECT 1 FROM insight_changed c WHERE c.hall_id = h.id AND c.day = d.day)
ORDER BY d.day DESC, h.id LIMIT %(most)s
"""  # noqa: S608
_SUMS = ", ".join(f'"{name}"' for name in (*queries.SUMS, *queries.STEPS))
_ADDED = ", ".join(f'sum(r."{name}")' for name in (*queries.SUMS, *queries.STEPS))
COPY_SQL = f"COPY insight_sum (span_id, by, key, {_SUMS}) FROM STDIN"
ADD_UP_SQL = f"""
INSERT INTO insight_sum (span_id, by, key, {_SUMS})
SELECT %(span)s, r.by, r.key, {_ADDED} FROM insight_sum r WHERE r.span_id = ANY(%(parts)s) GROUP BY r.by, r.key
"""  # noqa: S608
_CASES = ", ".join(f'"{name}"' for name in (*rules.CASE_COUNTS, "saved_steps"))
_CASES_ADDED = ", ".join(f'sum(r."{name}")' for name in (*rules.CASE_COUNTS, "saved_steps"))
_CASE_KEYS = "item_id, department_id, channel, instant"
COPY_CASES_SQL = f"COPY insight_case_sum (span_id, {_CASE_KEYS}, {_CASES}) FROM STDIN"
ADD_UP_CASES_SQL = f"""
INSERT INTO insight_case_sum (span_id, {_CASE_KEYS}, {_CASES})
SELECT %(span)s, {_CASE_KEYS}, {_CASES_ADDED} FROM insight_case_sum r WHERE r.span_id = ANY(%(parts)s) GROUP BY {_CASE_KEYS}
"""  # noqa: S608


def settle_due(*, now: datetime, most: int = AT_ONCE) -> list[tuple[str, str]]:
    """Settle days that are over and not settled yet, or changed since; at most so many. The rest waits for the next run.

    :returns: hall code and day of each that was settled.
    :raises Exception: what kept the last day that could not be settled from it; it held up no other.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE_SQL, {"now": now, "most": most})
        due = cursor.fetchall()
    halls = Hall.objects.in_bulk({hall for hall, _ in due})
    settled: list[tuple[str, str]] = []
    failed: Exception | None = None
    for hall, day in due:
        try:
            if settle(hall=halls[hall], day=day, now=now):
                settled.append((halls[hall].code, day.isoformat()))
        except Exception as no:
            renew()
            log.exception("a day could not be settled", hall=halls[hall].code, day=day.isoformat())
            failed = no
    if failed is not None:
        raise failed
    return settled


@transaction.atomic
def settle(*, hall: Hall, day: date, now: datetime) -> bool:
    """Count a day of a hall and keep what was counted, in place of what was kept before; twice is the same as once.

    :returns: False where somebody settles the hall or changes the day at this instant: it is left for later.
    """
    # A day: shared by who writes its facts (migrations/0002_changed_days.py). A hall: one settles at a time, or a longer span
    # would be made of a day that is being settled anew.
    if not locks.hold_if_free(locks.SETTLED_HALL, hall.pk) or not locks.hold_if_free(
        locks.SETTLED_DAY, _key(hall, day)
    ):
        return False
    Changed.objects.filter(hall=hall, day=day).delete()
    for days in rules.LENGTHS:
        _drop(hall, rules.of_day(day, days), days)
    span = Span.objects.create(
        hall=hall, start=day, days=1, timezone=hall.timezone, settled_at=now, **queries.sides(hall=hall, day=day)
    )
    counted = queries.counted([(hall.pk, day)], queries.KEPT_BYS)
    with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
        for (by, key), said in counted.items():
            copy.write_row(_row(span, by, key, said))
    _keep_cases(span)
    for days in rules.LENGTHS[1:]:
        if not _add_up(hall, rules.of_day(day, days), days, now):
            break
    return True


def _key(hall: Hall, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT insight_key(%s, %s)", [hall.pk, day])
        return int(cursor.fetchone()[0])


def _drop(hall: Hall, start: date, days: int) -> None:
    old = Span.objects.filter(hall=hall, start=start, days=days)
    for sums in (Sum.objects, CaseSum.objects):
        sums.filter(span__in=old)._raw_delete(using=old.db)
    old._raw_delete(using=old.db)


def _keep_cases(span: Span) -> None:
    cells = queries.case_cells([(span.hall_id, span.start)])
    with connection.cursor() as cursor, cursor.copy(COPY_CASES_SQL) as copy:
        for cell in cells:
            counts = [cell.counts[name] for name in rules.CASE_COUNTS]
            copy.write_row([span.pk, *cell.keys, *counts, rules.packed(cell.saved)])


def _row(span: Span, by: str, key: Any, said: dict[str, Any]) -> list[Any]:
    return [
        span.pk,
        by,
        None if key is None else str(key),
        *(said.get(name, 0) for name in queries.SUMS),
        *(rules.packed(said.get(name, {})) for name in queries.STEPS),
    ]


def _add_up(hall: Hall, start: date, days: int, now: datetime) -> bool:
    """Make a longer span of its eight parts, if all are there."""
    parts = list(
        Span.objects.filter(
            hall=hall, days=days // 8, start__gte=start, start__lt=start + timedelta(days=days), timezone=hall.timezone
        ).order_by("start")
    )
    if len(parts) < 8:
        return False
    span = Span.objects.create(
        hall=hall,
        start=start,
        days=days,
        timezone=hall.timezone,
        settled_at=now,
        arrivals=[sum(each) for each in zip(*(part.arrivals for part in parts), strict=True)],
        waits=[sum(each) for each in zip(*(part.waits for part in parts), strict=True)],
        **{name: sum(getattr(part, name) for part in parts) for name in ("promised", "kept", "below_likely", "off_s")},
    )
    with connection.cursor() as cursor:
        for sql in (ADD_UP_SQL, ADD_UP_CASES_SQL):
            cursor.execute(sql, {"span": span.pk, "parts": [part.pk for part in parts]})
    return True
