"""The worker knows every job, and every job's queue is worked on."""

from __future__ import annotations

import threading

import pytest
from croniter import croniter
from django.db import connection
from procrastinate.contrib.django import app

from banshi.config import jobs
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
        "tick": 1, "give_calls": 1, "send_messages": 1, "send_webhooks": 1, "seal_papers": 1, "follow_up": 1,
        "requeue_stalled": 15, "seal_audit": 10, "forget": 600, "move_stand_ins": 10, "watch_fleet": 15, "end_orders": 5,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["tick", "send_messages", "follow_up"])
def test_a_job_that_lasts_takes_no_more_places_than_its_own(name: str) -> None:
    """It comes anew each second: a closure with many to move, or a slow gateway, had all places of the worker in three."""
    running, go_on = threading.Semaphore(0), threading.Event()

    def lasts(timestamp: int) -> None:
        running.release()
        go_on.wait(timeout=60)

    lasts.__name__ = name
    job = jobs.watched(lasts)
    most = jobs.AT_ONCE[name]

    def in_a_thread() -> None:
        try:
            job(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=in_a_thread) for _ in range(most)]
    for thread in threads:
        thread.start()
    assert all(running.acquire(timeout=60) for _ in range(most))

    job(0)  # comes back at once, with nothing done

    assert not running.acquire(blocking=False)
    go_on.set()
    for thread in threads:
        thread.join()
    job(0)
    assert running.acquire(blocking=False)


def test_a_worker_has_a_place_for_each_job_that_may_be_under_way() -> None:
    assert set(jobs.AT_ONCE) == set(ours())
