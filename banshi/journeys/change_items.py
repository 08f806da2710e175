"""A hall changes how it handles a matter: what is not booked any more is waited for no longer, and
whoever waits, or has booked, goes with a matter to another category."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Waiting
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category, Hall


def waiting_for(row: HallItem) -> int:
    """How many waits end with the booking of this matter."""
    return Waiting.objects.filter(hall=row.hall_id, item=row.item_id, state__in=["waiting", "offered"]).count()


def change(
    *,
    hall_item_id: int,
    category: Category,
    bookable: bool,
    walk_in: bool,
    extended: bool,
    most_persons: int | None,
    by: Actor,
    now: datetime,
) -> HallItem:
    """As `catalogue.set_hall_item`; whoever waits for a place of a matter that is not booked any more is told,
    and waits with the matter where its category changed. What is booked is of the new category, at its time.

    :raises Refused: those of `catalogue.set_hall_item`.
    """
    with transaction.atomic():
        row = catalogue.set_hall_item(
            hall_item_id=hall_item_id,
            category=category,
            bookable=bookable,
            walk_in=walk_in,
            extended=extended,
            most_persons=most_persons,
            by=by,
            now=now,
        )
        booking.bookings_follow_their_line(hall=row.hall, now=now)
    follow(row.hall, now=now)
    return row


def follow(hall: Hall, *, now: datetime) -> None:
    """After one or many matters of a hall have changed."""
    booking.bookings_follow_their_line(hall=hall, now=now)  # also one that was being made as it changed
    booking.materialise(hall=hall, now=now)  # the category one comes to may have had no places so far
    booking.end_waiting_in_vain(hall=hall, now=now)
