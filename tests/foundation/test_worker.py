"""The worker knows every job, and every job's queue is worked on."""

from __future__ import annotations

from procrastinate.contrib.django import app

from banshi.foundation.worker import QUEUES


def ours() -> dict[str, str]:
    app.perform_import_paths()
    return {
        name: task.queue
        for name, task in app.tasks.items()
        if not name.startswith("builtin") and "procrastinate" not in name
    }


def test_every_job_is_known_and_its_queue_is_worked_on():
    jobs = ours()

    assert set(jobs) >= {"tick", "send_messages", "seal_audit", "requeue_stalled"}
    assert set(jobs.values()) - set(QUEUES) == set()


def test_the_tick_and_the_messages_come_every_second():
    app.perform_import_paths()

    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}

    assert (crons["tick"], crons["send_messages"]) == ("* * * * * *", "* * * * * *")
