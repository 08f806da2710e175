"""Where a number's messages go. They carry the key that steers and rates it, so they reach only who may steer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from banshi.foundation.crypto import decrypt
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.mandated import is_agents
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.models import GOES_ON, Ticket


def contact_of_booked(appointment: Appointment, *, limit_key: str, now: datetime) -> str | None:
    """Of a number that a booking becomes: the booking's contact, as long as it may speak for whoever holds the number.

    Once the number is the person's by evidence and the booking was only declared, the telephone of whoever declared it is
    told nothing more – unless it is the person's own by proof, or an agent's with a mandate. Then it is the person's own
    proven telephone, or nobody's.

    :param limit_key: of the number.
    """
    own = identity.phone_of(person_id=appointment.person_id)
    if limit_key:
        return str(appointment.contact) if appointment.contact else None
    item, today = appointment.item.code, now.astimezone(ZoneInfo(appointment.hall.timezone)).date()
    of = appointment.person_id
    if not appointment.limit_key and not identity.mandate_over(appointment.account_id, of, item=item, today=today):
        return appointment.contact or own  # booked with evidence, or by an agent who has the mandate still
    speaks = identity.speaks_for(appointment.contact_index, of, item=item, today=today)
    return str(appointment.contact) if speaks else own


def booked_behind(ticket: Ticket) -> Appointment | None:
    """The booking with which its person came: its own, in time or late; of a matter that was added at a window, the one of the
    number it was added to. Whoever booked speaks for the number as long as they speak for the person."""
    if ticket.booked is not None or ticket.channel != "desk" or ticket.person_id is None:
        return ticket.booked
    same = Ticket.objects.filter(visit_id=ticket.visit_id, person_id=ticket.person_id, limit_key=ticket.limit_key)
    came = same.exclude(appointment=None, late_for=None).select_related("appointment__item", "late_for__item")
    first = came.order_by("id").first()
    return first.booked if first is not None else None


def contact_of(ticket: Ticket) -> str | None:
    """Where this number's messages go, in clear: as said when it was taken, else the person's own proven telephone."""
    if ticket.notify_to:
        return decrypt(ticket.notify_to, place=TO_PLACE)
    return ticket.person.phone if ticket.person is not None and not ticket.limit_key else None


def contact_unconfirmed(ticket: Ticket) -> str:
    """The telephone given with a declared booking whose person came with the card, and who is told nothing yet; else ""."""
    if ticket.limit_key or ticket.notify_to:
        return ""
    booked = booked_behind(ticket)
    return (booked.contact or "") if booked is not None else ""


def contact_to_confirm(ticket: Ticket) -> str:
    """The same while the number goes on, so that a word of the person at a machine still helps."""
    return contact_unconfirmed(ticket) if ticket.state in ("waiting", "parked", "missed") else ""


def to_confirm(ref: str) -> str:
    """The same by ref."""
    ticket = Ticket.objects.select_related("appointment").filter(ref=ref).order_by("id").first()
    return contact_to_confirm(ticket) if ticket is not None else ""


def told_elsewhere(person_id: int, phone_index: str, *, now: datetime) -> int:
    """Numbers a person stands with whose messages, with the link that steers, go to another telephone than this one, and not to
    an agent who comes for them."""
    rows = Ticket.objects.filter(person_id=person_id, state__in=GOES_ON).exclude(phone_index__in=["", phone_index])
    found = rows.select_related("appointment__hall", "appointment__item").order_by("id")
    return sum(not is_agents_own(row, now=now) for row in found)


def is_agents_own(ticket: Ticket, *, now: datetime) -> bool:
    """Whether it was taken with what an agent booked, by a mandate that stands, and is told to the agent."""
    booked = ticket.appointment
    return booked is not None and booked.contact_index == ticket.phone_index and is_agents(booked, now=now)
