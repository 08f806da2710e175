"""People arriving together: n threads wait at a barrier and then act at once, each on its own connection.

Where only one order of events is wrong, hold a lock, start who is to wait for it, and go on once they do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


def together(n: int, act: Callable[[int], Any]) -> list[Any]:
    """Run act(0) … act(n-1) at the same instant; exceptions are returned as results, in order."""
    barrier = threading.Barrier(n)
    results: list[Any] = [None] * n

    def one(i: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[i] = act(i)
        except Exception as trouble:
            results[i] = trouble
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def until_somebody_waits_for_a_lock(*, people: int = 1) -> None:
    """So many of this database. Two minutes are for a machine that is busy with other things; it is a matter of milliseconds."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= people:
                return
    raise AssertionError("nobody waits")


def meanwhile(first: Callable[[], Any], then: Callable[[], Any], *, go_on: Callable[[], Any] | None = None) -> Any:
    """`first` is done but not yet committed when `then` begins and waits for it.

    :param go_on: what the first does once the other one waits, in the same transaction; what it raises is raised.
    :returns: what `then` gave, or the exception it ended with.
    """
    done, waited, results = threading.Event(), threading.Event(), []
    broke: list[Exception] = []

    def hold() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                waited.wait(timeout=130)
                if go_on is not None:
                    go_on()
        except Exception as trouble:
            broke.append(trouble)
        finally:
            connection.close()

    def follow() -> None:
        try:
            results.append(then())
        except Exception as trouble:
            results.append(trouble)
        finally:
            connection.close()

    holding, following = threading.Thread(target=hold), threading.Thread(target=follow)
    holding.start()
    assert done.wait(timeout=60)
    following.start()
    until_somebody_waits_for_a_lock()
    waited.set()
    holding.join(timeout=60)
    following.join(timeout=60)
    if broke:
        raise broke[0]
    return results[0]


@contextmanager
def held(act: Callable[[], Any], *, gives_up: bool = False) -> Iterator[None]:
    """Somebody has done `act`, and commits when this ends – or breaks, and nothing is done."""
    done, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                go_on.wait(timeout=130)
                transaction.set_rollback(gives_up)
        finally:
            connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    assert done.wait(timeout=60)
    try:
        yield
    finally:
        go_on.set()
        holding.join(timeout=60)
