"""When to be there for an appointment, and what is true once that moment is past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.journeys.hours.stops import Stop, evacuation, stop_of
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places import queries as places


@dataclass(frozen=True)
class Arrival:
    """When the machine in the hall gives the number. state: ahead | early | open | over; early: be there, it opens soon."""

    come_at: datetime
    opens: datetime
    closes: datetime
    state: str
    is_today: bool

    @property
    def turns(self) -> list[datetime]:
        """When a page that says so is no longer true."""
        return [self.come_at, self.opens, self.closes]


def closed_now(a: AppointmentView, now: datetime) -> Stop | None:
    """The closure that runs now where it is later today: whoever is on the way reads of it, though it may be over by then.
    Of one that has become a number, what runs over it. Of one that is excused, the closure over its own time, whatever the
    day.
    """
    if a.excused:
        return stop_then(a, now)
    coming = a.state == "booked" and a.ends_at > now
    if not (coming or a.state == "checked_in") or not _is_today(a, now):
        return None
    hall = places.hall_by_code(a.hall.code)
    floor = calendars.zones_by_category(hall.pk).get(a.category.code)
    out = evacuation(hall, now, zone=floor)
    appointment_id = Appointment.objects.values_list("id", flat=True).get(code=a.code)
    return out or stop_of(hall, now, item=a.item.code, category=a.category.code, appointment_id=appointment_id)


def stop_then(a: AppointmentView, now: datetime) -> Stop | None:
    """The closure over its own time."""
    hall = places.hall_by_code(a.hall.code)
    at, item, category = max(a.starts_at, now), a.item.code, a.category.code
    appointment_id = Appointment.objects.values_list("id", flat=True).get(code=a.code)
    return stop_of(hall, now, at=at, item=item, category=category, appointment_id=appointment_id)


def may_come(come: Arrival, running: Stop | None) -> bool:
    """Whether anybody is told when to be there: not where it is not served then, and not into an evacuation, unless it is over
    by then."""
    if running is not None and running.excused:
        return False
    if running is None or not running.evacuates:
        return True
    return come.state == "ahead" and running.resumes is not None and running.resumes <= come.come_at


def arrival(a: AppointmentView, now: datetime) -> Arrival:
    opens, closes = places.policy_of(a.hall_id, now=now).tickets.check_in_window(
        starts_at=a.starts_at, ends_at=a.ends_at
    )
    if now >= opens:
        state = "open" if now < closes else "over"
    else:
        state = "ahead" if now < a.come_at else "early"
    return Arrival(a.come_at, opens, closes, state, _is_today(a, now))


def _is_today(a: AppointmentView, now: datetime) -> bool:
    return a.day == now.astimezone(a.starts_at.tzinfo).date()
