"""The worker knows every job, and every job's queue is worked on."""

from __future__ import annotations

from croniter import croniter
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


def test_each_job_comes_as_often_as_it_says():
    """The seconds are the last of six fields: a chain meant to be sealed every ten seconds was sealed every ten minutes."""
    app.perform_import_paths()
    start = 1_767_225_601.0  # a second after a full hour

    def gap(cron: str) -> float:
        coming = croniter(cron, start)
        return -float(coming.get_next(float)) + float(coming.get_next(float))

    assert {task.task.name: gap(task.cron) for task in app.periodic_registry.periodic_tasks.values()} == {
        "tick": 1, "send_messages": 1, "follow_up": 1, "requeue_stalled": 15, "seal_audit": 10,
    }  # fmt: skip
