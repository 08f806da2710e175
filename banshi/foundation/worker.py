"""The job worker: procrastinate on the one PostgreSQL. Tasks are named in banshi/config/jobs.py."""

from __future__ import annotations

import asyncio
import threading

QUEUES = ("tick", "messages", "slow")


def run(stop: threading.Event, *, concurrency: int = 3) -> None:
    """Run jobs until `stop` is set; the job under way finishes first (at most 10 s)."""
    from procrastinate.contrib.django import app

    async def main() -> None:
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
            await asyncio.gather(work, return_exceptions=True)

    asyncio.run(main())
