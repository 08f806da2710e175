"""Write messages into the outbox, with the change that asks for them; take back what lost its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Q

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index, encrypt
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import SEALED_PLACE, TO_PLACE, WRITE_SQL
from banshi.rooms.places.models import Hall


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
    until: datetime | None = None,
    secret: Mapping[str, Any] | None = None,
) -> tuple[str, str, str, str, str, str, str, str, datetime, datetime, datetime, str | None]:
    """One row's values in the order of `statements.WRITE_SQL`, for `write_rows`; people's own words are sealed.

    :param phone: E.164, in clear; encrypted here.
    :param until: the last moment at which it still says something; None: `rules.last_moment`.
    :param secret: further params that open something; encrypted here.
    """
    own = {name: params[name] for name in rules.OWN_WORDS & params.keys()}
    params = {name: value for name, value in params.items() if name not in own}
    closed = own | dict(secret or {})
    return (
        hall, key, subject, encrypt(phone, place=TO_PLACE), phone_index(phone), language,
        json.dumps(params, ensure_ascii=False, default=_plain), dedupe, due_at,
        until or rules.last_moment(key=key, due_at=due_at, params=params), now,
        encrypt(json.dumps(closed, ensure_ascii=False, default=_plain), place=SEALED_PLACE) if closed else None,
    )  # fmt: skip


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
    to_phone: str | None,
    hall: Hall | str | None = None,
    subject: str = "",
    params: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    dedupe: str | None,
    language: str = "zh-hans",
    now: datetime,
    until: datetime | None = None,
    secret: Mapping[str, Any] | None = None,
) -> None:
    """Put one message into the outbox, in the caller's transaction. The same dedupe again writes nothing.

    Who left no telephone number is told nothing, and nobody is told because of a document's number: `to_phone` is the contact
    given with what the message is about, or proven. `params` are described at `rules.spoken`; no personal data.

    :param due_at: hall time; None = now.
    :param until: hall time, its last moment; None: as `rules.last_moment` says.
    :param secret: params that open something, such as a one-time code: sealed until it is sent, then gone.
    :param dedupe: up to 140 characters; None = always a message of its own (a one-time code).
    :raises Refused: phone-invalid.
    """
    if not to_phone:
        return
    phone = to_phone if "@" in to_phone else phones.known(to_phone)
    code = hall.code if isinstance(hall, Hall) else (hall or "")
    write_rows([
        row(key=key, phone=phone, hall=code, subject=subject, params=params or {}, due_at=due_at or now,
            dedupe=dedupe or f"{key}:{uuid4().hex}",
            language=language, now=now, until=until, secret=secret)
    ])  # fmt: skip


def drop(*, subject: str, keys: Sequence[str] | None = None, now: datetime) -> int:
    """Take back what is still due about a subject: its reason went away. :returns: how many."""
    rows = Message.objects.filter(subject=subject, state__in=rules.MESSAGE.of("take_back"))
    if keys is not None:
        rows = rows.filter(key__in=keys)
    return rows.update(state=rules.MESSAGE.to("take_back"), why="taken_back", sealed=None)


_DUE = f"m.state IN ({rules.MESSAGE.sql('take_back')})"
UNSAY_SQL = f"""
UPDATE messaging_message m
SET dedupe = 'unsaid:' || m.id,
    why = CASE WHEN {_DUE} THEN 'taken_back' ELSE m.why END,
    sealed = CASE WHEN {_DUE} THEN NULL ELSE m.sealed END,
    state = CASE WHEN {_DUE} THEN {rules.MESSAGE.sql_to("take_back")} ELSE m.state END
WHERE m.subject = %s AND m.key = ANY(%s) AND m.state <> {rules.MESSAGE.sql_to("send")} AND m.dedupe NOT LIKE 'unsaid:%%'
"""  # noqa: S608 – states of the table


def unsay(*, subject: str, keys: Sequence[str]) -> int:
    """What told the person is undone: what is due of it is dropped, and whatever did not go out keeps nobody from saying the
    same when it happens after all. What went out was said. :returns: how many had not gone out.

    One that is going out at this very moment may be said, and said once more then: rather twice than never.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNSAY_SQL, [subject, list(keys)])
        return int(cursor.rowcount)


def bring_back(*, dedupes: Sequence[str], to_phone: str | None, now: datetime) -> int:
    """Of these, what was taken back from this address and would still say something is due again. :returns: how many."""
    if not to_phone:
        return 0
    index = phone_index(to_phone if "@" in to_phone else phones.known(to_phone))
    rows = Message.objects.filter(
        dedupe__in=dedupes, to_index=index, state__in=rules.MESSAGE.of("bring_back"), why="taken_back"
    )
    return rows.filter(Q(until=None) | Q(until__gt=now)).update(state=rules.MESSAGE.to("bring_back"), why="")


def send_elsewhere(*, subjects: Mapping[str, Mapping[str, int]], phone: str) -> int:
    """What is still due about these goes to another telephone (E.164).

    :param subjects: and what their messages say otherwise from now on: the turn of a link. :returns: how many.
    """
    rows = Message.objects.select_for_update().filter(subject__in=list(subjects), state="due", channel="")
    found = list(rows.order_by("id"))
    for row in found:
        row.to, row.to_index, row.params = phone, phone_index(phone), {**row.params, **subjects[row.subject]}
        row.save(update_fields=["to", "to_index", "params"])
    return len(found)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
