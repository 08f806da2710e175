"""Calls are given as soon as somebody asks or a seat is free; what nobody saw to is seen to every second."""

from __future__ import annotations

from datetime import datetime

from banshi.foundation import clock
from banshi.journeys.remote import booked
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions, queries


def look(*, now: datetime, wall: datetime) -> None:
    """Rings that nobody answered go back, pages that are gone get no call, halls that close send home, booked times are settled,
    recordings that nobody sends any more close, the free are given work, whoever is nearly next hears it by message.

    :param wall: machine time.
    """
    actions.not_answered(now=now, speed=clock.speed())
    actions.lose_silent(now=now, wall=wall)
    for hall in Hall.objects.filter(pk__in=queries.halls_in_line()).order_by("id"):
        actions.close_due(hall=hall, now=now)
        actions.tell_near(hall=hall, now=now)
    booked.settle(now=now)
    actions.close_silent(now=now, speed=clock.speed())
    actions.assign(now=now)
    actions.forget_signals(now=now)
