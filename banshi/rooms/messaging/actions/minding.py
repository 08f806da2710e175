"""Look again before sending: a message whose time is over, or whose reason is gone, is dropped and shown as such.

The rooms above say how things stand (`ask`, in their AppConfig.ready); `rules.SENSE` says what a message needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from banshi.rooms.calendars import queries as calendars
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.actions.claiming import Claimed
from banshi.rooms.messaging.ports import Condition

LAPSED, MOVED_ON, SAID_WITH = "lapsed", "moved_on", "said_with"
_ASKED: dict[str, Condition] = {}

DROP_SQL = f"""
UPDATE messaging_message m SET state = {rules.MESSAGE.sql_to("mind")}, why = x.why, sealed = NULL
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS x(id, claimed_at, why)
WHERE m.id = x.id AND m.state IN ({rules.MESSAGE.sql("mind")}) AND m.claimed_at = x.claimed_at
"""  # noqa: S608 – states of the table


def ask(kind: str, condition: Condition) -> None:
    """Register who knows about subjects of a kind (`appointment`, `ticket` …)."""
    _ASKED[kind] = condition


def still_sensible(messages: Sequence[Claimed], *, now: datetime) -> list[Claimed]:
    """Those that may go out now; the others are dropped with the reason. One query for each kind of subject."""
    why: dict[int, str] = {each.id: LAPSED for each in messages if each.until is not None and each.until <= now}
    why |= dict.fromkeys(_moved_on([each for each in messages if each.id not in why], now), MOVED_ON)
    for reason in (LAPSED, MOVED_ON):
        drop_claimed([each for each in messages if why.get(each.id) == reason], why=reason)
    return [each for each in messages if each.id not in why]


def drop_claimed(messages: Sequence[Claimed], *, why: str) -> None:
    """Give these up, as their worker."""
    if messages:
        with connection.cursor() as cursor:
            columns = ([each.id for each in messages], [each.claimed_at for each in messages])
            cursor.execute(DROP_SQL, [*columns, [why] * len(messages)])


JOIN_SQL = f"""
UPDATE messaging_message m SET params = x.params FROM unnest(%s::bigint[], %s::timestamptz[], %s::jsonb[])
  AS x(id, claimed_at, params)
WHERE m.id = x.id AND m.state IN ({rules.MESSAGE.sql("mind")}) AND m.claimed_at = x.claimed_at
"""  # noqa: S608 – states of the table


def one_per_visit(messages: Sequence[Claimed]) -> list[Claimed]:
    """Say the same about several matters of one visit in one message; the first carries the others' words for good."""
    groups: dict[object, list[Claimed]] = {}
    for each in messages:
        news = rules.same_news(key=each.key, to_index=each.to_index, params=each.params) if not each.channel else None
        groups.setdefault(news or each.id, []).append(each)
    joined = {
        group[0].id: replace(group[0], params=rules.together([each.params for each in group]))
        for group in groups.values()
        if len(group) > 1
    }
    if joined:
        with transaction.atomic(), connection.cursor() as cursor:
            first = list(joined.values())
            words = [json.dumps(_in_clear(each.params), ensure_ascii=False) for each in first]
            cursor.execute(JOIN_SQL, [[each.id for each in first], [each.claimed_at for each in first], words])
            others = [each for group in groups.values() for each in group[1:]]
            columns = ([each.id for each in others], [each.claimed_at for each in others])
            cursor.execute(DROP_SQL, [*columns, [SAID_WITH] * len(others)])
    return [joined.get(group[0].id, group[0]) for group in groups.values()]


def _in_clear(params: Mapping[str, Any]) -> dict[str, Any]:
    """Without what stands sealed beside them."""
    return {name: value for name, value in params.items() if name not in rules.OWN_WORDS}


def lost_sense(*, key: str, subject: str, params: dict[str, object], now: datetime) -> bool:
    """The same question about one message."""
    asked = rules.sense_of(key=key, subject=subject)
    if asked is None or asked[0] not in _ASKED:
        return False
    kind, ref, sense = asked
    closures = calendars.standing([of] if (of := _closure(params)) is not None else [], now)
    return rules.lost_sense(
        sense, params=params, now=_ASKED[kind]([ref], now=now).get(ref), closure=closures.get(of) if of else None
    )


def _closure(params: Mapping[str, Any]) -> int | None:
    """The closure of which a message speaks, by id."""
    of = params.get("closure")
    return of if isinstance(of, int) else None


def _moved_on(messages: Sequence[Claimed], now: datetime) -> list[int]:
    asked = [(each, *found) for each in messages if (found := rules.sense_of(key=each.key, subject=each.subject))]
    lost: list[int] = []
    spoken_of = {of for each, *_ in asked if (of := _closure(each.params)) is not None}
    closures = calendars.standing(spoken_of, now) if spoken_of else {}
    for kind in sorted({kind for _, kind, _, _ in asked} & _ASKED.keys()):
        about = [(each, ref, sense) for each, of_kind, ref, sense in asked if of_kind == kind]
        standing = _ASKED[kind](sorted({ref for _, ref, _ in about}), now=now)
        lost += [
            each.id
            for each, ref, sense in about
            if rules.lost_sense(
                sense, params=each.params, now=standing.get(ref), closure=closures.get(_closure(each.params) or 0)
            )
        ]
    return lost
