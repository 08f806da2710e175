"""What was given with a number is deleted once nobody needs it; the number stays."""

from __future__ import annotations

from datetime import date

from banshi.rooms.tickets.models import Call, Skip, Ticket, Transfer


def forget_contacts(*, hall_id: int, day: date) -> int:
    """Delete the telephones that the numbers of a day told to, and what clerks wrote about their people, once it is long over.

    :returns: of how many numbers.
    """
    nothing = {"notify_to": "", "phone_index": "", "note": "", "outcome_why": ""}
    for facts, words in ((Call, "out_of_order_why"), (Transfer, "why"), (Skip, "why")):
        of_day = facts._default_manager.filter(ticket__hall_id=hall_id, ticket__day=day)
        of_day.exclude(**{words: ""}).update(**{words: ""})
    return Ticket.objects.filter(hall_id=hall_id, day=day).exclude(**nothing).update(**nothing)
