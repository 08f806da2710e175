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
from banshi.rooms.booking.queries.day_sheet import DaySheet, SheetLine, as_html, day_sheet, day_sheet_count
from banshi.rooms.booking.queries.slots import SlotView, alternatives, halls_of, slots

__all__ = [
    "AppealLine",
    "AppointmentView",
    "Bring",
    "Credit",
    "DaySheet",
    "EntryLine",
    "Named",
    "SheetLine",
    "SlotView",
    "SuspensionLine",
    "alternatives",
    "appointment",
    "as_html",
    "booked_on",
    "code_of",
    "coming",
    "credit_of",
    "day_sheet",
    "day_sheet_count",
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
