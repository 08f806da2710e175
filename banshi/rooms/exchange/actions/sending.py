"""Batches go to the platform by themselves, and again until it has them; what it answers is kept row by row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import structlog
from django.conf import settings
from django.db.models import F
from django.utils.module_loading import import_string

from banshi.foundation.scrubbing import scrubbed
from banshi.rooms.exchange import queries
from banshi.rooms.exchange.models import Batch, ExchangeRow
from banshi.rooms.exchange.ports import Exchange, NotTaken
from banshi.rooms.exchange.rules import SILENT, again_after

log = structlog.get_logger("banshi.exchange")
ANSWERED_WITHIN = timedelta(days=30)


def send_due(*, now: datetime) -> int:
    """Oldest first: the platform has to know a row before it hears that it changed. Where one fails the others wait with it,
    and it is tried again ever later (`rules.again_after`).

    Sending lasts, so it is done outside of transactions; sent twice, a batch is the same. :returns: how many went.
    """
    if (carrier := _carrier()) is None:
        return 0
    sent = 0
    for batch in Batch.objects.filter(sent_at=None).order_by("id"):
        if batch.next_at is not None and batch.next_at > now:
            break
        try:
            carrier.send(batch.no, queries.content(batch))
        except Exception as trouble:  # whatever another's adapter ends with: the rest of the worker's round goes on
            _later(batch, trouble, now=now)
            break
        row = Batch.objects.filter(id=batch.pk, sent_at=None)
        sent += row.update(sent_at=now, next_at=None, trouble="")
    return sent


def _later(batch: Batch, trouble: Exception, *, now: datetime) -> None:
    said = SILENT if type(trouble) is OSError else str(trouble) if isinstance(trouble, NotTaken) else ""
    why = scrubbed(said or type(trouble).__name__)[:120]
    wait = timedelta(minutes=again_after(batch.tries + 1))
    Batch.objects.filter(id=batch.pk, sent_at=None).update(tries=F("tries") + 1, next_at=now + wait, trouble=why)
    log.warning("batch not sent", batch=batch.no, why=why, tries=batch.tries + 1)


def take_receipts(*, now: datetime) -> int:
    """What the platform said of rows; the first answer stands. :returns: how many rows were answered."""
    if (carrier := _carrier()) is None:
        return 0
    answered = 0
    waiting = ExchangeRow.objects.filter(receipt="", batch__sent_at__gte=now - ANSWERED_WITHIN)
    for batch_id, no in waiting.order_by("batch_id").values_list("batch_id", "batch__no").distinct():
        try:
            said = carrier.receipts(no)
        except Exception as trouble:
            log.warning("no receipts", batch=no, why=type(trouble).__name__)
            continue
        for guid, why in said.items():
            rows = ExchangeRow.objects.filter(batch_id=batch_id, guid=guid, receipt="")
            answered += rows.update(receipt="refused" if why else "accepted", why=scrubbed(why)[:200])
    return answered


def _carrier() -> Exchange | None:
    return cast(Exchange, import_string(settings.BANSHI_EXCHANGE)()) if settings.BANSHI_EXCHANGE else None
