"""Days of the small town as rows of facts: who came, how long they waited, what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from banshi.rooms.booking.models import Appointment
from banshi.rooms.feedback.models import Rating
from banshi.rooms.tickets.models import Estimate, Service, Ticket, Visit

_count = iter(range(1, 10**9))


def came(
    hall: Any,
    category: Any,
    arrived: datetime,
    *,
    wait_min: float | None = 10,
    handling_min: float | None = 12,
    state: str = "finished",
    window: Any = None,
    staff: Any = None,
    item: Any = None,
    channel: str = "kiosk",
    kind: str = "walk_in",
    misses: int = 0,
    stars: int | None = None,
    follow_up: int | None = None,
    visit: Visit | None = None,
    promised: tuple[int, int] | None = None,
) -> Ticket:
    """One person of a hall: visit, ticket, and – where said – service, rating and promise (likely, at most: minutes)."""
    n = next(_count)
    day = arrived.date()
    visit = visit or Visit.objects.create(hall=hall, day=day, channel=channel, arrived_at=arrived)
    served = state == "finished"
    started = arrived + timedelta(minutes=wait_min) if wait_min is not None and served else None
    ended = started + timedelta(minutes=handling_min or 0) if started else None
    ticket = Ticket.objects.create(
        ref=f"fact{n}", hall=hall, day=day, number=f"{category.letter}{n}", letter=category.letter, seq=n, kind=kind,
        category=category, item=item, visit=visit, channel=channel, state=state, rank_class=4, rank_key=n, made_at=arrived,
        window=window, started_at=started, finished_at=ended, misses=misses,
        wait_s=round(wait_min * 60) if wait_min is not None and served else None,
        handling_s=round(handling_min * 60) if handling_min is not None and served else None,
    )  # fmt: skip
    if served and window and staff:
        Service.objects.create(
            ticket=ticket, hall=hall, window=window, staff=staff, category=category, item=item, started_at=started,
            ended_at=ended, outcome="finished",
        )  # fmt: skip
    for follows, given in ((False, stars), (True, follow_up)):
        if given is not None:
            Rating.objects.create(
                visit=visit, ticket=ticket, hall=hall, window=window, staff=staff, stars=given, channel="qr",
                follow_up=follows, at=ended or arrived,
            )  # fmt: skip
    if promised:
        likely, most = promised
        Estimate.objects.create(
            ticket=ticket, hall=hall, day=day, at=arrived, ahead=1, likely_s=likely * 60, at_most_s=most * 60,
            actual_s=ticket.wait_s,
        )  # fmt: skip
    return ticket


def booked(
    hall: Any, category: Any, item: Any, person: Any, slot: Any, *, state: str, source: str = "web"
) -> Appointment:
    n = next(_count)
    return Appointment.objects.create(
        code=f"FACT{n}", hall=hall, slot=slot, item=item, category=category, person=person, business=slot.business,
        day=slot.day, half=slot.half, starts_at=slot.starts_at, ends_at=slot.ends_at, exempt=True, state=state,
        source=source, booked_by="system", limit_key=f"fact{n}", created_at=slot.starts_at - timedelta(days=1),
    )  # fmt: skip
