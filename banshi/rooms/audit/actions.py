"""Write audit entries. Hot paths record inside their own statement instead (statements.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from banshi.foundation import clock, locks, prepared
from banshi.foundation.crypto import words_sealed
from banshi.kernel.actors import Actor
from banshi.rooms.audit import rules
from banshi.rooms.audit.models import Entry, Seal
from banshi.rooms.audit.ports import Anchor
from banshi.rooms.audit.queries import kept_anchors
from banshi.rooms.audit.statements import recorded

SEAL_SQL = """
UPDATE audit_entry e SET sealed_hash = x.hash, sealed_no = x.no
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS x(id, no, hash) WHERE e.id = x.id
"""


def record(
    *, action: str, subject: str, by: Actor, now: datetime, hall: str = "", facts: Mapping[str, Any] | None = None
) -> None:
    """Append one entry, in the caller's transaction.

    :param action: verb such as `placed`, `lifted`, `looked`.
    :param subject: `kind:reference`.
    :param facts: JSON-ready, without personal data. What somebody wrote in their own words (`rules.OWN_WORDS`) is sealed:
        it may name anybody.
    """
    Entry.objects.create(at=now, actor=str(by), hall=hall, action=action, subject=subject, facts=_sealed(facts or {}))


def _sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: words_sealed(said, place=rules.FACTS_PLACE) if name in rules.OWN_WORDS and isinstance(said, str) else said
        for name, said in facts.items()
    }


def looked(*, subject: str, by: Actor, now: datetime, hall: str = "", why: str = "") -> None:
    """Trace that personal data was shown (PIPL; mission §11).

    :param why: the occasion, one of our words or what kind of thing it was about: never somebody's own.
    """
    facts = {"why": why} if why else {}
    Entry.objects.create(at=now, actor=str(by), hall=hall, action="looked", subject=subject, facts=facts)


@dataclass(frozen=True)
class Look:
    """Somebody's data was shown to `by`, on the occasion `why`, such as `ticket:K7…`."""

    subject: str
    by: Actor
    hall: str
    why: str


NEVER_LOOKED = """
SELECT %(now)s::timestamptz AS at, x.actor, x.hall, 'looked' AS action, x.subject, jsonb_build_object('why', x.why) AS facts
FROM (
  SELECT DISTINCT * FROM unnest(%(subjects)s::text[], %(actors)s::text[], %(halls)s::text[], %(whys)s::text[])
    AS l(subject, actor, hall, why)
) x
WHERE NOT EXISTS (
  SELECT 1 FROM audit_entry e
  WHERE e.subject = x.subject AND e.action = 'looked' AND e.actor = x.actor AND e.facts->>'why' = x.why
)
"""
LOOKED_SQL = f"{recorded(NEVER_LOOKED)} RETURNING id"


def looked_once(looks: Sequence[Look], *, now: datetime) -> None:
    """Trace looks, each occasion once: a page that asks every few seconds is one look."""
    if looks:
        columns = {
            "subjects": [x.subject for x in looks],
            "actors": [str(x.by) for x in looks],
            "halls": [x.hall for x in looks],
            "whys": [x.why for x in looks],
        }
        prepared.rows(LOOKED_SQL, {"now": now, **columns})


def seal(*, batch: int = 2000) -> int:
    """Chain the hashes of entries that have none yet, batch by batch, then anchor the head outside the database.

    Two sealers wait for each other.

    :returns: how many were sealed.
    :raises OSError: the head could not be anchored; the next seal's anchor proves these entries too.
    """
    sealed = 0
    while count := _seal_batch(batch):
        sealed += count
        if count < batch:
            break
    if sealed and (anchors := kept_anchors()) is not None and (head := _head()) is not None:
        anchors.keep(head)
    return sealed


def anchor_restored() -> None:
    """A backup was put back: the chain ends where it ended then, and later anchors are of a past that is gone."""
    if (anchors := kept_anchors()) is not None:
        head = _head()
        anchors.keep(Anchor(head.no if head else 0, head.hash if head else rules.FIRST, clock.wall(), restored=True))


def _head() -> Anchor | None:
    last = Seal.objects.order_by("-last_no").first()
    return Anchor(last.last_no, last.last_hash, clock.wall()) if last else None


def _seal_batch(batch: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.hold(locks.SEALING)
        last = Seal.objects.order_by("-last_no").first()
        no, before = (last.last_no, last.last_hash) if last else (0, rules.FIRST)
        ids, nos, hashes = [], [], []
        for row in Entry.objects.filter(sealed_hash=None).order_by("id")[:batch]:
            no += 1
            before = rules.chained(
                before, version=rules.KEYED, key=settings.BANSHI_AUDIT_KEY, no=no, id=row.id, at=row.at, actor=row.actor,
                hall=row.hall, action=row.action,
                subject=row.subject, facts=row.facts,
            )  # fmt: skip
            ids.append(row.id)
            nos.append(no)
            hashes.append(before)
        if ids:
            cursor.execute(SEAL_SQL, [ids, nos, hashes])
            Seal.objects.create(last_no=no, last_hash=before, version=rules.KEYED, at=clock.wall())
        return len(ids)
