"""What people really do (常办): the matters of a hall's last thirty days, most frequent first."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries import ItemLine
from banshi.rooms.places.models import Hall

DAYS = 30
ENOUGH = 30  # matters done, below which a hall is new and its counts are chance
LOOK_EVERY_S = 600.0  # machine seconds; what is frequent does not change within minutes

# A booked matter that got its number is counted as that number. Both halves read (hall, day): thirty days, not the history.
OFTEN_SQL = """
SELECT i.code, count(*) FROM (
  SELECT t.item_id FROM tickets_ticket t
  WHERE t.hall_id = ANY(%(halls)s) AND t.day BETWEEN %(first)s AND %(last)s
    AND t.item_id IS NOT NULL AND t.state NOT IN ('left', 'redirected')
  UNION ALL
  SELECT a.item_id FROM booking_appointment a
  WHERE a.hall_id = ANY(%(halls)s) AND a.day BETWEEN %(first)s AND %(last)s AND a.state = 'booked'
) done JOIN catalogue_item i ON i.id = done.item_id
GROUP BY i.code
"""

_known: dict[str, tuple[float, dict[str, int]]] = {}


@forgettable
def forget() -> None:
    """Count anew with the next question (tests)."""
    _known.clear()


def popular(hall: str | None = None, *, now: datetime, n: int = 8) -> list[ItemLine]:
    """The matters done most in this hall (or in all halls) in the last thirty days; a new hall: what people ask for."""
    return catalogue.popular(hall, n, done=_done(hall, now))


def _done(hall: str | None, now: datetime) -> dict[str, int]:
    key = hall or ""
    known = _known.get(key)
    if known is not None and clock.monotonic() - known[0] < LOOK_EVERY_S:
        return known[1]
    rows = Hall.objects.filter(code=hall) if hall else Hall.objects.all()
    halls = list(rows.values_list("id", flat=True))
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    with connection.cursor() as cursor:
        cursor.execute(OFTEN_SQL, {"halls": halls, "first": today - timedelta(days=DAYS), "last": today})
        done = {code: int(times) for code, times in cursor.fetchall()}
    if sum(done.values()) < ENOUGH:
        done = {}
    _known[key] = (clock.monotonic(), done)
    return done
