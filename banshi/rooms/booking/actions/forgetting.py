"""What was given with an appointment is deleted once nobody needs it; the appointment stays."""

from __future__ import annotations

from datetime import date

from banshi.rooms.booking.models import Appointment


def forget_contacts(*, hall_id: int, day: date) -> list[str]:
    """Delete declared names, telephones and notes of the appointments of a day that is long over.

    :returns: the codes of all appointments of the day.
    """
    of_day = Appointment.objects.filter(hall_id=hall_id, day=day)
    of_day.update(name=None, name_index="", contact=None, contact_index="", note="")
    return list(of_day.order_by("id").values_list("code", flat=True))
