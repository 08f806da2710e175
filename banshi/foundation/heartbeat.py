"""Signs of life of what runs without being asked: one row per duty and job, in machine time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from banshi.foundation import clock
from banshi.foundation.connections import renew
from banshi.foundation.models import Heartbeat

BEAT_SQL = """
INSERT INTO foundation_heartbeat AS h (name, at, succeeded_at, failed_at, failures)
SELECT n, %(now)s, CASE WHEN ok THEN %(now)s END, CASE WHEN NOT ok THEN %(now)s END, CASE WHEN ok THEN 0 ELSE 1 END
FROM unnest(%(names)s::text[], %(oks)s::boolean[]) AS x(n, ok) ORDER BY n
ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at,
  succeeded_at = COALESCE(EXCLUDED.succeeded_at, h.succeeded_at), failed_at = COALESCE(EXCLUDED.failed_at, h.failed_at),
  failures = CASE WHEN EXCLUDED.failures = 0 THEN 0 ELSE h.failures + 1 END
"""


@dataclass(frozen=True)
class Sign:
    """`failures`: how often it failed since it last went well."""

    at: datetime
    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int


def beat(name: str, *, well: bool = True) -> None:
    """Leave a sign of life: whether it went well this time."""
    beats({name: well})


def beats(went: Mapping[str, bool]) -> None:
    """Several signs in one statement; in the order of their names, so that two that beat never wait in a circle."""
    if not went:
        return
    with connection.cursor() as cursor:
        cursor.execute(BEAT_SQL, {"now": clock.wall(), "names": list(went), "oks": list(went.values())})


@contextmanager
def watched(name: str) -> Iterator[None]:
    """Leave a sign of how the block went; what it raises goes on."""
    try:
        yield
    except Exception:
        renew()
        beat(name, well=False)
        raise
    beat(name)


def signs() -> dict[str, Sign]:
    """All there are, by name."""
    rows = Heartbeat.objects.order_by("name")
    return {row.name: Sign(row.at, row.succeeded_at, row.failed_at, row.failures) for row in rows}
