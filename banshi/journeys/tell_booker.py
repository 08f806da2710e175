"""What became of a booking, in neutral words, to the contact given with it.

Once the card was seen, the number is the person's, and whoever only declared their document is told nothing of where they
stand (docs/decisions/0009-evidence.md); that it is over, they may know: they booked it.
"""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.queries.facts import hall_facts, item_words
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.tickets.models import Ticket

_WAS_THERE = {"zh": "已到过窗口", "en": "was at the window"}
_NOT_SERVED = {"zh": "没能办上", "en": "could not be served"}


def served(ticket: Ticket, *, now: datetime) -> None:
    _tell(ticket, _NOT_SERVED if ticket.outcome == "refused" else _WAS_THERE, None, now=now)


def not_served(ticket: Ticket, *, next_place: datetime | None, now: datetime) -> None:
    """:param next_place: the first time that can be booked instead."""
    _tell(ticket, _NOT_SERVED, next_place, now=now)


def told_apart(ticket: Ticket) -> bool:
    """Whether whoever booked is told nothing of the number itself, and so hears how the booking ended."""
    booked = ticket.appointment
    if booked is None or ticket.limit_key or not booked.limit_key or not booked.contact:
        return False
    return ticket.phone_index != phone_index(booked.contact)


def _tell(ticket: Ticket, fate: dict[str, str], next_place: datetime | None, *, now: datetime) -> None:
    booked = ticket.appointment
    if booked is None or not told_apart(ticket):
        return
    more: dict[str, object] = {"fate": fate}
    if next_place is not None:
        more["next"] = next_place.isoformat()
    words = item_words(booked.hall_id, booked.item_id)
    telling.tell("booking_over", booked, hall=hall_facts(booked.hall, now=now), item=words, now=now, more=more)
