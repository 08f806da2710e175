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
from banshi.rooms.exchange.ports import Exchange

log = structlog.get_logger("banshi.exchange")
ANSWERED_WITHIN = timedelta(days=30)


def send_due(*, now: datetime) -> int:
    """Oldest first: the platform has to know a row before it hears that it changed. Where one fails the others wait.

    Sending lasts, so it is done outside of transactions; sent twice, a batch is the same. :returns: how many went.
    """
    if (carrier := _carrier()) is None:
        return 0
    sent = 0
    for batch in Batch.objects.filter(sent_at=None).order_by("id"):
        try:
            carrier.send(batch.no, queries.content(batch))
        except OSError as trouble:
            Batch.objects.filter(id=batch.pk).update(tries=F("tries") + 1)
            log.warning("batch not sent", batch=batch.no, why=type(trouble).__name__)
            break
        sent += Batch.objects.filter(id=batch.pk, sent_at=None).update(sent_at=now)
    return sent


def take_receipts(*, now: datetime) -> int:
    """What the platform said of rows; the first answer stands. :returns: how many rows were answered."""
    if (carrier := _carrier()) is None:
        return 0
    answered = 0
    waiting = ExchangeRow.objects.filter(receipt="", batch__sent_at__gte=now - ANSWERED_WITHIN)
    for batch_id, no in waiting.order_by("batch_id").values_list("batch_id", "batch__no").distinct():
        try:
            said = carrier.receipts(no)
        except OSError as trouble:
            log.warning("no receipts", batch=no, why=type(trouble).__name__)
            continue
        for guid, why in said.items():
            rows = ExchangeRow.objects.filter(batch_id=batch_id, guid=guid, receipt="")
            answered += rows.update(receipt="refused" if why else "accepted", why=scrubbed(why)[:200])
    return answered


def _carrier() -> Exchange | None:
    return cast(Exchange, import_string(settings.BANSHI_EXCHANGE)()) if settings.BANSHI_EXCHANGE else None
