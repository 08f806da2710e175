"""Jobs: one tick a second runs what is due; messages are sent on a queue of their own so a slow gateway delays nothing.

Each leaves a sign of life with how it went (/healthz tells), and names itself in whatever it logs.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from functools import wraps
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from structlog.contextvars import bound_contextvars

from banshi.foundation import clock, heartbeat
from banshi.foundation.connections import renew

Job = Callable[[int], None]
# Each has places of its own among a worker's: one that lasts – a gateway that is slow, a closure with many to move – is begun
# anew each second, and would else take the places of all others.
AT_ONCE: Final = {
    "tick": 1, "send_messages": 2, "send_webhooks": 1, "follow_up": 1, "requeue_stalled": 1, "seal_audit": 1, "forget": 1,
    "move_stand_ins": 1, "watch_fleet": 1,
    "seal_papers": 1, "end_orders": 1, "give_calls": 1,
}  # fmt: skip
# Machine seconds without a good run until a job counts as late: several runs, or one that drains a full outbox.
LATE_AFTER_S: Final = {
    "send_messages": 600.0,
    "send_webhooks": 600.0,
    "seal_papers": 600.0,
    "move_stand_ins": 600.0,
    "requeue_stalled": 120.0,
    "watch_fleet": 120.0,
    "seal_audit": 300.0,
    "end_orders": 120.0,
    "give_calls": 120.0,
    "follow_up": 300.0,
    "forget": 3600.0,
}


# In crons of six fields the seconds stand last: `*/10` in the first place would mean every tenth minute.


def watched(act: Job) -> Job:
    """With a connection that is alive, an id in its log lines, and a sign of life at the end. Nothing happens where as many
    as may (`AT_ONCE`) are under way in this worker: those look at what has become due meanwhile."""
    places = threading.Semaphore(AT_ONCE.get(act.__name__, 1))

    @wraps(act)
    def run(timestamp: int) -> None:
        if not places.acquire(blocking=False):
            return
        try:
            # A worker outlives restarts of the database; a connection that broke meanwhile is let go.
            renew()
            signs = heartbeat.watched(f"job:{act.__name__}")
            with bound_contextvars(job=act.__name__, job_id=secrets.token_hex(4)), signs:
                act(timestamp)
        finally:
            places.release()

    return run


@app.periodic(cron="* * * * * *")
@app.task(name="tick", queue="tick", queueing_lock="tick")
@watched
def tick(timestamp: int) -> None:
    """No-shows, holds, releases, reminders, end of day: whatever is due at hall time now."""
    from banshi.journeys.hall.housekeeping import run_due

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
@app.task(name="send_webhooks", queue="hooks", queueing_lock="send_webhooks")
@watched
def send_webhooks(timestamp: int) -> None:
    """Find what other systems want to hear of, and tell them."""
    from banshi.rooms.hooks import actions as hooks

    now = clock.now()
    hooks.gather(now=now)
    hooks.send_due(now=now, post=hooks.post())


@app.periodic(cron="* * * * * *")
@app.task(name="seal_papers", queue="slow", queueing_lock="seal_papers")
@watched
def seal_papers(timestamp: int) -> None:
    """Seal what waits for it, then give what waited for its seal."""
    from banshi.journeys.case import by_rule
    from banshi.rooms.cases import actions as cases
    from banshi.rooms.seals import queries as seals

    if not seals.is_sealed_here():
        return
    now = clock.now()
    cases.seal_due(signer=seals.signer(), now=now, wall=clock.wall())
    by_rule.give_sealed(now=now)


@app.periodic(cron="* * * * * *")
@app.task(name="follow_up", queue="slow", queueing_lock="follow_up")
@watched
def follow_up(timestamp: int) -> None:
    """Move, cancel or keep whoever lost their hours, one visit at a time."""
    from banshi.journeys.hours.follow_up import work_off

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


@app.periodic(cron="* * * * * */5")
@app.task(name="end_orders", queue="slow", queueing_lock="end_orders")
@watched
def end_orders(timestamp: int) -> None:
    """What a machine did not fetch or answer in time is ended, in machine time; it is given out no more."""
    from banshi.rooms.devices.actions import orders

    orders.end_due(at=clock.wall())


@app.periodic(cron="* * * * * *")
@app.task(name="give_calls", queue="tick", queueing_lock="give_calls")
@watched
def give_calls(timestamp: int) -> None:
    """Rings that nobody answered, seats whose page is gone, and whoever waits while somebody is free."""
    from banshi.journeys.remote import attend

    attend.look(now=clock.now(), wall=clock.wall())


@app.periodic(cron="* * * * * */10")
@app.task(name="move_stand_ins", queue="slow", queueing_lock="move_stand_ins")
@watched
def move_stand_ins(timestamp: int) -> None:
    """The demo's carrier and its till go on; real ones tell by themselves."""
    for stand_in in (settings.BANSHI_COURIER, settings.BANSHI_TILL):
        other = import_string(stand_in)()
        if hasattr(other, "tick"):
            other.tick(now=clock.now())


@app.periodic(cron="* * * * * */15")
@app.task(name="watch_fleet", queue="slow", queueing_lock="watch_fleet")
@watched
def watch_fleet(timestamp: int) -> None:
    """Machines that are silent, faults that somebody has to know of; the demo's machines say how they are."""
    from banshi.journeys.hall.watch_fleet import look

    look(at=clock.wall(), now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="forget", queue="slow", queueing_lock="forget")
@watched
def forget(timestamp: int) -> None:
    """Delete what nobody needs any more: old answers, counts of tries, codes, sessions, events."""
    from banshi.journeys.hall.forgetting import forget

    forget(now=clock.now(), wall=clock.wall())
