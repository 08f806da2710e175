"""How numbers stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch, and one for
each hall in which something is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.rules import Standing
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.order import SHUT_CTE, STOPPED

STOPPED_SQL = f"""
WITH here AS (SELECT %(hall)s::bigint AS hall_id), {SHUT_CTE}
SELECT t.ref, {STOPPED}, EXISTS (SELECT 1 FROM shut WHERE shut.kind = 'evacuation' AND (
    shut.whole OR t.category_id = ANY (shut.categories) OR w.zone_id = ANY (shut.zones)))
FROM tickets_ticket t LEFT JOIN places_window w ON w.id = t.window_id AND t.state IN ('called', 'serving')
WHERE t.ref = ANY (%(refs)s)
"""  # noqa: S608 – fragments only


def tickets(refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    """By ref: the state (`rated` once the visit is), how often it was called, whether its line is stopped, and whether its
    person is sent out."""
    rows = Ticket.objects.filter(ref__in=refs).order_by("id")
    found = list(rows.values_list("ref", "state", "calls", "visit__rated_at", "hall_id"))
    stopped: set[str] = set()
    out: set[str] = set()
    shut = Closure.objects.filter(hall__in={row[4] for row in found}, withdrawn_at=None)
    for hall_id in shut.filter(starts_at__lte=now, ends_at__gt=now).order_by("hall").values_list("hall").distinct():
        with connection.cursor() as cursor:
            cursor.execute(
                STOPPED_SQL, {"hall": hall_id[0], "refs": [row[0] for row in found if row[4] == hall_id[0]], "now": now}
            )
            for ref, is_stopped, is_out in cursor.fetchall():
                stopped |= {ref} if is_stopped else set()
                out |= {ref} if is_out else set()
    return {
        ref: Standing("rated" if rated_at else state, calls, ref in stopped, ref in out)
        for ref, state, calls, rated_at, _ in found
    }
