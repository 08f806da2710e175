"""Nobody waits for a database that is silent: what takes longer than its thread's patience loses its connection.

PostgreSQL ends long statements itself (statement_timeout); this is for the server that accepts and then says nothing,
where the client would wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import connection, connections

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.foundation.prepared import Statement

log = structlog.get_logger("banshi.database")
LOOK_EVERY_S = 0.5

_waiting: dict[int, tuple[float, Any]] = {}  # thread → (until when, its connection wrapper)
forgettable(_waiting.clear)
_watch = threading.Lock()
_watched = False


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """In this thread the database has so many seconds in all. Inner ones do not prolong the outermost."""
    me = threading.get_ident()
    if me in _waiting or seconds <= 0:
        yield
        return
    _keep_watch()
    _waiting[me] = (clock.monotonic() + seconds, connections[connection.alias])
    try:
        yield
    finally:
        _waiting.pop(me, None)


LOCKS_SQL = (
    "SELECT set_config('lock_timeout', %(wait)s, true), set_config('plan_cache_mode', 'force_generic_plan', true)"
)


def locks(seconds: float) -> Statement:
    """In this transaction nobody waits longer for a lock; who would raises OperationalError (`trouble.held`).

    What is prepared on the server is not planned again for the values it is run with: on short statements that costs more
    than running them.
    """
    return LOCKS_SQL, {"wait": f"{max(1, round(seconds * 1000))}ms"}


def look(now: float) -> int:
    """Cut the connections of those who have waited too long; returns how many."""
    cut = 0
    for thread, (until, wrapper) in list(_waiting.items()):
        if now >= until and _waiting.pop(thread, None) is not None:
            cut += _cut(wrapper)
    return cut


def _cut(wrapper: Any) -> bool:
    """Shut the socket below the connection: the thread that reads from it wakes with an OperationalError."""
    with contextlib.suppress(Exception):
        raw = wrapper.connection
        if raw is not None and not raw.closed:
            with socket.socket(fileno=os.dup(raw.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
            log.warning("the database was silent for too long")
            return True
    return False


def _keep_watch() -> None:
    global _watched
    with _watch:
        if not _watched:
            _watched = True
            threading.Thread(target=_look_on, name="patience", daemon=True).start()


def _look_on() -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_EVERY_S):
        look(clock.monotonic())
