"""Commit together: requests that arrive while a statement is under way go into the next one, as a set (ADR 5).

Under no load a request waits for nothing; under load the cost of a round trip and of a commit is shared.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection, connections

from banshi.foundation import clock
from banshi.foundation.patience import patience
from banshi.foundation.threads import Threads

Answer = TypeVar("Answer")


def fresh(act: Callable[[], Answer]) -> Answer:
    """Run in a thread that lives longer than a request: a connection that broke meanwhile is opened anew.

    A database that says nothing is given up after a while (OperationalError).
    """
    with patience(settings.BANSHI_DATABASE_PATIENCE_S):
        close_old_connections()
        return act()


TRUSTED_S = 1.0  # so long after it was used a connection is not asked whether it still works
_used = threading.local()


def almost_fresh(act: Callable[[], Answer]) -> Answer:
    """As `fresh`, without asking a connection that was just used: one round trip less.

    `act` is to begin anew where its first statement finds the connection gone.
    """
    with patience(settings.BANSHI_DATABASE_PATIENCE_S):
        if clock.monotonic() - getattr(_used, "at", -TRUSTED_S) >= TRUSTED_S or connection.errors_occurred:
            close_old_connections()
        try:
            return act()
        finally:
            _used.at = clock.monotonic()


Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 256  # items a batch


class Batches(Generic[Item, Result]):
    """Runs `work(items)` on everything that has arrived, one batch at a time, in a thread of its own.

    `work` answers with one result per item, in order. Belongs to one event loop.
    """

    fresh: Callable[[Callable[[], Sequence[Result]]], Sequence[Result]] = staticmethod(fresh)
    most = MOST
    linger_s = 0.0  # so long it waits for others before a batch; 0: not at all

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
        while self.waiting:
            if self.linger_s:
                await asyncio.sleep(self.linger_s)
            batch, self.waiting = self.waiting[: self.most], self.waiting[self.most :]
            await self._do(batch, self.work, self.thread)

    async def _do(
        self,
        batch: list[tuple[Item, asyncio.Future[Result]]],
        work: Callable[[Sequence[Item]], Sequence[Result]],
        pool: Executor,
    ) -> None:
        """Work on one batch in a thread of this pool, and answer whoever still waits for it."""
        items = [item for item, _ in batch]
        try:
            answers = await asyncio.get_running_loop().run_in_executor(pool, self.fresh, lambda: work(items))
        except Exception as trouble:
            for _, future in batch:
                if not future.done():
                    future.set_exception(trouble)
            return
        for (item, future), answered in zip(batch, answers, strict=True):
            self._answer(item, future, answered)

    def _answer(self, _item: Item, future: asyncio.Future[Result], answered: Result) -> None:
        if not future.done():  # the caller may have gone
            future.set_result(answered)

    def close(self) -> None:
        """Take no more; wait for the batch under way, and close its connection."""
        self.thread.submit(connections.close_all)
        self.thread.shutdown(wait=True)


@dataclass(frozen=True)
class Aside:
    """Instead of an answer: somebody else holds what items of this group need, and nothing was done for this one."""

    group: str


ASIDE = 4  # groups under way beside the rest; each has a thread and a connection


class PartingBatches(Batches[Item, Result]):
    """As `Batches`, and what would wait for somebody's lock is set aside: the rest goes on without it.

    `quick(items, aside)` waits for nobody: it answers `Aside(group)` for what somebody holds, and at once for every item of
    the groups in `aside`. The items of a group that is set aside are done by `patient(items)` in a thread of their own, one
    batch at a time, until none is left; then its next item goes with all the others again.

    Both begin anew where their first statement finds the connection gone.
    """

    fresh = staticmethod(almost_fresh)

    def __init__(
        self,
        quick: Callable[[Sequence[Item], frozenset[str]], Sequence[Result | Aside]],
        patient: Callable[[Sequence[Item]], Sequence[Result]],
        name: str,
    ) -> None:
        super().__init__(lambda items: quick(items, frozenset(self.aside)), name)  # type: ignore[arg-type,return-value]
        self.patient = patient
        self.aside: dict[str, list[tuple[Item, asyncio.Future[Result]]]] = {}
        self.beside = Threads(ASIDE, f"{name}-aside")
        self.runners: set[asyncio.Task[None]] = set()

    def _answer(self, item: Item, future: asyncio.Future[Result], answered: Result | Aside) -> None:
        if not isinstance(answered, Aside):
            super()._answer(item, future, answered)
        elif (queue := self.aside.get(answered.group)) is not None:
            queue.append((item, future))
        else:
            self.aside[answered.group] = [(item, future)]
            runner = asyncio.create_task(self._run_aside(answered.group))
            self.runners.add(runner)
            runner.add_done_callback(self.runners.discard)

    async def _run_aside(self, group: str) -> None:
        while queue := self.aside[group]:
            batch, self.aside[group] = queue[: self.most], queue[self.most :]
            await self._do(batch, self.patient, self.beside)
        del self.aside[group]

    def close(self) -> None:
        super().close()
        self.beside.leave()
