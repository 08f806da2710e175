"""Commit together: requests that arrive while a statement is under way go into the next one, as a set.

A gatherer owns one thread (and so one database connection). While it runs a batch, new items queue up; when it comes
back it takes all of them at once. Under no load an item waits for nothing; under load the cost of a commit is shared.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Gatherer(Generic[Item, Result]):
    """Runs `work(items)` on everything that has arrived; `work` answers with one result or exception per item, in order."""

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Result | Exception]], *, name: str, most: int = 256
    ) -> None:
        self._work = work
        self._most = most
        self._queue: queue.SimpleQueue[tuple[Item, Future[Result]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._name = name

    def submit(self, item: Item) -> Future[Result]:
        """Queue one item; the future carries its result or its exception."""
        self._ensure_thread()
        future: Future[Result] = Future()
        self._queue.put((item, future))
        return future

    def _ensure_thread(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < self._most:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            try:
                results = self._work([item for item, _ in batch])
            except Exception as trouble:
                results = [trouble] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
