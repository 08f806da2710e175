"""Sweep: a worker that was killed leaves its job `doing`; put such jobs back."""

from __future__ import annotations

from django.db import connection

STALLED_AFTER_S = 30


def requeue() -> int:
    """Return how many jobs of dead workers were settled: put back, or given up where the same job waits already."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE procrastinate_jobs j SET worker_id = NULL,
              status = CASE WHEN j.queueing_lock IS NOT NULL AND EXISTS (
                  SELECT 1 FROM procrastinate_jobs t WHERE t.queueing_lock = j.queueing_lock AND t.status = 'todo')
                THEN 'failed' ELSE 'todo' END::procrastinate_job_status
            WHERE j.status = 'doing'
              AND NOT EXISTS (SELECT 1 FROM procrastinate_workers w
                              WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %s))
            """,
            [STALLED_AFTER_S],
        )
        return int(cursor.rowcount)
