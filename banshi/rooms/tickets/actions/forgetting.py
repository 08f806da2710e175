"""What was given with a number is deleted once nobody needs it; the number stays."""

from __future__ import annotations

from datetime import date

from banshi.rooms.tickets.models import Ticket


def forget_contacts(*, hall_id: int, day: date) -> int:
    """Delete the telephones that the numbers of a day told to, and what clerks wrote about their people, once it is long over.

    :returns: of how many numbers.
    """
    nothing = {"notify_to": "", "phone_index": "", "note": "", "outcome_why": ""}
    return Ticket.objects.filter(hall_id=hall_id, day=day).exclude(**nothing).update(**nothing)
