"""Tell what is due: to each hook in the order in which it happened to a thing, at least once, always under the same id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable
from banshi.foundation.scrubbing import scrubbed
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit import actions as audit
from banshi.rooms.hooks import rules
from banshi.rooms.hooks.models import Attempt, Delivery, Hook
from banshi.rooms.hooks.ports import Answered, Post
from banshi.rooms.hooks.queries import Listener, listener, reach

log = structlog.get_logger("banshi.hooks")
AT_ONCE: Final = 8  # hooks that are told side by side; one that hangs delays no other
LONGEST_S: Final = 20.0  # so long one run goes on with a hook: well within the lease

REQUEUE_SQL = f"""
UPDATE hooks_delivery SET state = {rules.DELIVERY.sql_to("try_later")}, claimed_at = NULL
WHERE state = 'sending' AND claimed_at < %s
"""  # noqa: S608 – states of the table
# To one hook by one sender at a time; of one thing the next only once the one before got through or failed for good.
CLAIM_SQL = f"""
UPDATE hooks_delivery SET state = {rules.DELIVERY.sql_to("claim")}, claimed_at = %(wall)s, tries = tries + 1
WHERE id IN (
  SELECT d.id FROM hooks_delivery d
  WHERE d.hook_id = %(hook)s AND d.state = 'due' AND d.due_at <= %(wall)s
    AND NOT EXISTS (SELECT 1 FROM hooks_delivery s WHERE s.hook_id = d.hook_id AND s.state = 'sending')
    AND NOT EXISTS (
      SELECT 1 FROM hooks_delivery b WHERE b.hook_id = d.hook_id AND b.subject = d.subject AND b.event_id < d.event_id
        AND b.state = 'due' AND b.due_at > %(wall)s)
  ORDER BY d.event_id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""  # noqa: S608 – states of the table


@dataclass(frozen=True)
class Parcel:
    """One delivery, ready to be posted: nothing more is read for it."""

    id: int
    tries: int
    url: str
    secrets: tuple[str, ...]
    code: str
    body: bytes


@dataclass(frozen=True)
class Try:
    parcel: Parcel
    at: datetime
    ms: int
    answered: Answered


def post() -> Post:
    adapter: Post = import_string(settings.BANSHI_HOOKS)
    return adapter


def send_due(*, now: datetime, post: Post) -> int:
    """Tell everybody what is due. :param now: hall time. :returns: how many were heard."""
    wall = clock.wall()
    with connection.cursor() as cursor:
        cursor.execute(REQUEUE_SQL, [wall - rules.LEASE])
    by_hook = {hook: parcels for hook in _awake(wall) if (parcels := _claimed(hook, wall=wall))}
    if not by_hook:
        return 0
    allowed = reach()
    heard = 0
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="hooks") as pool:
        under_way = {hook: pool.submit(_told, parcels, post, allowed) for hook, parcels in by_hook.items()}
        for hook, future in under_way.items():
            heard += _record(hook, by_hook[hook], future.result(), leased_at=wall, now=now)
    return heard


def _awake(wall: datetime) -> list[Hook]:
    rows = Hook.objects.filter(state="on", key__revoked_at=None).select_related("key")
    due = Delivery.objects.filter(state="due", due_at__lte=wall)
    rows = rows.exclude(resting_until__gt=wall).filter(id__in=due.values("hook_id"))
    return list(rows.order_by("id"))


@transaction.atomic
def _claimed(hook: Hook, *, wall: datetime) -> list[Parcel]:
    """The next ones under a lease. What the key may not hear any more – it lost a hall – is not told."""
    if not Hook.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=hook.pk, state="on").exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, {"hook": hook.pk, "wall": wall, "most": rules.AT_ONCE})
        ids = [row[0] for row in cursor.fetchall()]
    rows = list(Delivery.objects.filter(id__in=ids).select_related("event").order_by("event_id"))
    may = listener(hook)
    barred = [row.pk for row in rows if not _may_hear(may, row)]
    if barred:
        Delivery.objects.filter(id__in=barred).update(state=rules.DELIVERY.to("fail"), claimed_at=None)
    try:
        secrets = _secrets(hook, wall)
        return [_parcel(hook, row, secrets) for row in rows if row.pk not in barred]
    except Unreadable:  # the key of the data is gone: nothing can be signed
        Delivery.objects.filter(id__in=ids).update(state=rules.DELIVERY.to("fail"), claimed_at=None)
        log.error("hook-unreadable", hook=hook.code)
        return []


def _may_hear(may: Listener, row: Delivery) -> bool:
    return row.event.type == rules.PING or ("*" in may.halls or row.event.hall in may.halls)


def _secrets(hook: Hook, wall: datetime) -> tuple[str, ...]:
    if hook.old_secret is not None and hook.old_until is not None and hook.old_until > wall:
        return hook.secret, hook.old_secret
    return (hook.secret,)


def _parcel(hook: Hook, row: Delivery, secrets: tuple[str, ...]) -> Parcel:
    event = row.event
    body = rules.envelope(
        code=event.code, type=event.type, hall=event.hall, subject=event.subject, at=event.at, data=event.data,
        source=settings.BANSHI_PUBLIC_URL,
    )  # fmt: skip
    return Parcel(row.pk, row.tries, hook.url, secrets, event.code, body)


def _told(parcels: Sequence[Parcel], post: Post, allowed: rules.Reach) -> list[Try]:
    """Post one after the other, until one is not heard or the time is over. In a thread of its own: touches no database."""
    tries: list[Try] = []
    began = clock.monotonic()
    for parcel in parcels:
        at, since = clock.wall(), clock.monotonic()
        headers = rules.headers(parcel.secrets, code=parcel.code, timestamp=int(at.timestamp()), body=parcel.body)
        answered = post(parcel.url, headers=headers, body=parcel.body, reach=allowed)
        tries.append(Try(parcel, at, int((clock.monotonic() - since) * 1000), answered))
        if not answered.heard or clock.monotonic() - began > LONGEST_S:
            break
    return tries


@transaction.atomic
def _record(hook: Hook, parcels: Sequence[Parcel], tries: Sequence[Try], *, leased_at: datetime, now: datetime) -> int:
    """Write how it went. Who was killed before this sends again; the receiver knows it by its id."""
    row = Hook.objects.select_for_update(no_key=True).get(pk=hook.pk)
    mine = set(
        Delivery.objects.filter(id__in=[p.id for p in parcels], state="sending", claimed_at=leased_at)
        .select_for_update(no_key=True)
        .order_by("id")
        .values_list("id", flat=True)
    )
    Attempt.objects.bulk_create(
        Attempt(delivery_id=t.parcel.id, at=t.at, status=t.answered.status, ms=t.ms, said=said(t.answered.said))
        for t in tries
    )
    outcomes: defaultdict[tuple[str, datetime | None], list[int]] = defaultdict(list)
    for each in tries:
        outcomes[_outcome(each)].append(each.parcel.id)
    for (verb, due_at), ids in outcomes.items():
        values = {"due_at": due_at} if due_at else {}
        kept = [id_ for id_ in ids if id_ in mine]
        Delivery.objects.filter(id__in=kept).update(state=rules.DELIVERY.to(verb), claimed_at=None, **values)
    tried = {t.parcel.id for t in tries}
    for untried in (p for p in parcels if p.id not in tried and p.id in mine):
        Delivery.objects.filter(id=untried.id).update(
            state=rules.DELIVERY.to("try_later"), claimed_at=None, tries=untried.tries - 1
        )
    _hook_after(row, tries, now=now)
    return sum(t.answered.heard for t in tries)


def _outcome(each: Try) -> tuple[str, datetime | None]:
    if each.answered.heard:
        return "send", None
    wait = rules.delay(each.parcel.tries)
    if wait is None or each.answered.status == rules.GONE:
        return "fail", None
    return "try_later", each.at + wait


def _hook_after(row: Hook, tries: Sequence[Try], *, now: datetime) -> None:
    """What the tries say of the receiver: it lives, rests, or is turned off."""
    if not tries:
        return
    last = tries[-1]
    if any(t.answered.heard for t in tries):
        row.reached_at, row.failing_since = last.at, None
    if last.answered.heard:
        row.resting_until = None
    else:
        row.failing_since = row.failing_since or last.at
        row.resting_until = last.at + rules.rest(last.parcel.tries)
    why = ""
    if last.answered.status == rules.GONE:
        why = "gone"
    elif row.failing_since is not None and last.at - row.failing_since >= rules.FAILING_MOST:
        why = "failing"
    if why and row.state == "on":
        row.state, row.why = rules.HOOK.to("turn_off"), why
        audit.record(
            action="hook-turned-off", subject=f"hook:{row.code}", by=SYSTEM, now=now, hall=row.hall or row.key.hall,
            facts={"because": why},
        )  # fmt: skip
    row.save(update_fields=["reached_at", "failing_since", "resting_until", "state", "why"])


def said(text: str) -> str:
    """First words of an answer, for the office: printable, without what belongs to people."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return scrubbed(" ".join(plain.split()))[: rules.MOST_SAID]
