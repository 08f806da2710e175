"""Jobs: one tick a second runs what is due; messages are sent on a queue of their own so a slow gateway delays nothing."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from banshi.foundation import clock


@app.periodic(cron="* * * * * *")
@app.task(name="tick", queue="tick", queueing_lock="tick")
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
def send_messages(timestamp: int) -> None:
    """Drain the outbox in batches until nothing is due."""
    from banshi.config.wiring import channels
    from banshi.rooms.messaging.actions import drain

    drain(channels=channels(), now=clock.now())


@app.periodic(cron="*/15 * * * * *")
@app.task(name="requeue_stalled", queue="slow", queueing_lock="requeue_stalled")
def requeue_stalled(timestamp: int) -> None:
    """Put back jobs whose worker died (a killed worker leaves its job `doing`)."""
    from banshi.foundation.stalled import requeue

    requeue()


@app.periodic(cron="*/10 * * * * *")
@app.task(name="seal_audit", queue="slow", queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:
    """Chain the hashes of new audit entries."""
    from banshi.rooms.audit.actions import seal

    seal()
