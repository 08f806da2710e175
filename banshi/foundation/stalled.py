"""Sweep: a worker that was killed leaves its job `doing`; put such jobs back."""

from __future__ import annotations

from django.db import connection

STALLED_AFTER_S = 30


def requeue() -> int:
    """Return how many jobs went back to `todo`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE procrastinate_jobs j SET status = 'todo', worker_id = NULL
            WHERE j.status = 'doing'
              AND NOT EXISTS (SELECT 1 FROM procrastinate_workers w
                              WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %s))
              AND (j.queueing_lock IS NULL OR NOT EXISTS (
                    SELECT 1 FROM procrastinate_jobs t WHERE t.queueing_lock = j.queueing_lock AND t.status = 'todo'))
            """,
            [STALLED_AFTER_S],
        )
        return int(cursor.rowcount)
