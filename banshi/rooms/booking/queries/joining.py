"""What would go over when two entries of one person become one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from banshi.rooms.booking.models import STANDS, Appointment, LedgerEntry, Suspension, Waiting
from banshi.rooms.booking.queries.mandated import is_agents


@dataclass(frozen=True)
class Booked:
    """What stands on an entry. `here`: live bookings in the hall that asks; of others only how many."""

    here: tuple[Appointment, ...]
    elsewhere: int
    past: int
    strikes: int  # that still count
    suspensions: int
    waits: int


def named_alike(rows: QuerySet[Appointment], name_index: str) -> QuerySet[Appointment]:
    """Those booked in this name, however it was spelt."""
    return rows.filter(name_index=name_index)


def on_entry(person_id: int, *, hall_id: int, name_index: str | None = None) -> Booked:
    """Of the entry; with a name, only what was booked in that name."""
    rows = Appointment.objects.filter(person_id=person_id)
    rows = rows if name_index is None else named_alike(rows, name_index)
    live = rows.filter(STANDS)
    counted = Q(person_id=person_id) if name_index is None else Q(appointment__in=rows)
    whole = name_index is None
    return Booked(
        here=tuple(live.filter(hall_id=hall_id).select_related("item").order_by("starts_at", "id")),
        elsewhere=live.exclude(hall_id=hall_id).count(),
        past=rows.exclude(STANDS).count(),
        strikes=LedgerEntry.objects.filter(counted, forgiven_at=None, used_by=None).count(),
        suspensions=Suspension.objects.filter(person_id=person_id, lifted_at=None).count() if whole else 0,
        waits=Waiting.objects.filter(person_id=person_id, state__in=["waiting", "offered"]).count() if whole else 0,
    )


def told_elsewhere(person_id: int, phone_index: str, *, now: datetime) -> int:
    """Live bookings of a person whose messages go to another number than this one, and not to an agent who comes for them."""
    rows = Appointment.objects.filter(STANDS, person_id=person_id, ends_at__gt=now).exclude(
        contact_index__in=["", phone_index]
    )
    return sum(not is_agents(row, now=now) for row in rows.select_related("hall", "item").order_by("id"))
