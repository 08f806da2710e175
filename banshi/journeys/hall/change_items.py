"""A hall changes how it handles a matter: what is not booked any more is waited for no longer, and
whoever waits, or has booked, goes with a matter to another category – to another time, where that one is closed then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from banshi.journeys.hours import change_hours
from banshi.kernel.actors import Actor
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import FollowUp, Waiting
from banshi.rooms.booking.rules import WAITING
from banshi.rooms.calendars import actions as calendar_actions
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category, Hall


def waiting_for(row: HallItem) -> int:
    """How many waits end with the booking of this matter."""
    return Waiting.objects.filter(hall=row.hall_id, item=row.item_id, state__in=WAITING.goes_on).count()


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
) -> tuple[HallItem, FollowUp | None]:
    """As `catalogue.set_hall_item`; whoever waits for a place of a matter that is not booked any more is told,
    and waits with the matter where its category changed. What is booked is of the new category, at its time; where that one is
    closed then, it is followed up.

    :returns: the row, and the follow-up of those who are to be moved, if there are any.
    :raises Refused: those of `catalogue.set_hall_item`.
    """
    with transaction.atomic():
        hall = HallItem.objects.select_related("hall").get(pk=hall_item_id).hall
        calendar_actions.one_change_at_a_time(hall=hall)  # its new category may be closing at this moment
        outside = change_hours.codes_outside(hall=hall, now=now)
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
        follow_up = _bookings(hall, outside, by=by, now=now)
    more = follow(hall, by=by, now=now)
    return row, follow_up or more


def follow(hall: Hall, *, outside: Collection[str] | None = None, by: Actor, now: datetime) -> FollowUp | None:
    """After one or many matters of a hall have changed.

    :param outside: codes of the bookings that lay outside the hours before that; None = as they lie now.
    :returns: as `change`.
    """
    with transaction.atomic():  # also one that was being made as it changed
        calendar_actions.one_change_at_a_time(hall=hall)
        before = change_hours.codes_outside(hall=hall, now=now) if outside is None else outside
        follow_up = _bookings(hall, before, by=by, now=now)
    # The category one comes to may have had no places so far.
    changed = booking.materialise(hall=hall, now=now, offer=False)
    booking.end_waiting_in_vain(hall=hall, now=now)
    with transaction.atomic():  # whom an earlier change had moved, or a closure of the category it leaves
        calendar_actions.one_change_at_a_time(hall=hall)
        booking.tell_given_back(hall=hall, closures=calendars.withdrawn(hall, now), now=now)
    booking.wait_again(hall=hall, now=now)
    if changed:
        booking.offer_waiting(hall=hall, now=now)
    return follow_up


def _bookings(hall: Hall, outside: Collection[str], *, by: Actor, now: datetime) -> FollowUp | None:
    booking.bookings_follow_their_line(hall=hall, now=now)
    return change_hours.follow_matters(hall=hall, outside=outside, by=by, now=now)
