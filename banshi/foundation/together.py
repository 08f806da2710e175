"""Commit together: requests that arrive while a statement is under way go into the next one, as a set (ADR 5).

Under no load a request waits for nothing; under load the cost of a round trip and of a commit is shared.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

from banshi.foundation.patience import patience

Answer = TypeVar("Answer")


def fresh(act: Callable[[], Answer]) -> Answer:
    """Run in a thread that lives longer than a request: a connection that broke meanwhile is opened anew.

    A database that says nothing is given up after a while (OperationalError).
    """
    with patience(settings.BANSHI_DATABASE_PATIENCE_S):
        close_old_connections()
        return act()


CLOSE_S = 1.0


def leave(pool: ThreadPoolExecutor, size: int) -> None:
    """Take no more, and close each thread's connection; one that is still at work keeps its own."""
    all_there = threading.Barrier(size)

    def go() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            all_there.wait(CLOSE_S)  # else one quick thread would do it for all
        connections.close_all()

    for _ in range(size):
        pool.submit(go)
    pool.shutdown(wait=False)


Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 256  # items a batch


class Batches(Generic[Item, Result]):
    """Runs `work(items)` on everything that has arrived, one batch at a time, in a thread of its own.

    `work` answers with one result per item, in order. Belongs to one event loop.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], name: str) -> None:
        self.work = work
        self.waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self.runner: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.waiting.append((item, future))
        if self.runner is None or self.runner.done():
            self.runner = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            batch, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
            try:
                answers = await loop.run_in_executor(
                    self.thread, fresh, lambda batch=batch: self.work([i for i, _ in batch])
                )
            except Exception as trouble:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(trouble)
                continue
            for (_, future), answered in zip(batch, answers, strict=True):
                if not future.done():  # the caller may have gone
                    future.set_result(answered)

    def close(self) -> None:
        """Take no more; wait for the batch under way, and close its connection."""
        self.thread.submit(connections.close_all)
        self.thread.shutdown(wait=True)
