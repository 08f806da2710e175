"""The end of a service: the ticket is finished, its appointment served, and the person is asked for a rating."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.rooms.booking import actions as booking
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket


def finish(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Finish a served ticket.

    :raises Refused: wrong-state, not-signed-in, nothing-found.
    """
    with transaction.atomic():
        ticket = tickets.finish(ref=ref, staff_id=staff_id, now=now)
        if ticket.appointment_id:
            booking.mark_served(appointment_id=ticket.appointment_id, now=now)
        person = ticket.person
        if person is not None and person.phone_index:
            messaging.write(
                key="rate",
                to_person=person,
                hall=ticket.hall.code,
                subject=f"ticket:{ticket.ref}",
                params={
                    "number": ticket.number,
                    "link": f"/r/{ticket.ref}",
                    "hall_zh": ticket.hall.name_zh,
                    "hall_en": ticket.hall.name_en,
                    **_matter(ticket),
                },
                due_at=now,
                dedupe=f"rate:{ticket.visit_id}",
                language=ticket.language,
                now=now,
            )
    return ticket


def _matter(ticket: Ticket) -> dict[str, str]:
    return {"item_zh": ticket.item.name_zh, "item_en": ticket.item.name_en} if ticket.item else {}
