"""Write messages into the outbox with the change that asks for them; drain it; word the templates.

Never lost: a row is due until its outcome is recorded. Never twice: one row per dedupe, one holder per lease, and the
same idempotency key to the gateway on every try.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import connection, transaction

from banshi.foundation import clock
from banshi.foundation.announce import announce
from banshi.foundation.crypto import Unreadable, blind_index, decrypt, encrypt, sign
from banshi.kernel.actors import Actor
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.policy import MessagePolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.models import Address, Delivery, Message, Template
from banshi.rooms.messaging.ports import BulkChannel, Channel, Final, Outgoing, Passing
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

log = structlog.get_logger("banshi.messaging")
TO_PLACE = "messaging_message.to"
AT_ONCE = 8  # calls to a slow gateway under way together
DRAIN_FOR_S = 20.0  # then let the next tick go on
START_FOR_S = rules.LEASE.total_seconds() / 2  # no call starts later under one lease

# Columns of messaging_message that a hot path's own INSERT fills; the rest has database defaults.
COLUMNS = 'hall, key, subject, "to", to_index, language, params, dedupe, due_at, created_at'


def phone_index(phone: str) -> str:
    """The blind index of a number in E.164, the same as identity's."""
    return blind_index(phone, purpose="phone")


def row(
    *,
    key: str,
    phone: str,
    hall: str,
    subject: str,
    params: Mapping[str, Any],
    due_at: datetime,
    dedupe: str,
    language: str,
    now: datetime,
) -> tuple[str, str, str, str, str, str, str, str, datetime, datetime]:
    """One row's values in the order of `COLUMNS`, for set-based hot paths.

    `INSERT INTO messaging_message (COLUMNS) SELECT …, params::jsonb, … FROM unnest(…) ON CONFLICT (dedupe) DO NOTHING`.

    :param phone: E.164, in clear; encrypted here.
    """
    return (
        hall, key, subject, encrypt(phone, place=TO_PLACE), phone_index(phone), language,
        json.dumps(params, ensure_ascii=False, default=_plain), dedupe, due_at, now,
    )  # fmt: skip


WRITE_SQL = f"""
INSERT INTO messaging_message ({COLUMNS})
SELECT hall, key, subject, "to", to_index, language, params::jsonb, dedupe, due_at, created_at
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[], %s::timestamptz[]) AS r({COLUMNS})
ON CONFLICT (dedupe) DO NOTHING
"""  # noqa: S608 – no input in it


def write_rows(rows: Iterable[tuple[Any, ...]]) -> int:
    """Write rows made by `row` in one statement. :returns: how many were new."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITE_SQL, [list(column) for column in columns])
        return int(cursor.rowcount)


def write(
    *,
    key: str,
    to_person: Person | int | None = None,
    to_phone: str | None = None,
    hall: Hall | str | None = None,
    subject: str = "",
    params: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    dedupe: str | None,
    language: str = "zh-hans",
    now: datetime,
) -> None:
    """Put one message into the outbox, in the caller's transaction. The same dedupe again writes nothing.

    A person without a telephone number is told nothing. `params` are described at `rules.spoken`; no personal data.

    :param due_at: hall time; None = now.
    :param dedupe: up to 140 characters; None = always a message of its own (a one-time code).
    :raises Refused: phone-invalid.
    """
    if isinstance(to_person, int):
        to_person = Person.objects.get(id=to_person)
    phone = to_phone if to_phone is not None else (to_person.phone if to_person is not None else None)
    if not phone:
        return
    if "@" not in phone:
        try:
            phone = normalise_phone(phone)
        except InvalidPhone as wrong:
            raise Refused("phone-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    code = hall.code if isinstance(hall, Hall) else (hall or "")
    write_rows([
        row(key=key, phone=phone, hall=code, subject=subject, params=params or {}, due_at=due_at or now,
            dedupe=dedupe or f"{key}:{uuid4().hex}",
            language=language, now=now)
    ])  # fmt: skip


def drop(*, subject: str, keys: Sequence[str] | None = None, now: datetime) -> int:
    """Take back what is still due about a subject: its reason went away. :returns: how many."""
    rows = Message.objects.filter(subject=subject, state="due")
    if keys is not None:
        rows = rows.filter(key__in=keys)
    return rows.update(state="dropped")


# ── Draining ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Claimed:
    id: int
    hall: str
    key: str
    subject: str
    channel: str
    to: str | None  # None: could not be decrypted
    to_index: str
    language: str
    params: dict[str, Any]
    dedupe: str
    tries: int
    claimed_at: datetime
    text: str = ""
    said: Mapping[str, str] | None = None


CLAIM_SQL = """
UPDATE messaging_message SET state = 'sending', claimed_at = %(wall)s, tries = tries + 1
WHERE id IN (
  SELECT id FROM messaging_message
  WHERE state = 'due' AND due_at <= %(now)s AND (retry_at IS NULL OR retry_at <= %(wall)s) {urgent}
  ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, hall, key, subject, channel, "to", to_index, language, params, dedupe, tries, claimed_at
"""
URGENT_SQL = f"AND key IN ({', '.join(repr(key) for key in rules.URGENT)})"
CHANNEL_SQL = """
UPDATE messaging_message m SET channel = x.channel FROM unnest(%s::bigint[], %s::text[]) AS x(id, channel)
WHERE m.id = x.id
"""
SIBLINGS_SQL = """
INSERT INTO messaging_message (hall, key, subject, channel, "to", to_index, language, params, dedupe, due_at,
                               state, tries, claimed_at, created_at)
SELECT m.hall, m.key, m.subject, x.channel, m."to", m.to_index, m.language, m.params, x.dedupe, m.due_at, 'sending', 1,
       m.claimed_at, m.created_at
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, channel, dedupe) JOIN messaging_message m ON m.id = x.id
ON CONFLICT (dedupe) DO NOTHING RETURNING id, dedupe
"""
RECORD_SQL = """
UPDATE messaging_message m
SET state = x.state, text = x.text, receipt = x.receipt, error = x.error, retry_at = x.retry_at,
    sent_at = CASE WHEN x.state = 'sent' THEN %s::timestamptz END,
    claimed_at = CASE WHEN x.state = 'due' THEN NULL ELSE m.claimed_at END,
    params = CASE WHEN x.forget THEN '{}'::jsonb ELSE m.params END
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
            %s::boolean[])
     AS x(id, claimed_at, state, text, receipt, error, retry_at, forget)
WHERE m.id = x.id AND m.state = 'sending' AND m.claimed_at = x.claimed_at
"""


def drain(*, channels: Mapping[str, Channel], now: datetime, limit: int = 500) -> int:
    """Send what is due, batch by batch, until nothing is due or 20 seconds have passed. Safe to run many times at once.

    :param channels: adapter by channel name (config.wiring.channels).
    :param now: hall time; what is due later waits.
    :param limit: rows per batch.
    :returns: how many messages went out.
    """
    requeue_stuck(now=now)
    started = clock.monotonic()
    sent = 0
    halls: set[str] = set()
    policies: dict[str, tuple[MessagePolicy, Hall | None]] = {}
    while clock.monotonic() - started < DRAIN_FOR_S:
        batch = _claim(channels=channels, now=now, limit=limit, policies=policies)
        if not batch:
            break
        words = _Words(batch)
        worded = [_word(message, words=words, hall=policies[message.hall][1], now=now) for message in batch]
        for name in dict.fromkeys(message.channel for message in worded):
            part = [message for message in worded if message.channel == name]
            channel = channels.get(name)
            for outcomes in _send(channel, part):
                sent += _record(outcomes, now=now)
                _fall_back([m for m, outcome in outcomes if isinstance(outcome, Final)], policies, now=now)
        halls |= {message.hall for message in worded}
    for hall in sorted(halls - {""}):
        announce(hall=hall, topic="notices", now=now)
    return sent


def requeue_stuck(*, now: datetime) -> int:
    """Make due again what a worker took and never finished (it was killed). :returns: how many.

    The lease is machine time, so a demo's clock at 600× does not take work out of living hands.
    """
    dead = clock.wall() - rules.LEASE
    return Message.objects.filter(state="sending", claimed_at__lt=dead).update(state="due", claimed_at=None)


def _claim(
    *,
    channels: Mapping[str, Channel],
    now: datetime,
    limit: int,
    policies: dict[str, tuple[MessagePolicy, Hall | None]],
) -> list[_Claimed]:
    """Lease the next rows, urgent ones first, and give each its channels."""
    with transaction.atomic(), connection.cursor() as cursor:
        asked: dict[str, Any] = {"wall": clock.wall(), "now": now, "limit": limit}
        cursor.execute(CLAIM_SQL.format(urgent=URGENT_SQL), asked)
        found = cursor.fetchall()
        if len(found) < limit:
            cursor.execute(CLAIM_SQL.format(urgent=""), {**asked, "limit": limit - len(found)})
            found += cursor.fetchall()
        rows = [_claimed(each) for each in found]
        _policies_into(policies, {each.hall for each in rows}, now=now)
        return _split(rows, channels=channels, policies=policies) if rows else []


def _claimed(values: Sequence[Any]) -> _Claimed:
    id_, hall, key, subject, channel, to, to_index, language, params, dedupe, tries, claimed_at = values
    try:
        clear = decrypt(to, place=TO_PLACE)
    except Unreadable:
        clear = None
    params = json.loads(params) if isinstance(params, str) else params
    return _Claimed(
        id_, hall, key, subject, channel, clear, to_index, language, params if isinstance(params, dict) else {}, dedupe,
        tries, claimed_at,
    )  # fmt: skip


def _policies_into(policies: dict[str, tuple[MessagePolicy, Hall | None]], codes: set[str], *, now: datetime) -> None:
    missing = codes - policies.keys()
    halls = {hall.code: hall for hall in Hall.objects.filter(code__in=missing).order_by("id")} if missing - {""} else {}
    for code in missing:
        hall = halls.get(code)
        policies[code] = (policy_of(hall.id, now=now).messages if hall else MessagePolicy(), hall)


def _split(
    rows: list[_Claimed],
    *,
    channels: Mapping[str, Channel],
    policies: Mapping[str, tuple[MessagePolicy, Hall | None]],
) -> list[_Claimed]:
    """Give rows without a channel theirs: the first on the row itself, a sibling row for each further one."""
    addressed = [name for name, channel in channels.items() if channel.needs_address]
    bound = _addresses({each.to_index for each in rows}, addressed) if addressed else {}
    done: list[_Claimed] = []
    firsts: list[_Claimed] = []
    further: dict[str, _Claimed] = {}
    nowhere: list[int] = []
    for each in rows:
        if each.channel:
            done.append(each)
            continue
        names = rules.channels_for(
            key=each.key,
            wanted=policies[each.hall][0].channels,
            to=each.to or "",
            offered=channels,
            unreachable=frozenset(name for name in addressed if (each.to_index, name) not in bound),
        )
        if not names:
            nowhere.append(each.id)
            continue
        firsts.append(replace(each, channel=names[0]))
        for name in names[1:]:
            dedupe = rules.sibling(each.dedupe, name)
            further[dedupe] = replace(each, channel=name, dedupe=dedupe, tries=1)
    with connection.cursor() as cursor:
        if firsts:
            cursor.execute(CHANNEL_SQL, [[each.id for each in firsts], [each.channel for each in firsts]])
        if further:
            cursor.execute(
                SIBLINGS_SQL,
                [[each.id for each in further.values()], [each.channel for each in further.values()], list(further)],
            )
            done += [replace(further[dedupe], id=id_) for id_, dedupe in cursor.fetchall()]
    if nowhere:
        Message.objects.filter(id__in=nowhere).update(state="dropped", error="no channel reaches this person")
    return [
        replace(each, to=bound.get((each.to_index, each.channel))) if each.channel in addressed else each
        for each in [*firsts, *done]
    ]


def _addresses(indexes: set[str], names: list[str]) -> dict[tuple[str, str], str]:
    rows = Address.objects.filter(to_index__in=indexes, channel__in=names).order_by("id")
    return {(each.to_index, each.channel): each.address for each in rows}


class _Words:
    """Templates of a batch: the hall's own, else the installation's, else the common ones."""

    def __init__(self, batch: Sequence[_Claimed]) -> None:
        halls = {each.hall for each in batch} | {""}
        rows = Template.objects.filter(hall__in=halls, key__in={each.key for each in batch}).order_by("id")
        self.own = {(row.hall, row.key, row.language): row.body for row in rows}

    def body(self, hall: str, key: str, language: str) -> str:
        for owner in (hall, ""):
            if (owner, key, language) in self.own:
                return self.own[owner, key, language]
        return rules.COMMON.get(key, {}).get(language, "{hall}[：{text}][ {link}]")


def _word(message: _Claimed, *, words: _Words, hall: Hall | None, now: datetime) -> _Claimed:
    language = rules.language_of(message.language)
    try:
        zone = ZoneInfo(hall.timezone) if hall else ZoneInfo(settings.TIME_ZONE)
        said = rules.spoken(message.params, language=language, zone=zone, now=now)
    except Exception:  # values nobody foresaw shorten the message; they do not keep it, or the batch, from going out
        log.exception("message values not understood", message=message.id, key=message.key)
        said = {key: str(value) for key, value in message.params.items() if isinstance(value, str | int)}
    if hall is not None:
        said.setdefault("hall", hall.name_en if language == "en" else hall.name_zh)
        said.setdefault("address", hall.address_en if language == "en" else hall.address_zh)
        said.setdefault("phone", hall.phone)
    base = settings.BANSHI_PUBLIC_URL.rstrip("/")
    if "link" not in said:
        said["link"] = rules.link(base, key=message.key, subject=message.subject)
        if message.subject.startswith(
            "appointment:"
        ):  # opens the page for whoever holds the message, without signing in
            code = message.subject.removeprefix("appointment:")
            said["link"] += f"?k={sign(code, purpose='link')}"
    elif said["link"].startswith("/"):
        said["link"] = base + said["link"]
    text = rules.render(words.body(message.hall, message.key, language), said)
    return replace(message, text=text, said=said)


Outcome = str | Passing | Final


def _send(channel: Channel | None, part: Sequence[_Claimed]) -> Iterator[list[tuple[_Claimed, Outcome]]]:
    """Hand messages to their channel; yields outcomes as they become known, to be recorded at once."""
    unreadable = [each for each in part if each.to is None]
    if unreadable:
        yield [(each, Final("no address that can be read")) for each in unreadable]
    part = [each for each in part if each.to is not None]
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
        yield from _send_together(channel, part)


def _send_together(channel: Channel, part: Sequence[_Claimed]) -> Iterator[list[tuple[_Claimed, Outcome]]]:
    """A few calls at a time; what the lease leaves no time for is put back untouched."""
    started = clock.monotonic()
    waiting = list(part)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages") as pool:
        while waiting and clock.monotonic() - started < START_FOR_S:
            now_going, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            going: dict[Future[Outcome], _Claimed] = {pool.submit(_send_one, channel, each): each for each in now_going}
            for answer in as_completed(going):
                yield [(going[answer], answer.result())]
    if waiting:
        _give_back(waiting)


def _give_back(messages: Sequence[_Claimed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message m SET state = 'due', claimed_at = NULL, tries = m.tries - 1 "
            "WHERE id = ANY(%s) AND state = 'sending' AND claimed_at = %s",
            [[each.id for each in messages], messages[0].claimed_at],
        )


def _outgoing(message: _Claimed) -> Outgoing:
    return Outgoing(message.to or "", message.text, message.key, message.said or {}, _idempotency(message))


def _idempotency(message: _Claimed) -> str:
    return f"banshi-{message.id}"


def _send_one(channel: Channel, message: _Claimed) -> Outcome:
    out = _outgoing(message)
    try:
        return channel.send(out.to, out.text, template=out.template, params=out.params, idempotency=out.idempotency)
    except Exception as trouble:
        return _trouble(trouble)


def _trouble(trouble: Exception) -> Passing | Final:
    if isinstance(trouble, Passing | Final):
        return trouble
    log.error("channel broke", exc_info=trouble)  # an adapter's own fault may be mended: try again
    return Passing(f"{type(trouble).__name__}: {trouble}")


def _record(outcomes: Sequence[tuple[_Claimed, Outcome]], *, now: datetime) -> int:
    """Write down what came of it, unless the lease was lost. :returns: how many were sent."""
    if not outcomes:
        return 0
    columns: list[list[Any]] = [[] for _ in range(8)]
    for message, outcome in outcomes:
        state, receipt, error, retry_at = "sent", "", "", None
        if isinstance(outcome, str):
            receipt = outcome[:120]
        else:
            wait = rules.next_try(message.tries) if isinstance(outcome, Passing) else None
            state = "failed" if wait is None else "due"
            retry_at = None if wait is None else clock.wall() + wait
            error = str(outcome)[:200] or type(outcome).__name__
        # Where real people sign in, a code is gone once it is sent; the demo shows it on the notices page.
        forget = message.key == "code" and state == "sent" and not settings.BANSHI_VIRTUAL_CLOCK
        text = rules.render(rules.COMMON["code"]["zh"], {"code": "******"}) if forget else message.text
        error, text = error.replace("\0", ""), text.replace("\0", "")
        values = (message.id, message.claimed_at, state, text, receipt, error, retry_at, forget)
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(RECORD_SQL, [now, *columns])
    return columns[2].count("sent")


FALL_BACK_SQL = """
INSERT INTO messaging_message (hall, key, subject, channel, "to", to_index, language, params, dedupe, due_at,
                               created_at)
SELECT m.hall, m.key, m.subject, 'sms', m."to", m.to_index, m.language, m.params, x.dedupe, m.due_at, m.created_at
FROM unnest(%s::bigint[], %s::text[]) AS x(id, dedupe) JOIN messaging_message m ON m.id = x.id
ON CONFLICT (dedupe) DO NOTHING
"""


def _fall_back(
    failed: Sequence[_Claimed], policies: Mapping[str, tuple[MessagePolicy, Hall | None]], *, now: datetime
) -> None:
    """WeChat that can never arrive becomes an SMS, where the hall does not send one anyway."""
    lost = [each for each in failed if each.channel == "wechat" and "sms" not in policies[each.hall][0].channels]
    if not lost:
        return
    with connection.cursor() as cursor:
        bases = [rules.sibling(each.dedupe.removesuffix(":wechat"), "sms") for each in lost]
        cursor.execute(FALL_BACK_SQL, [[each.id for each in lost], bases])


# ── By hand ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def send_again(*, message_id: int, by: Actor, now: datetime) -> None:
    """Try a failed message again, after somebody has looked at why.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(no_key=True).filter(id=message_id).first()
        if message is None:
            raise Refused("nothing-found", facts={"message": message_id})
        if message.state != "failed":
            raise Refused("wrong-state", facts={"state": message.state, "needs": "failed"})
        message.state, message.tries, message.retry_at, message.claimed_at = "due", 0, None, None
        message.save(update_fields=["state", "tries", "retry_at", "claimed_at"])
        audit.record(action="message_sent_again", subject=f"message:{message_id}", by=by, now=now, hall=message.hall)


def set_template(*, hall: str, key: str, language: str, body: str, by: Actor, now: datetime) -> Template:
    """Word a message for a hall ("" = for every hall that has no words of its own).

    :param language: zh | en.
    :raises Refused: invalid, with the reason.
    """
    reason = rules.fault(key, body) or (
        None if language in rules.LANGUAGES else {"zh": "语言是 zh 或 en", "en": "The language is zh or en"}
    )
    if reason:
        raise Refused("invalid", facts={"field": "body", "reason": reason})
    with transaction.atomic():
        template, _ = Template.objects.update_or_create(
            hall=hall, key=key, language=language, defaults={"body": body.strip(), "made_at": now, "made_by": str(by)}
        )
        audit.record(action="template_set", subject=f"template:{key}:{language}", by=by, now=now, hall=hall)
    return template


def reset_template(*, hall: str, key: str, language: str, by: Actor, now: datetime) -> None:
    """Go back to the common words."""
    with transaction.atomic():
        gone, _ = Template.objects.filter(hall=hall, key=key, language=language).delete()
        if gone:
            audit.record(action="template_reset", subject=f"template:{key}:{language}", by=by, now=now, hall=hall)


def bind(*, phone: str, channel: str, address: str, now: datetime) -> None:
    """Remember where a number is reached on a channel: its WeChat openid.

    :raises Refused: phone-invalid.
    """
    try:
        index = phone_index(normalise_phone(phone))
    except InvalidPhone as wrong:
        raise Refused("phone-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    Address.objects.update_or_create(to_index=index, channel=channel, defaults={"address": address, "bound_at": now})


def deliver(*, channel: str, idempotencies: Sequence[str]) -> None:
    """Note messages as handed over by the built-in outbox channel; the same one again changes nothing."""
    at = clock.wall()
    Delivery.objects.bulk_create(
        [Delivery(message=each, channel=channel, at=at) for each in idempotencies], ignore_conflicts=True
    )


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
