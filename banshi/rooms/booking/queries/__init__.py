"""What booking tells: slots, appointments, credit. Frozen objects that feed pages and the API alike."""

from banshi.rooms.booking.queries.appointments import (
    AppointmentView,
    Bring,
    Named,
    appointment,
    booked_on,
    code_of,
    coming,
    ics,
    of_account,
    of_contact,
    of_person,
    of_visit,
    qr_text,
    read_qr,
    shown_name,
)
from banshi.rooms.booking.queries.credit import AppealLine, Credit, EntryLine, SuspensionLine, credit_of
from banshi.rooms.booking.queries.slots import SlotView, alternatives, halls_of, slots

__all__ = [
    "AppealLine",
    "AppointmentView",
    "Bring",
    "Credit",
    "EntryLine",
    "Named",
    "SlotView",
    "SuspensionLine",
    "alternatives",
    "appointment",
    "booked_on",
    "code_of",
    "coming",
    "credit_of",
    "halls_of",
    "ics",
    "of_account",
    "of_contact",
    "of_person",
    "of_visit",
    "qr_text",
    "read_qr",
    "shown_name",
    "slots",
]
