"""The job worker: procrastinate on the one PostgreSQL. Tasks are named in banshi/config/jobs.py.

It outlives the database: when the connection goes, it comes back by itself, ever later while it keeps failing.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from asgiref.sync import sync_to_async
from django.db import connections

from banshi.foundation import clock

QUEUES = ("tick", "messages", "hooks", "slow")
AGAIN_AFTER_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
GOOD_LIFE_S: Final = 60.0
log = structlog.get_logger("banshi.worker")


def run(stop: threading.Event, *, concurrency: int) -> None:
    """Run jobs until `stop` is set; the job under way finishes first (at most 10 s). Ends for no other reason.

    :param concurrency: jobs at once: as many as all kinds together may be (`config.jobs.AT_ONCE`).
    """
    falls = 0
    while not stop.is_set():
        began = clock.monotonic()
        try:
            asyncio.run(_work(stop, concurrency))
        except Exception as trouble:
            falls = 0 if clock.monotonic() - began > GOOD_LIFE_S else falls
            wait = AGAIN_AFTER_S[min(falls, len(AGAIN_AFTER_S) - 1)]
            falls += 1
            # The words of the trouble, not its traceback: a database that restarts is no fault of ours.
            log.warning("the worker lost its footing", trouble=_said(trouble), again_in_s=wait, falls=falls)
            stop.wait(wait)


def _said(trouble: BaseException) -> str:
    cause = trouble.__cause__ or trouble.__context__
    return f"{type(trouble).__name__}: {trouble}" + (f" ({type(cause).__name__}: {cause})" if cause else "")


async def _work(stop: threading.Event, concurrency: int) -> None:
    """Returns when told to stop.

    :raises Exception: whatever ended the worker before that.
    """
    from procrastinate.contrib.django import app

    # Procrastinate asks for due jobs through Django's connection, in the thread that asgiref keeps for such calls.
    await sync_to_async(connections.close_all)()
    # Each job at once has a thread, on machines of few cores, too.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=concurrency + 2))
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker_app.open_async():
        work = asyncio.create_task(
            worker_app.run_worker_async(
                queues=list(QUEUES),
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
            )
        )
        while not stop.is_set() and not work.done():
            await asyncio.sleep(0.2)
        if not work.done():
            work.cancel()
        (outcome,) = await asyncio.gather(work, return_exceptions=True)
        if stop.is_set():
            return
        if isinstance(outcome, Exception):
            raise outcome
        raise RuntimeError("the worker ended by itself")
