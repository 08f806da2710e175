"""A clerk's note on a number; seen by whoever serves it next."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.tickets.actions.ground import locked
from banshi.rooms.tickets.models import Ticket


@transaction.atomic
def write_note(*, ref: str, text: str, staff_id: int, now: datetime) -> Ticket:
    """Keep a note of at most 200 characters; an empty one clears it.

    :raises Refused: nothing-found.
    """
    ticket = locked(ref)
    ticket.note = " ".join(text.replace("\0", "").split())[:200]
    ticket.save(update_fields=["note"])
    audit.record(
        action="noted",
        subject=f"ticket:{ref}",
        by=Actor(ActorKind.STAFF, str(staff_id)),
        now=now,
        hall=ticket.hall.code,
    )
    return ticket
