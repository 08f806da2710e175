"""Threads that use the database: each has a connection of its own, for as long as it lives."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Threads(ThreadPoolExecutor):
    """A pool of at most `size` threads whose connections end with it, however long one of them was kept from its work."""

    def __init__(self, size: int, name: str) -> None:
        super().__init__(max_workers=size, thread_name_prefix=name, initializer=self._begin)
        self.opened: list[BaseDatabaseWrapper] = []
        self.gone = threading.Event()

    def _begin(self) -> None:
        mine = connections[DEFAULT_DB_ALIAS]
        mine.inc_thread_sharing()  # whoever waits for the last of them closes the connections of all
        self.opened.append(mine)

    def leave(self) -> None:
        """Take no more; what is under way ends, then their connections do. Waits for nothing: `gone` is set at the end."""
        self.shutdown(wait=False)
        threading.Thread(target=self._end, name=f"{self._thread_name_prefix}-end").start()

    def _end(self) -> None:
        self.shutdown(wait=True)
        for each in self.opened:
            each.close()
        self.gone.set()
