"""Take what is due under a lease, and give each message its channels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt
from banshi.kernel.phones import InvalidPhone, is_mobile
from banshi.kernel.policy import MessagePolicy
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.models import Address, Message
from banshi.rooms.messaging.ports import Attachment, Channel, Final
from banshi.rooms.messaging.statements import SEALED_PLACE, TO_PLACE
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

Policies = dict[str, tuple[MessagePolicy, Hall | None]]  # by hall code


@dataclass(frozen=True)
class Claimed:
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
    due_at: datetime
    until: datetime | None  # hall time
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    fault: Final | None = None  # it cannot go out: what was to go with it could not be made
    shown: str = ""  # the text without what opens something
    said: Mapping[str, str] | None = None


CLAIM_SQL = f"""
UPDATE messaging_message SET state = {rules.MESSAGE.sql_to("claim")}, claimed_at = %(wall)s, tries = tries + 1
WHERE id IN (
  SELECT id FROM messaging_message
  WHERE state IN ({rules.MESSAGE.sql("claim")}) AND due_at <= %(now)s AND (retry_at IS NULL OR retry_at <= %(wall)s) {{urgent}}
  ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id, hall, key, subject, channel, "to", to_index, language, params, dedupe, tries, claimed_at,
  due_at, until, sealed
"""  # noqa: S608 – states of the table
URGENT_SQL = f"AND key IN ({', '.join(repr(key) for key in rules.URGENT)})"
CHANNEL_SQL = """
UPDATE messaging_message m SET channel = x.channel FROM unnest(%s::bigint[], %s::text[]) AS x(id, channel)
WHERE m.id = x.id
"""
SIBLINGS_SQL = """
INSERT INTO messaging_message (hall, key, subject, channel, "to", to_index, language, params, dedupe, due_at,
                               until, state, tries, claimed_at, created_at, sealed)
SELECT m.hall, m.key, m.subject, x.channel, m."to", m.to_index, m.language, m.params, x.dedupe, m.due_at,
       m.until, 'sending', 1,
       m.claimed_at, m.created_at, m.sealed
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, channel, dedupe) JOIN messaging_message m ON m.id = x.id
ON CONFLICT (dedupe) DO NOTHING RETURNING id, dedupe
"""


def claim(*, now: datetime, limit: int, policies: Policies) -> list[Claimed]:
    """Lease the next rows, urgent ones first."""
    with transaction.atomic(), connection.cursor() as cursor:
        asked: dict[str, Any] = {"wall": clock.wall(), "now": now, "limit": limit}
        cursor.execute(CLAIM_SQL.format(urgent=URGENT_SQL), asked)
        found = sorted(cursor.fetchall(), key=_in_order)  # an UPDATE returns its rows in any order
        if len(found) < limit:
            cursor.execute(CLAIM_SQL.format(urgent=""), {**asked, "limit": limit - len(found)})
            found += sorted(cursor.fetchall(), key=_in_order)
        rows = [_claimed(each) for each in found]
        _policies_into(policies, {each.hall for each in rows}, now=now)
        return rows


def _in_order(values: Sequence[Any]) -> tuple[datetime, int]:
    """By due time, then as written."""
    return values[12], values[0]


def _claimed(values: Sequence[Any]) -> Claimed:
    (
        id_,
        hall,
        key,
        subject,
        channel,
        to,
        to_index,
        language,
        params,
        dedupe,
        tries,
        claimed_at,
        due_at,
        until,
        sealed,
    ) = values
    params = json.loads(params) if isinstance(params, str) else params
    params = params if isinstance(params, dict) else {}
    clear: str | None
    try:
        clear = decrypt(to, place=TO_PLACE)
        params |= json.loads(decrypt(sealed, place=SEALED_PLACE)) if sealed else {}
    except Unreadable:
        clear = None
    return Claimed(
        id_, hall, key, subject, channel, clear, to_index, language, params, dedupe,
        tries, claimed_at, due_at, until,
    )  # fmt: skip


def _policies_into(policies: Policies, codes: set[str], *, now: datetime) -> None:
    missing = codes - policies.keys()
    halls = {hall.code: hall for hall in Hall.objects.filter(code__in=missing).order_by("id")} if missing - {""} else {}
    for code in missing:
        hall = halls.get(code)
        policies[code] = (policy_of(hall.id, now=now).messages if hall else MessagePolicy(), hall)


@transaction.atomic
def split(
    rows: list[Claimed],
    *,
    channels: Mapping[str, Channel],
    policies: Policies,
) -> list[Claimed]:
    """Give rows without a channel theirs: the first on the row itself, a sibling row for each further one."""
    addressed = [name for name, channel in channels.items() if channel.needs_address]
    bound = _addresses({each.to_index for each in rows}, addressed) if addressed else {}
    done: list[Claimed] = []
    firsts: list[Claimed] = []
    further: dict[str, Claimed] = {}
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
            unreachable=frozenset(name for name in addressed if (each.to_index, name) not in bound)
            | _landline(each.to),
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
        Message.objects.filter(id__in=nowhere).update(state=rules.MESSAGE.to("mind"), why="unreachable", sealed=None)
    return [
        replace(each, to=bound.get((each.to_index, each.channel))) if each.channel in addressed else each
        for each in [*firsts, *done]
    ]


def _landline(to: str | None) -> frozenset[str]:
    """SMS, where text messages do not reach the number."""
    try:
        return frozenset() if not to or "@" in to or is_mobile(to) else frozenset({"sms"})
    except InvalidPhone:
        return frozenset({"sms"})


def _addresses(indexes: set[str], names: list[str]) -> dict[tuple[str, str], str]:
    rows = Address.objects.filter(to_index__in=indexes, channel__in=names).order_by("id")
    return {(each.to_index, each.channel): each.address for each in rows}
