"""The job of a killed worker neither blocks its successors nor is lost."""

from __future__ import annotations

import pytest
from django.db import connection

from banshi.foundation.stalled import requeue

pytestmark = pytest.mark.django_db


def job(status: str, queueing_lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock, args) "
            "VALUES ('slow', 'x', %s::procrastinate_job_status, %s, '{}') RETURNING id",
            [status, queueing_lock],
        )
        return int(cursor.fetchone()[0])


def status_of(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        return str(cursor.fetchone()[0])


def test_a_job_whose_worker_is_gone_is_done_again():
    dead = job("doing")

    requeue()

    assert status_of(dead) == "todo"


def test_it_is_given_up_where_the_same_job_waits_already():
    dead = job("doing", "tick")
    waiting = job("todo", "tick")

    requeue()

    assert (status_of(dead), status_of(waiting)) == ("failed", "todo")


def test_of_several_of_one_kind_one_is_done_again():
    dead, twin, other = job("doing", "send"), job("doing", "send"), job("doing", "tick")
    free = [job("doing"), job("doing")]

    settled = requeue()

    assert settled == 5
    assert [status_of(each) for each in (dead, twin, other, *free)] == ["todo", "failed", "todo", "todo", "todo"]
