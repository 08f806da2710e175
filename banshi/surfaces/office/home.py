"""The office's first pages: my halls, and what needs me."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import local
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session
from banshi.rooms.insight import queries as insight
from banshi.rooms.insight.queries import HallBusy
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as line
from banshi.surfaces.office.frame import my_halls, page
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


@dataclass(frozen=True)
class Booked:
    """Persons booked on a day, who of them came, who did not; and on how many appointments."""

    expected: int = 0
    arrived: int = 0
    missing: int = 0
    appointments: int = 0


_MISSED = {"no_show", "no_show_forgiven"}


def _booked(hall: Hall, day: date) -> Booked:
    """Whoever comes for several matters in one visit is one person."""
    visits: dict[str, tuple[int, set[str]]] = {}  # persons, and the states of its matters
    rows = Appointment.objects.filter(hall=hall, day=day).exclude(state="cancelled").annotate(shown=line.STATE_TO_STAFF)
    found = list(rows.order_by("id").values_list("visit_group", "code", "shown", "persons"))
    for group, code, state, persons in found:
        most, states = visits.get(group or code, (0, set()))
        visits[group or code] = (max(most, persons), states | {state})
    came = sum(persons for persons, states in visits.values() if states - _MISSED - {"booked"})
    missing = sum(persons for persons, states in visits.values() if "no_show" in states <= _MISSED)
    return Booked(sum(persons for persons, _states in visits.values()), came, missing, len(found))


@door(audience="staff", permission="line.view")
@require_GET
def overview(request: Asked, hall: str) -> HttpResponseBase:
    """One hall: today's hours, booked people, what waits."""
    place = places.hall_by_code(hall)
    now = clock.now()
    may_look = request.who.may("appointments.view", hall)
    booked = _booked(place, local(place, now).date()) if may_look else Booked()
    return page(
        request,
        "office/overview.html",
        place,
        today=local(place, now).date(),
        hours=_today(place),
        may_look=may_look,
        booked=booked,
        needs=needs(request.who, [place], now=now),
    )
