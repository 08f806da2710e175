"""Messages about a number: rows of the outbox, written with the change that asks for them. No names, no ID numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from banshi.rooms.messaging.rules import last_moment
from banshi.rooms.messaging.statements import written
from banshi.rooms.places.models import Window
from banshi.rooms.tickets.actions.ground import policy
from banshi.rooms.tickets.models import Ticket

TELL_SQL = written("""
  SELECT %(hall)s AS hall, %(key)s AS key, %(subject)s AS subject, %(to)s AS "to", %(to_index)s AS to_index,
    %(language)s AS language, %(params)s::jsonb AS params, %(dedupe)s AS dedupe, %(now)s::timestamptz AS due_at,
    %(until)s::timestamptz AS until, %(now)s::timestamptz AS created_at
""")


def tell(
    ticket: Ticket,
    *,
    key: str,
    dedupe: str,
    now: datetime,
    window: Window | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write a message to the ticket's holder, once ever per `dedupe`; nothing when there is no phone.

    :param key: template: your_turn, missed, ahead.
    :param more: further facts for its words.
    """
    if not ticket.notify_to or (key == "your_turn" and not policy(ticket, now).messages.on_call):
        return
    params: dict[str, Any] = {
        "number": ticket.number,
        "hall_zh": ticket.hall.name_zh,
        "hall_en": ticket.hall.name_en,
        "ahead": 0,
        "ref": ticket.ref,
        **(more or {}),
    }
    if window is not None:
        floor = window.zone.floor
        params |= {"window": window.number, "floor_zh": floor.label_zh, "floor_en": floor.label_en}
    with connection.cursor() as cursor:
        cursor.execute(
            TELL_SQL,
            {
                "hall": ticket.hall.code,
                "key": key,
                "subject": f"ticket:{ticket.ref}",
                "to": ticket.notify_to,
                "to_index": ticket.phone_index,
                "language": ticket.language,
                "params": json.dumps(params, ensure_ascii=False),
                "dedupe": dedupe,
                "now": now,
                "until": last_moment(key=key, due_at=now, params=params),
            },
        )
