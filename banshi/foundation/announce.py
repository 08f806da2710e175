"""Announce: tell whoever is watching a hall that something changed, on commit.

An event row and a NOTIFY of its id ride in the transaction of the change. Hot paths (booking) do not announce each
change: free places are announced by a job at most a few times a second (architecture, “NOTIFY in each transaction”).
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

CHANNEL = "banshi_live"

ANNOUNCE_SQL = """
WITH e AS (INSERT INTO foundation_event (hall, topic, subject, at) VALUES (%s, %s, %s, %s) RETURNING id)
SELECT id, pg_notify('banshi_live', id || ' ' || %s || ' ' || %s || ' ' || %s) FROM e
"""


def announce(*, hall: str, topic: str, subject: str = "", now: datetime) -> int:
    """Write the event and notify on commit.

    :param hall: hall code, or "*" for the whole installation.
    :param topic: `line` (tickets and calls), `windows`, `slots`, `bookings` (one appointment), `notices`, `clock`, `ratings`.
    :param subject: what changed: a ticket ref, a window code; may be empty. No spaces, no personal data.
    :returns: the event's id = the version watchers resume from.
    """
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE_SQL, [hall, topic, subject, now, hall, topic, subject])
        return int(cursor.fetchone()[0])
