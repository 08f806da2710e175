"""Batches for the national platform: made, sent, answered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from banshi.foundation import locks
from banshi.foundation.locks import EXCHANGE
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.exchange import queries
from banshi.rooms.exchange.actions.sending import send_due, take_receipts
from banshi.rooms.exchange.models import Batch, ExchangeRow
from banshi.rooms.exchange.rules import Row, changes, document
from banshi.rooms.library import actions as library
from banshi.rooms.places.models import Hall

__all__ = ["correct", "make_batch", "send_again", "send_due", "take_out", "take_receipts"]


@dataclass(frozen=True)
class _Built:
    """What cases are in rows, as they were read after the row `until` had been told. Nothing is claimed by it."""

    until: int
    rows: list[tuple[Case, dict[tuple[str, str], Row]]]


def make_batch(*, halls: Sequence[Hall], scope: str, first: date, last: date, by: Actor, now: datetime) -> Batch | None:
    """What happened in these halls on these days and is not told yet, as one batch. Its rows are built while others may make
    theirs; two wait for each other only to write down what is new: no row is told twice as new, nor as it was before. Whoever
    dies while building leaves nothing behind.

    :param scope: what was asked for, as `hall:town`. :returns: None – there is nothing new to tell.
    """
    until = queries.newest_row()
    built = _built(queries.touched(halls, first=first, last=last), until)
    return _made(built, scope=scope, first=first, last=last, by=by, now=now)


def correct(*, case_no: str, hall: Hall, by: Actor, now: datetime) -> Batch | None:
    """What of one case the platform knows otherwise, or did not take, as a batch of its own.

    :returns: None – it knows all of it. :raises Refused: nothing-found (also in another hall).
    """
    until = queries.newest_row()
    case, day = queries.case_to_tell(case_no, hall), now.astimezone(ZoneInfo(hall.timezone)).date()
    return _made(_built([case], until), scope=f"hall:{hall.code}", first=day, last=day, by=by, now=now)


def _built(cases: Sequence[Case], until: int) -> _Built:
    return _Built(until, [(case, queries.rows_of(case)) for case in cases])


def send_again(*, no: str, hall: Hall, by: Actor, now: datetime) -> Batch:
    """A batch that went, or that waits after tries in vain, is sent once more, the same bytes, by the worker's next round.

    :raises Refused: nothing-found; not-your-hall – it tells of other halls, too; changed-meanwhile – it is to be sent anyway.
    """
    with transaction.atomic():
        batch = queries.batch_of_hall(no, hall)
        if not queries.only_of(batch, hall):
            raise Refused("not-your-hall", facts={"hall": "*"})
        again = Batch.objects.filter(Q(sent_at__isnull=False) | Q(next_at__gt=now), pk=batch.pk)
        if not again.update(sent_at=None, tries=0, next_at=None, trouble=""):
            raise Refused("changed-meanwhile")
        audit.record(action="exchange-again", subject=f"batch:{no}", by=by, now=now, hall=hall.code)
    return batch


def _made(built: _Built, *, scope: str, first: date, last: date, by: Actor, now: datetime) -> Batch | None:
    """Of cases of which somebody else told meanwhile the rows may be older than what was told: these are built anew."""
    keys = [case.pk for case, _ in built.rows]
    with transaction.atomic():
        locks.hold(EXCHANGE)
        anew = {case.pk: queries.rows_of(case) for case in queries.told_since(built.until, keys)}
        sent = queries.sent_of(keys)
        told = [
            (case, change) for case, rows in built.rows for change in changes(anew.get(case.pk, rows), sent[case.pk])
        ]
        if not told:
            return None
        no = f"{now:%Y%m%d}{Batch.objects.count() + 1:06d}"
        content = document(no, [change for _, change in told])
        file = library.keep(
            content=content, mime="application/json", kind="exchange", name=f"{no}.json", by=by, now=now
        )
        batch = Batch.objects.create(
            no=no, scope=scope, first=first, last=last, rows=len(told), sha256=hashlib.sha256(content).hexdigest(),
            file=file, made_at=now, made_by=str(by),
        )  # fmt: skip
        ExchangeRow.objects.bulk_create(
            ExchangeRow(batch=batch, case=case, table=c.table, guid=c.guid, operation=c.operation, digest=c.digest)
            for case, c in told
        )
        audit.record(action="exchange-made", subject=f"batch:{no}", by=by, now=now, facts={"rows": len(told)})
    return batch


def take_out(*, no: str, by: Actor, now: datetime) -> bytes:
    """A batch once more, the same bytes, with a trace: it names people. :raises Refused: nothing-found."""
    content = queries.content(queries.batch_by_no(no))
    audit.record(action="exchange-exported", subject=f"batch:{no}", by=by, now=now)
    return content
