"""Sweep: a worker that was killed leaves its job `doing`; put such jobs back."""

from __future__ import annotations

from django.db import connection

STALLED_AFTER_S = 30


def requeue() -> int:
    """Return how many jobs of dead workers were settled: put back, or given up where the same job waits already.

    One worker may die of several of a kind: a slow one still runs when the next begins. One of them is put back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH stalled AS (
              SELECT j.id, j.queueing_lock AS lock, row_number() OVER (PARTITION BY j.queueing_lock ORDER BY j.id) AS nth
                FROM procrastinate_jobs j
               WHERE j.status = 'doing'
                 AND NOT EXISTS (SELECT 1 FROM procrastinate_workers w
                                 WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %s)))
            UPDATE procrastinate_jobs j SET worker_id = NULL,
              status = CASE WHEN s.lock IS NOT NULL AND (s.nth > 1 OR EXISTS (
                  SELECT 1 FROM procrastinate_jobs t WHERE t.queueing_lock = s.lock AND t.status = 'todo'))
                THEN 'failed' ELSE 'todo' END::procrastinate_job_status
              FROM stalled s WHERE j.id = s.id AND j.status = 'doing'
            """,
            [STALLED_AFTER_S],
        )
        return int(cursor.rowcount)
