"""What was begun of an item that is retired (停办): whoever has a draft hears that it is to be sent before that day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from banshi.rooms.cases.models import Case
from banshi.rooms.messaging import actions as messaging


def drafts_of(item_id: int) -> QuerySet[Case]:
    return Case.objects.filter(item_id=item_id, phase="draft")


def tell_drafts(key: str, *, item_id: int, mark: str, params: Mapping[str, Any], now: datetime) -> int:
    """Tell everybody who has a draft of the item and left a telephone; once for a `mark`. :returns: how many are new."""
    rows = drafts_of(item_id).exclude(contact=None).select_related("hall").order_by("id")
    return messaging.write_rows(
        messaging.row(
            key=key, phone=case.contact, hall=case.hall.code, subject=f"case:{case.no}",
            params={
                "item_zh": case.item_then.name_zh, "item_en": case.item_then.name_en, "case": case.no,
                "link": f"/cases/{case.no}/",
                **params,
            },
            due_at=now, dedupe=f"case:{case.no}:{key}:{mark}", language=case.language, now=now,
        )
        for case in rows
        if case.contact
    )  # fmt: skip
