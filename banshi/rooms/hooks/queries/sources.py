"""Which things something happened to, from rows that their rooms write anyway. Nothing is written for a webhook when somebody
books, takes a number or is called.

Ids are given before, and not in the order of, commits: whoever only asks for ids above the last one seen loses what was
committed late. So a row counts as new if its id is above `seen`, or if its transaction may not have been over when the table was
read last (`horizon`). PostgreSQL gives a savepoint a transaction id of its own, always above its parent's: the oldest one under
way bounds both. Rows found twice make no second event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from banshi.rooms.hooks.models import Cursor

MOST: Final = 2000  # new rows in one look
SLACK: Final = 1000  # transactions; `age` counts from a moment later than the snapshot


@dataclass(frozen=True)
class Hint:
    """`subject` of `hall` changed, or (of the line) many numbers of it at once. :param at: hall time."""

    source: str
    hall: str
    subject: str
    at: datetime


# Source → table, and what of it concerns us. `{new}` says which rows are new.
AUDIT = """
SELECT e.id, e.hall, e.subject, e.at FROM audit_entry e
WHERE {new} AND (e.subject LIKE 'appointment:%%' OR e.subject LIKE 'ticket:%%'
  OR (e.subject LIKE 'case:%%' AND e.action IN ('refunded', 'rated'))
  OR (e.subject LIKE 'enquiry:%%' AND e.action IN ('enquiry_answered', 'enquiry_corrected'))) ORDER BY e.id
"""
NEWS = """
SELECT e.id, e.hall, CASE e.topic WHEN 'line' THEN 'line:' || e.subject ELSE e.subject END, e.at FROM foundation_event e
WHERE {new} AND e.topic IN ('line', 'bookings') ORDER BY e.id
"""
CASES = """
SELECT e.id, '', 'case:' || c.no, e.at FROM cases_event e JOIN cases_case c ON c.id = e.case_id
WHERE {new} ORDER BY e.id
"""
SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "audit": ("audit_entry", AUDIT),
    "news": ("foundation_event", NEWS),
    "cases": ("cases_event", CASES),
}
NEW = """e.id > %(low)s AND e.id <= %(upto)s AND (e.id > %(seen)s OR age(e.xmin) <= %(span)s)"""
UPTO_SQL = "SELECT max(id) FROM (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) n"


def snapshot() -> tuple[int, int]:
    """The oldest transaction that is under way, and the next one that will begin."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        oldest, following = cursor.fetchone()
        return int(oldest), int(following)


def last_id(source: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {SOURCES[source][0]}")  # noqa: S608 – our own table
        return int(cursor.fetchone()[0])


def news(at: Cursor, *, following: int) -> tuple[list[Hint], int]:
    """What is new since a cursor, and up to which id was read.

    :param following: the next transaction, of a snapshot taken before.
    """
    table, sql = SOURCES[at.source]
    with connection.cursor() as cursor:
        cursor.execute(UPTO_SQL.format(table=table), [at.seen, MOST])
        upto = int(cursor.fetchone()[0] or at.seen)
        span = min(following - at.horizon + SLACK, 2**31 - 1)
        asked = {"low": at.low, "seen": at.seen, "upto": upto, "span": span}
        cursor.execute(sql.format(new=NEW), asked)
        return [Hint(at.source, hall, subject, when) for _, hall, subject, when in cursor.fetchall()], upto
