"""What is left to whoever missed the call for good: a new number while they are given, else the first time to book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.journeys.after_hours import first_place
from banshi.journeys.close_line import FirstPlace
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.queries import TicketView


@dataclass(frozen=True)
class AfterMiss:
    """`numbers`: they are still given for it today; `first_place` only where they are not."""

    numbers: bool
    first_place: FirstPlace | None


def after_miss(seen: TicketView, *, hall: Hall, now: datetime) -> AfterMiss | None:
    """None while the number goes on, or may still be put back."""
    if seen.state != "missed" or seen.back_until is not None:
        return None
    numbers = numbers_given(hall, item=seen.item, category=seen.category, now=now)
    return AfterMiss(numbers, None if numbers else first_place(seen.ref, now))


def numbers_given(hall: Hall, *, item: str | None, category: str, now: datetime) -> bool:
    """Whether a walk-in number for this is given now."""
    if item and not HallItem.objects.filter(hall=hall, item__code=item, walk_in=True).exists():
        return False
    policy = places.policy_of(hall.pk, now=now).tickets
    return tickets.numbers_open(hall=hall, policy=policy, now=now, item=item, category=category).open
