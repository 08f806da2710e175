"""Steps of a morning in the small town, for tests of the line: take, check in, call, finish."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import (
    Ticket,
)
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
TUESDAY = date(2026, 3, 10)
YOUNG = 30  # the town's person of this number is not elderly (born 1990)


def minutes(n: float) -> datetime:
    return TUESDAY_NINE + timedelta(minutes=n)


def take(town: Town, category: str | None = "A", *, now: datetime = TUESDAY_NINE, **more: Any) -> Ticket:
    return actions.issue(
        actions.Take(category_code=category, channel="kiosk", by=KIOSK, **more), hall=town.hall, now=now
    )


def booked(
    town: Town, *, person: int = YOUNG, starts: datetime = TUESDAY_NINE, item: str = "pension", **slot: Any
) -> Appointment:
    of = town.items[item]
    category = HallItem.objects.get(item=of).category
    place = town.slot(starts=starts, category=category.code, **slot)
    return Appointment.objects.create(
        code=f"C{Appointment.objects.count()}", hall=town.hall, slot=place, item=of, category=category,
        person=town.person(person), business=place.business, day=place.day, half=place.half, starts_at=place.starts_at,
        ends_at=place.ends_at, source="web", booked_by="citizen:1", created_at=TUESDAY_NINE,
    )  # fmt: skip


def check_in(town: Town, appointment: Appointment, *, now: datetime = TUESDAY_NINE) -> Ticket:
    Appointment.objects.filter(pk=appointment.pk).update(state="checked_in")
    return take(town, None, kind="booked", appointment=appointment, person_id=appointment.person_id, now=now)


def work(town: Town, window: str = "01", staff: Any = None, now: datetime = TUESDAY_NINE) -> Any:
    clerk = staff or town.clerk
    actions.sign_in(window_code=f"town-{window}", staff_id=clerk.pk, now=now)
    return clerk


def next_at(town: Town, window: str = "01", staff: Any = None, now: datetime = TUESDAY_NINE) -> str | None:
    called = actions.call_next(window_code=f"town-{window}", staff_id=(staff or town.clerk).pk, now=now)
    return called.number if called else None


def done(town: Town, number: str, *, staff: Any = None, now: datetime = TUESDAY_NINE) -> None:
    clerk = staff or town.clerk
    ref = Ticket.objects.get(number=number, hall=town.hall).ref
    actions.start(ref=ref, staff_id=clerk.pk, now=now)
    actions.finish(ref=ref, staff_id=clerk.pk, now=now)


def order(town: Town, *, now: datetime = TUESDAY_NINE, window: str = "01") -> list[str]:
    """Call and serve until nobody is left."""
    seen = []
    while (number := next_at(town, window, now=now)) is not None:
        seen.append(number)
        done(town, number, now=now)
    return seen


def refused(act: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug, dict(no.value.facts)
