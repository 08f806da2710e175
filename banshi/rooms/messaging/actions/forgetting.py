"""What was said is deleted once nobody needs it; that it was said stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection

from banshi.foundation.crypto import encrypt
from banshi.rooms.messaging.rules import OVER
from banshi.rooms.messaging.statements import TO_PLACE

# By `messages_to_forget`, which what is deleted leaves: the cost is that of what is deleted, however much was ever said.
FORGET_SQL = f"""
UPDATE messaging_message SET "to" = %(nobody)s, to_index = '', text = '', said = NULL, sealed = NULL
WHERE id IN (
  SELECT old.id FROM unnest(%(halls)s::text[], %(befores)s::timestamptz[]) AS h(hall, before)
  CROSS JOIN LATERAL (
    SELECT m.id FROM messaging_message m
    WHERE m.hall = h.hall AND coalesce(m.until, m.due_at) < h.before AND m.subject <> ALL(%(keep)s::text[])
      AND m.state IN ({", ".join(f"'{state}'" for state in OVER)}) AND m.to_index <> ''
    ORDER BY coalesce(m.until, m.due_at) LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
  ) old
  LIMIT %(most)s)
"""  # noqa: S608 – states of the table


def forget_old(*, before: Mapping[str, datetime], keep: Collection[str], most: int) -> int:
    """Delete telephones and words of messages that are over and said nothing any more for long, whatever they are about.

    :param before: by hall code ("" for what no hall said), in hall time: what a message's last moment lies before, or where it
        has none the moment it was to be said at.
    :param keep: subjects whose messages stay.
    :param most: rows. What somebody is about to send again waits for the next time.
    :returns: how many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            FORGET_SQL,
            {
                "halls": list(before),
                "befores": list(before.values()),
                "keep": sorted(keep),
                "most": most,
                "nobody": encrypt("", place=TO_PLACE),
            },
        )
        return int(cursor.rowcount)
