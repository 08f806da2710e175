"""What was given with a number is deleted once nobody needs it; the number stays."""

from __future__ import annotations

from datetime import date

from banshi.rooms.tickets.models import Ticket


def forget_contacts(*, hall_id: int, day: date) -> list[str]:
    """Delete the telephones that the numbers of a day told to, once it is long over.

    :returns: the refs of all numbers of the day.
    """
    of_day = Ticket.objects.filter(hall_id=hall_id, day=day)
    of_day.exclude(notify_to="", phone_index="").update(notify_to="", phone_index="")
    return list(of_day.order_by("id").values_list("ref", flat=True))
