"""Jobs: one tick a second runs what is due; messages are sent on a queue of their own so a slow gateway delays nothing.

Each leaves a sign of life with how it went (/healthz tells), and names itself in whatever it logs.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Final

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from structlog.contextvars import bound_contextvars

from banshi.foundation import clock, heartbeat
from banshi.foundation.connections import renew

Job = Callable[[int], None]
# Machine seconds without a good run until a job counts as late: several runs, or one that drains a full outbox.
LATE_AFTER_S: Final = {"send_messages": 600.0, "requeue_stalled": 120.0, "seal_audit": 300.0, "follow_up": 300.0}


# In crons of six fields the seconds stand last: `*/10` in the first place would mean every tenth minute.


def watched(act: Job) -> Job:
    """With a connection that is alive, an id in its log lines, and a sign of life at the end."""

    @wraps(act)
    def run(timestamp: int) -> None:
        # A worker outlives restarts of the database; a connection that broke meanwhile is let go.
        renew()
        with bound_contextvars(job=act.__name__, job_id=secrets.token_hex(4)), heartbeat.watched(f"job:{act.__name__}"):
            act(timestamp)

    return run


@app.periodic(cron="* * * * * *")
@app.task(name="tick", queue="tick", queueing_lock="tick")
@watched
def tick(timestamp: int) -> None:
    """No-shows, holds, releases, reminders, end of day: whatever is due at hall time now."""
    from banshi.journeys.housekeeping import run_due

    run_due(now=clock.now())


@app.periodic(cron="* * * * * *")
@app.task(
    name="send_messages",
    queue="messages",
    queueing_lock="send_messages",
    retry=RetryStrategy(max_attempts=3),
)
@watched
def send_messages(timestamp: int) -> None:
    """Drain the outbox in batches until nothing is due."""
    from banshi.config.wiring import ENCLOSURES, channels
    from banshi.rooms.messaging.actions import drain

    drain(channels=channels(), now=clock.now(), enclosures=ENCLOSURES)


@app.periodic(cron="* * * * * *")
@app.task(name="follow_up", queue="slow", queueing_lock="follow_up")
@watched
def follow_up(timestamp: int) -> None:
    """Move, cancel or keep whoever lost their hours, one visit at a time."""
    from banshi.journeys.follow_up import work_off

    work_off(now=clock.now())


@app.periodic(cron="* * * * * */15")
@app.task(name="requeue_stalled", queue="slow", queueing_lock="requeue_stalled")
@watched
def requeue_stalled(timestamp: int) -> None:
    """Put back jobs whose worker died (a killed worker leaves its job `doing`)."""
    from banshi.foundation.stalled import requeue

    requeue()


@app.periodic(cron="* * * * * */10")
@app.task(name="seal_audit", queue="slow", queueing_lock="seal_audit")
@watched
def seal_audit(timestamp: int) -> None:
    """Chain the hashes of new audit entries."""
    from banshi.rooms.audit.actions import seal

    seal()
