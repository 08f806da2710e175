"""Threads that use the database end with their connections, also those still at work when the others had gone."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from banshi.foundation.threads import Threads

pytestmark = pytest.mark.race


@pytest.mark.django_db(transaction=True)
def test_each_threads_connection_ends_with_it_however_late_its_work() -> None:
    threads = Threads(3, "three")
    all_there, may_end = threading.Barrier(4), threading.Event()

    def work(late: bool) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        all_there.wait(20)
        if late:
            may_end.wait(20)
        return int(pid)

    works = [threads.submit(work, late) for late in (False, True, False)]
    all_there.wait(20)
    opened = [each.connection for each in threads.opened]
    threads.leave()
    waits = threads.gone.is_set()
    may_end.set()
    ended = threads.gone.wait(20)

    assert (waits, ended) == (False, True)
    assert len({each.result() for each in works}) == 3
    assert [each.closed for each in opened] == [True] * 3
