"""First answers to writes that may be repeated: SQL for many at once, which the API's doors put their batches through.

Forms of pages are answered once by `once`; both keep their answers in one table.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

KEPT: Final = timedelta(hours=24)  # of machine time

# Claims what nobody has claimed since `old`, in one order for everybody; whoever comes second waits for the first.
CLAIM_SQL = """
INSERT INTO foundation_idempotency_key AS k (owner, key, body_hash, created_at)
SELECT * FROM unnest(%(owners)s::text[], %(keys)s::text[], %(hashes)s::text[], %(walls)s::timestamptz[]) ORDER BY 1, 2
ON CONFLICT ON CONSTRAINT one_answer_per_owner_and_key DO UPDATE
  SET body_hash = EXCLUDED.body_hash, status = NULL, answer = NULL, created_at = EXCLUDED.created_at
  WHERE k.created_at < %(old)s
RETURNING owner, key
"""
KEEP_SQL = """
UPDATE foundation_idempotency_key k SET status = a.status, answer = a.answer
FROM unnest(%(owners)s::text[], %(keys)s::text[], %(statuses)s::int[], %(answers)s::bytea[])
  AS a(owner, key, status, answer)
WHERE k.owner = a.owner AND k.key = a.key
RETURNING k.id
"""
FIRST_SQL = """
SELECT owner, key, body_hash, status, answer FROM foundation_idempotency_key
WHERE (owner, key) IN (SELECT * FROM unnest(%(owners)s::text[], %(keys)s::text[]))
"""
# Whether there is an answer by now, that still counts.
ANSWERED_SQL = """
SELECT 1 FROM foundation_idempotency_key
WHERE owner = %(owner)s AND key = %(key)s AND created_at >= %(old)s AND status IS NOT NULL
"""
# Whoever was told to come back later asks anew with the same key.
LET_GO_SQL = """
DELETE FROM foundation_idempotency_key WHERE (owner, key) IN (SELECT * FROM unnest(%(owners)s::text[], %(keys)s::text[]))
RETURNING id
"""
FORGET_SQL = """
DELETE FROM foundation_idempotency_key WHERE id IN (
  SELECT id FROM foundation_idempotency_key WHERE created_at < %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def forget_old(*, before: datetime, most: int) -> int:
    """Delete answers older than `before`, in machine time, at most so many; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, [before, most])
        return int(cursor.rowcount)
