"""What is left to whoever missed the call for good: a new number while they are given, else the first time to book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.journeys.hours.after_hours import first_place
from banshi.journeys.hours.close_line import FirstPlace
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.queries import TicketView, numbers_given


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
