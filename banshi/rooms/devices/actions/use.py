"""Count what machines did: once each, in one statement, in the transaction of whoever did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.rules.use import DEEDS, is_matter

# The machine is found by its code, or by the key that was made for it; whoever is no known machine counts nothing. A matter that
# this machine had in hand today already conflicts with `a_matter_counts_once_a_machine_and_day`: it is kept the second time,
# without counting as one. What was kept already conflicts both times.
KEEP: Final = """
WITH asked AS (
  SELECT d.id AS device_id, u.deed, u.key, u.item_id, u.matter, (%(now)s AT TIME ZONE h.timezone)::date AS day
  FROM unnest(%(codes)s::text[], %(keys_of)s::int[], %(deeds)s::text[], %(keys)s::text[], %(items)s::bigint[],
    %(matters)s::bool[]) AS u(code, key_of, deed, key, item_id, matter)
  JOIN devices_device d
    ON d.code = coalesce((SELECT k.device FROM identity_api_key k WHERE k.id = u.key_of AND k.device <> ''), u.code)
  JOIN places_hall h ON h.id = d.hall_id
  ORDER BY d.id, u.deed, u.key
), kept AS (
  INSERT INTO devices_use (device_id, deed, key, item_id, matter, at, day)
  SELECT device_id, deed, key, item_id, matter, %(now)s, day FROM asked
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM kept)
"""


@dataclass(frozen=True)
class Used:
    """One deed of a machine. `by`: who did it; nothing is counted unless that is a machine. `key`: the number of the case or
    ticket, or a hash, and where it may come again ":" and which time; the same at the same machine is the same deed.
    Nothing personal."""

    by: Actor
    deed: str
    key: str
    item_id: int | None = None


def used(*, device: Device | None, deed: str, key: str, item_id: int | None = None, now: datetime) -> None:
    """Count one deed of a machine. Again, it counts once; without a machine nothing does.

    :param deed: one of `rules.use.DEEDS`; :param key: as of `Used`; :param item_id: of the catalogue; :param now: hall time.
    """
    if device is not None:
        used_by([Used(Actor(ActorKind.KIOSK, device.code), deed, key, item_id)], now=now)


def used_by(deeds: Sequence[Used], *, now: datetime) -> None:
    """Count deeds of whoever did them; those of people, clerks and other systems are passed over.

    :raises ValueError: no such deed.
    """
    done = [each for each in deeds if each.by.kind is ActorKind.KIOSK and each.by.id]
    if unknown := {each.deed for each in done} - set(DEEDS):
        raise ValueError(unknown)
    if not done:
        return
    if not _keep(done, [is_matter(each.deed) for each in done], now):
        _keep(done, [False] * len(done), now)


def _keep(done: Sequence[Used], matters: Sequence[bool], now: datetime) -> bool:
    """:returns: whether all that known machines did is new."""
    said: dict[str, Any] = {
        "codes": [each.by.id for each in done],
        "keys_of": [int(each.by.id) if each.by.id.isdecimal() and len(each.by.id) < 10 else None for each in done],
        "deeds": [each.deed for each in done],
        "keys": [each.key for each in done],
        "items": [each.item_id for each in done],
        "matters": list(matters),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, said)
        ((asked, kept),) = cursor.fetchall()
    return bool(asked == kept)
