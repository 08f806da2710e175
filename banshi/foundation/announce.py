"""Announce: tell whoever is watching a hall that something changed, on commit.

An event row and a NOTIFY of its id ride in the transaction of the change. Hot paths (booking) do not announce each
change: free places are announced by a job at most a few times a second (architecture, “NOTIFY in each transaction”).
Those that do put `announced` and `notified` into their own statement.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

CHANNEL = "banshi_live"

COLUMNS = "hall, topic, subject, at"


def announced(source: str) -> str:
    """`INSERT` of the events that `source`, a SELECT, yields under the names of `COLUMNS`, for the statement of a change;
    it returns what `notified` needs.
    """
    return f"""
INSERT INTO foundation_event ({COLUMNS}) SELECT {COLUMNS} FROM ({source}) AS news RETURNING id, hall, topic, subject
"""  # noqa: S608 – only column names and our own statements are put in


def notified(event: str) -> str:
    """SQL, to be selected from the events `announced` returned under the name `event`: whoever watches is told on commit."""
    return (
        f"pg_notify('{CHANNEL}', {event}.id || ' ' || {event}.hall || ' ' || {event}.topic || ' ' || {event}.subject)"
    )


ANNOUNCE_SQL = f"""
WITH e AS (
{announced("SELECT %s::text AS hall, %s::text AS topic, %s::text AS subject, %s::timestamptz AS at")}
)
SELECT e.id, {notified("e")} FROM e
"""  # noqa: S608

# From the oldest on, and only so far as one look reaches: its cost does not grow with what is kept.
FORGET_SQL = """
DELETE FROM foundation_event WHERE id IN (
  SELECT o.id FROM (SELECT id, hall, at FROM foundation_event ORDER BY id LIMIT %(look)s) o
  WHERE o.at < %(before)s AND EXISTS (SELECT 1 FROM foundation_event l WHERE l.hall = o.hall AND l.id > o.id)
  ORDER BY o.id LIMIT %(most)s)
"""
STAY = 1000  # halls whose newest event may be older than all


def announce(*, hall: str, topic: str, subject: str = "", now: datetime) -> int:
    """Write the event and notify on commit.

    :param hall: hall code, or "*" for the whole installation.
    :param topic: `line` (tickets and calls), `windows`, `slots`, `bookings` (one appointment), `notices`, `clock`, `ratings`,
        `orders` (to one machine).
    :param subject: what changed: a ticket ref, a window code; may be empty. No spaces, no personal data.
    :returns: the event's id = the version watchers resume from.
    """
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE_SQL, [hall, topic, subject, now])
        return int(cursor.fetchone()[0])


def forget_old(*, before: datetime, most: int = 5000) -> int:
    """Delete events that happened earlier, in hall time, except the newest of each hall, which watchers resume from.

    :returns: how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, {"before": before, "most": most, "look": most + STAY})
        return int(cursor.rowcount)
