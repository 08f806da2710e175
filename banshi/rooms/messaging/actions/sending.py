"""Drain the outbox.

Never lost: a row is due until its outcome is recorded. Never twice: one row per dedupe, one holder per lease, and the
same idempotency key to the gateway on every try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from banshi.foundation import clock, phones
from banshi.foundation.announce import announce
from banshi.foundation.crypto import encrypt, words_sealed
from banshi.foundation.scrubbing import scrubbed
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.actions.capping import within_the_day
from banshi.rooms.messaging.actions.claiming import Claimed, Policies, claim, split
from banshi.rooms.messaging.actions.minding import lost_sense, one_per_visit, still_sensible
from banshi.rooms.messaging.actions.wording import Words, word
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.ports import BulkChannel, Channel, Enclosing, Final, Outgoing, Passing
from banshi.rooms.messaging.statements import SAID_PLACE, TEXT_PLACE

log = structlog.get_logger("banshi.messaging")
AT_ONCE = 8  # calls to a slow gateway under way together
DRAIN_FOR_S = 20.0  # then let the next tick go on
LOOK_AGAIN_S = 2.0  # what was looked at longer ago is looked at again before the call
START_FOR_S = rules.LEASE.total_seconds() / 2  # no call starts later under one lease

RECORD_SQL = f"""
UPDATE messaging_message m
SET state = x.state, text = x.text, said = x.said, receipt = x.receipt, error = x.error, retry_at = x.retry_at,
    sent_at = CASE WHEN x.state = {rules.MESSAGE.sql_to("send")} THEN %s::timestamptz END,
    claimed_at = CASE WHEN x.state = {rules.MESSAGE.sql_to("try_later")} THEN NULL ELSE m.claimed_at END,
    sealed = CASE WHEN x.state = {rules.MESSAGE.sql_to("send")} THEN NULL ELSE m.sealed END
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[])
     AS x(id, claimed_at, state, text, said, receipt, error, retry_at)
WHERE m.id = x.id AND m.state IN ({rules.MESSAGE.sql("send")}) AND m.claimed_at = x.claimed_at
"""  # noqa: S608 – states of the table
GIVE_BACK_SQL = f"""
UPDATE messaging_message m SET state = {rules.MESSAGE.sql_to("try_later")}, claimed_at = NULL, tries = m.tries - 1
WHERE id = ANY(%s) AND state IN ({rules.MESSAGE.sql("try_later")}) AND claimed_at = %s
"""  # noqa: S608 – states of the table


def drain(
    *,
    channels: Mapping[str, Channel],
    now: datetime,
    limit: int = 500,
    enclosures: Mapping[str, Enclosing] = MappingProxyType({}),
) -> int:
    """Send what is due, batch by batch, until nothing is due or 20 seconds have passed. Safe to run many times at once.

    :param channels: adapter by channel name (config.wiring.channels).
    :param now: hall time; what is due later waits.
    :param limit: rows per batch.
    :param enclosures: what makes the file that goes with a message, by key.
    :returns: how many messages went out.
    """
    requeue_stuck(now=now)
    started = clock.monotonic()
    sent = 0
    halls: set[str] = set()
    policies: Policies = {}
    while clock.monotonic() - started < DRAIN_FOR_S:
        claimed = claim(now=now, limit=limit, policies=policies)
        if not claimed:
            break
        halls |= {message.hall for message in claimed}
        sensible = one_per_visit(still_sensible(claimed, now=now))
        batch = split(within_the_day(sensible, policies=policies, now=now), channels=channels, policies=policies)
        words = Words(batch)
        worded = [word(message, words=words, hall=policies[message.hall][1], now=now) for message in batch]
        worded = [_enclosed(message, enclosures) for message in worded]
        for name in dict.fromkeys(message.channel for message in worded):
            part = [message for message in worded if message.channel == name]
            channel = channels.get(name)
            for outcomes in _send(channel, part, now=now):
                # A worker that dies in between neither loses the one nor says the other twice.
                with transaction.atomic():
                    sent += _record(outcomes, now=now)
                    _fall_back([m for m, outcome in outcomes if isinstance(outcome, Final)], policies, now=now)
    for hall in sorted(halls - {""}):
        announce(hall=hall, topic="notices", now=now)
    return sent


def _enclosed(message: Claimed, enclosures: Mapping[str, Enclosing]) -> Claimed:
    if message.key not in enclosures or message.channel != "email":
        return message
    try:
        language = rules.language_of(message.language)
        return replace(message, attachments=(enclosures[message.key](message.subject, language=language),))
    except Exception:
        log.exception("attachment not made", message=message.id, key=message.key)
        return replace(message, fault=Final("the attachment could not be made"))


def requeue_stuck(*, now: datetime) -> int:
    """Make due again what a worker took and never finished (it was killed). :returns: how many.

    The lease is machine time, so a demo's clock at 600× does not take work out of living hands.
    """
    dead = clock.wall() - rules.LEASE
    return Message.objects.filter(state__in=rules.MESSAGE.of("try_later"), claimed_at__lt=dead).update(
        state=rules.MESSAGE.to("try_later"), claimed_at=None
    )


Outcome = str | Passing | Final


def _send(
    channel: Channel | None, part: Sequence[Claimed], *, now: datetime
) -> Iterator[list[tuple[Claimed, Outcome]]]:
    """Hand messages to their channel; yields outcomes as they become known, to be recorded at once."""
    unreadable = [each for each in part if each.to is None]
    if unreadable:
        yield [(each, Final("no address that can be read")) for each in unreadable]
    faulty = [(each, each.fault) for each in part if each.fault is not None and each.to is not None]
    if faulty:
        yield [(each, fault) for each, fault in faulty]
    part = [each for each in part if each.to is not None and each.fault is None]
    held_back = [each for each in part if each.channel == "sms" and each.key != "code" and not _paid_for(each.to)]
    if held_back:  # a code was counted when it was asked for
        yield [(each, Passing("the day's messages abroad are used up")) for each in held_back]
        part = [each for each in part if each.id not in {one.id for one in held_back}]
    if channel is None:
        yield [(each, Final(f"no adapter for {each.channel}")) for each in part]
    elif isinstance(channel, BulkChannel):
        try:
            answers: Sequence[Outcome] = channel.send_many([_outgoing(each) for each in part]) if part else []
        except Exception as trouble:
            answers = [_trouble(trouble)] * len(part)
        yield list(zip(part, answers, strict=True))
    elif len(part) == 1:
        yield [(part[0], _send_one(channel, part[0]))]
    else:
        yield from _send_together(channel, part, now=now)


def _paid_for(to: str | None) -> bool:
    try:
        phones.pay_for(to or "")
    except Refused:
        return False
    return True


def _send_together(
    channel: Channel, part: Sequence[Claimed], *, now: datetime
) -> Iterator[list[tuple[Claimed, Outcome]]]:
    """A few calls at a time; what the lease leaves no time for is put back untouched."""
    started = looked = clock.monotonic()
    waiting = list(part)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages") as pool:
        while waiting and clock.monotonic() - started < START_FOR_S:
            if clock.monotonic() - looked > LOOK_AGAIN_S:  # a slow gateway: the world moves on meanwhile
                waiting, looked = still_sensible(waiting, now=now), clock.monotonic()
            now_going, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            going: dict[Future[Outcome], Claimed] = {pool.submit(_send_one, channel, each): each for each in now_going}
            for answer in as_completed(going):
                yield [(going[answer], answer.result())]
    if waiting:
        _give_back(waiting)


def _give_back(messages: Sequence[Claimed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK_SQL, [[each.id for each in messages], messages[0].claimed_at])


def _outgoing(message: Claimed) -> Outgoing:
    return Outgoing(
        message.to or "", message.text, message.key, message.said or {}, _idempotency(message), message.attachments
    )


def _idempotency(message: Claimed) -> str:
    return f"banshi-{message.id}"


def _send_one(channel: Channel, message: Claimed) -> Outcome:
    out = _outgoing(message)
    more: dict[str, Any] = {"attachments": out.attachments} if out.attachments else {}
    try:
        return channel.send(
            out.to, out.text, template=out.template, params=out.params, idempotency=out.idempotency, **more
        )
    except Exception as trouble:
        return _trouble(trouble)


def _trouble(trouble: Exception) -> Passing | Final:
    if isinstance(trouble, Passing | Final):
        return trouble
    log.error("channel broke", exc_info=trouble)  # an adapter's own fault may be mended: try again
    return Passing(f"{type(trouble).__name__}: {trouble}")


def _record(outcomes: Sequence[tuple[Claimed, Outcome]], *, now: datetime) -> int:
    """Write down what came of it, unless the lease was lost. :returns: how many were sent."""
    if not outcomes:
        return 0
    columns: list[list[Any]] = [[] for _ in range(8)]
    for message, outcome in outcomes:
        verb, receipt, error, retry_at = "send", "", "", None
        if isinstance(outcome, str):
            receipt = outcome[:120]
        else:
            if isinstance(outcome, Passing):
                left = (message.until or message.due_at + rules.DAY) - now
                verb, retry_at = "try_later", clock.wall() + rules.next_try(message.tries, left=left)
            else:
                verb = "fail"
            error = scrubbed(str(outcome))[:200] or type(outcome).__name__
        # Where real people sign in, a code is gone once it is sent; the demo shows it on the notices page.
        kept = message.key != "code" or settings.BANSHI_VIRTUAL_CLOCK
        text = words_sealed(message.shown.replace("\0", ""), place=TEXT_PLACE)
        error = rules.scrubbed(error).replace("\0", "")
        said = encrypt(message.text, place=SAID_PLACE) if verb == "send" and kept else None
        values = (message.id, message.claimed_at, rules.MESSAGE.to(verb), text, said, receipt, error, retry_at)
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(RECORD_SQL, [now, *columns])
    return columns[2].count("sent")


FALL_BACK_SQL = """
INSERT INTO messaging_message (hall, key, subject, channel, "to", to_index, language, params, dedupe, due_at,
                               until, created_at, sealed)
SELECT m.hall, m.key, m.subject, 'sms', m."to", m.to_index, m.language, m.params, x.dedupe, m.due_at, m.until,
       m.created_at, m.sealed
FROM unnest(%s::bigint[], %s::text[]) AS x(id, dedupe) JOIN messaging_message m ON m.id = x.id
ON CONFLICT (dedupe) DO NOTHING
"""


def _fall_back(failed: Sequence[Claimed], policies: Policies, *, now: datetime) -> None:
    """WeChat that can never arrive becomes an SMS, where the hall does not send one anyway."""
    lost = [each for each in failed if each.channel == "wechat" and "sms" not in policies[each.hall][0].channels]
    if not lost:
        return
    with connection.cursor() as cursor:
        bases = [rules.sibling(each.dedupe.removesuffix(":wechat"), "sms") for each in lost]
        cursor.execute(FALL_BACK_SQL, [[each.id for each in lost], bases])


_MOVED_ON = {"zh": "情况已经变了，这条通知不再成立", "en": "things have changed and it is no longer true"}
_FORGOTTEN = {"zh": "号码已按保存期限删除", "en": "the number was deleted when its time was over"}
_KNOWN = {"zh": "还留着号码的通知", "en": "a message whose number is still kept"}
_STILL_TRUE = {"zh": "内容仍然成立的通知", "en": "a message that still holds"}


def send_again(*, message_id: int, by: Actor, now: datetime) -> None:
    """Try a failed message again, after somebody has looked at why.

    :raises Refused: nothing-found; wrong-state (not failed, or it says what is no longer so); too-late.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(no_key=True).filter(id=message_id).first()
        if message is None:
            raise Refused("nothing-found", facts={"message": message_id})
        if (no := rules.MESSAGE.refusal(message.state, "send_again")) is not None:
            raise Refused(no)
        if message.until is not None and message.until <= now:
            raise Refused("too-late", facts={"closes": message.until})
        if not message.to_index:  # whom it was for is deleted
            raise Refused("wrong-state", facts={"state": _FORGOTTEN, "needs": _KNOWN})
        if lost_sense(key=message.key, subject=message.subject, params=message.params, now=now):
            raise Refused("wrong-state", facts={"state": _MOVED_ON, "needs": _STILL_TRUE})
        message.state, message.tries = rules.MESSAGE.to("send_again"), 0
        message.retry_at = message.claimed_at = None
        message.save(update_fields=["state", "tries", "retry_at", "claimed_at"])
        audit.record(action="message_sent_again", subject=f"message:{message_id}", by=by, now=now, hall=message.hall)
