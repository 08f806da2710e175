"""Find what happened, and lay a delivery ready for everybody who wants to hear of it. One finder at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from banshi.foundation import clock, locks
from banshi.rooms.hooks import rules
from banshi.rooms.hooks.models import Cursor
from banshi.rooms.hooks.queries import Listener, listeners
from banshi.rooms.hooks.queries.facts import facts_of
from banshi.rooms.hooks.queries.sources import SOURCES, Hint, last_id, news, snapshot

# Between an id is given and its transaction has one, nothing waits; a look later both are there.
SETTLES: Final = timedelta(seconds=2)

EVENTS_SQL = """
INSERT INTO hooks_event (code, type, hall, subject, maker, at, data, found_at)
SELECT x.code, x.type, x.hall, x.subject, x.maker, x.at, x.data::jsonb, %(wall)s
FROM unnest(%(codes)s::text[], %(types)s::text[], %(halls)s::text[], %(subjects)s::text[], %(makers)s::text[],
  %(ats)s::timestamptz[], %(datas)s::text[]) WITH ORDINALITY AS x(code, type, hall, subject, maker, at, data, ord)
ORDER BY x.ord ON CONFLICT ON CONSTRAINT a_fact_is_one_event DO NOTHING RETURNING id, code
"""
DELIVERIES_SQL = """
INSERT INTO hooks_delivery (hook_id, event_id, subject, state, tries, due_at)
SELECT x.hook, x.event, e.subject, 'due', 0, %(wall)s
FROM unnest(%(hooks)s::bigint[], %(events)s::bigint[]) AS x(hook, event) JOIN hooks_event e ON e.id = x.event
ORDER BY x.event ON CONFLICT ON CONSTRAINT a_hook_is_told_of_an_event_once DO NOTHING
"""


def start_reading() -> None:
    """From here on: somebody begins to listen where nobody did. What is not committed yet is found all the same."""
    oldest, _ = snapshot()
    for source in SOURCES:
        last = last_id(source)
        # Ids that were given already and are not committed lie below: as many as anybody has under way.
        Cursor.objects.update_or_create(
            source=source,
            defaults={
                "low": max(0, last - 1000), "seen": last, "horizon": oldest, "mark": None, "mark_xid": None, "mark_at": None,
            },
        )  # fmt: skip


@transaction.atomic
def gather(*, now: datetime) -> int:
    """Read what is new, and write events and deliveries. :param now: hall time. :returns: how many events."""
    locks.hold(locks.HOOKS)
    heard = listeners()
    if not heard:
        return 0
    hints: list[Hint] = []
    for at in Cursor.objects.order_by("source"):
        hints += _read(at)
    if not hints:
        return 0
    since = max(min(each.made_at for each in heard), now - rules.FRESH)
    return tell(facts_of(hints, since=since), heard)


def _read(at: Cursor) -> list[Hint]:
    """What is new of one source; the cursor moves on."""
    wall = clock.wall()
    oldest, following = snapshot()
    if following < at.horizon:  # another database: a backup was put back, and transactions are counted anew
        at.horizon, at.mark = 0, None
    before = at.seen
    found, at.seen = news(at, following=following)
    if at.seen == at.low and at.seen == before:
        return found  # nothing anywhere: nothing to write each second
    if at.mark is not None and oldest >= (at.mark_xid or 0) and wall - (at.mark_at or wall) >= SETTLES:
        at.low, at.mark = at.mark, None
    if at.mark is None and at.seen > at.low:
        # Whoever holds an id up to this one began before this moment.
        at.mark, at.mark_xid, at.mark_at = at.seen, snapshot()[1], wall
    at.horizon = oldest
    at.save()
    return found


def tell(facts: Sequence[rules.Fact], heard: Sequence[Listener]) -> int:
    """Events of what somebody wants to hear, and their deliveries, in order. :returns: how many are new."""
    wanted = {fact.code: fact for fact in facts if any(each.hears(fact) for each in heard)}
    if not wanted:
        return 0
    wall = clock.wall()
    with connection.cursor() as cursor:
        cursor.execute(EVENTS_SQL, {**_columns(list(wanted.values())), "wall": wall})
        new = [(int(id_), wanted[code]) for id_, code in cursor.fetchall()]
        pairs = [(each.id, id_) for id_, fact in new for each in heard if each.hears(fact)]
        if pairs:
            hooks, events = zip(*pairs, strict=True)
            cursor.execute(DELIVERIES_SQL, {"hooks": list(hooks), "events": list(events), "wall": wall})
    return len(new)


def _columns(facts: Sequence[rules.Fact]) -> dict[str, list[Any]]:
    return {
        "codes": [fact.code for fact in facts],
        "types": [fact.type for fact in facts],
        "halls": [fact.hall for fact in facts],
        "subjects": [fact.subject for fact in facts],
        "makers": [fact.maker for fact in facts],
        "ats": [fact.at for fact in facts],
        "datas": [json.dumps(dict(fact.data), ensure_ascii=False) for fact in facts],
    }
