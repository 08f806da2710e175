"""The office's first pages: my halls, and what needs me."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session
from banshi.rooms.insight import queries as insight
from banshi.rooms.insight.queries import HallBusy
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as line
from banshi.surfaces.office.frame import local, my_halls, page
from banshi.surfaces.office.needs import needs


@dataclass(frozen=True)
class HallToday:
    """A hall and its sessions today."""

    hall: Hall
    open_now: bool
    sessions: list[Session]
    busy: HallBusy | None = None


def _today(hall: Hall, busy: HallBusy | None = None) -> HallToday:
    now = clock.now()
    day = local(hall, now).date()
    sessions = calendars.sessions(hall, day, day)[day]
    return HallToday(hall, any(each.starts_at <= now < each.ends_at for each in sessions), sessions, busy)


@door(audience="staff", permission="line.view")
@require_GET
def home(request: Asked) -> HttpResponseBase:
    """All my halls, and what waits in any of them."""
    halls = my_halls(request.who)
    now = clock.now()
    busy = insight.busy(halls, now)
    todays = [_today(hall, busy[hall.pk]) for hall in halls]
    return page(request, "office/home.html", halls=todays, needs=needs(request.who, halls, now=now))


@door(audience="staff", permission="line.view")
@require_GET
def overview(request: Asked, hall: str) -> HttpResponseBase:
    """One hall: today's hours, booked people, what waits."""
    place = places.hall_by_code(hall)
    now = clock.now()
    states: dict[str, int] = {}  # persons by the state of their booking
    appointments = 0
    if request.who.may("appointments.view", hall):
        for state, persons in (
            Appointment.objects.filter(hall=place, day=local(place, now).date())
            .annotate(shown=line.SHOWN_STATE)
            .order_by("id")
            .values_list("shown", "persons")
        ):
            states[state] = states.get(state, 0) + persons
            appointments += state != "cancelled"
    return page(
        request,
        "office/overview.html",
        place,
        today=local(place, now).date(),
        hours=_today(place),
        may_look=request.who.may("appointments.view", hall),
        states=states,
        appointments=appointments,
        arrived=sum(states.get(each, 0) for each in ("checked_in", "no_number", "served")),
        expected=sum(states.values()) - states.get("cancelled", 0),
        needs=needs(request.who, [place], now=now),
    )
