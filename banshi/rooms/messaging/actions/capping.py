"""So many messages a day to one telephone: whoever clicks book and cancel without end pays with nobody's peace.

Only what a click alone brings about is counted. What the hall caused, reminders, and whatever is told to people in line
go out always.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from banshi.rooms.messaging import rules
from banshi.rooms.messaging.actions.claiming import Claimed, Policies
from banshi.rooms.messaging.actions.minding import drop_claimed
from banshi.rooms.messaging.ports import Asking

TOO_MANY = "too_many"
_ASKED: dict[str, Asking] = {}

# One message on two channels is one.
SENT_SQL = """
SELECT to_index, count(DISTINCT (key, subject, due_at)) FROM messaging_message
WHERE to_index = ANY(%s) AND key = ANY(%s) AND state IN ('sent', 'sending') AND due_at > %s AND due_at <= %s
  AND NOT id = ANY(%s)
GROUP BY to_index
"""


def who_asked(kind: str, asking: Asking) -> None:
    """Register who knows whose wish subjects of a kind were (`appointment` …), in AppConfig.ready."""
    _ASKED[kind] = asking


def within_the_day(messages: Sequence[Claimed], *, policies: Policies, now: datetime) -> list[Claimed]:
    """Those that keep to the hall's cap for their telephone, in order; the others are dropped and shown as such.

    A telephone whose own holder asked, signed in or proven, may get more. One that was only typed may be a stranger's,
    and a stranger who has an account is no less one.
    """
    counted = [each for each in messages if each.key in rules.BY_A_CLICK and not each.channel]
    if not counted:
        return list(messages)
    phones = sorted({each.to_index for each in counted})
    sent: defaultdict[str, int] = defaultdict(int, _sent(phones, counted, now=now))
    own = _asked_themselves(counted)
    over = []
    for each in counted:
        policy = policies[each.hall][0]
        most = policy.a_day_proven if each.id in own else policy.a_day_typed
        if sent[each.to_index] >= most:
            over.append(each)
        else:
            sent[each.to_index] += 1
    drop_claimed(over, why=TOO_MANY)
    gone = {each.id for each in over}
    return [each for each in messages if each.id not in gone]


def _asked_themselves(messages: Sequence[Claimed]) -> set[int]:
    """Ids of messages that go to whoever asked for them. One query for each kind of subject."""
    about: defaultdict[str, list[tuple[Claimed, str]]] = defaultdict(list)
    for each in messages:
        kind, _, ref = each.subject.partition(":")
        about[kind].append((each, ref))
    own: set[int] = set()
    for kind in about.keys() & _ASKED.keys():
        askers = _ASKED[kind](sorted({ref for _, ref in about[kind]}))
        for each, ref in about[kind]:
            theirs = askers.get(ref, frozenset())
            if theirs is None or each.to_index in theirs:
                own.add(each.id)
    return own


def _sent(phones: Sequence[str], but: Sequence[Claimed], *, now: datetime) -> dict[str, int]:
    with connection.cursor() as cursor:
        since = now - timedelta(days=1)
        cursor.execute(SENT_SQL, [list(phones), list(rules.BY_A_CLICK), since, now, [each.id for each in but]])
        return dict(cursor.fetchall())
