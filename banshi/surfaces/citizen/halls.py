"""Halls: all of them, and one with its hours, its plan and its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.journeys.hours.after_hours import after_hours
from banshi.journeys.hours.stops import stops
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session, Words
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.citizen import plan, turning
from banshi.surfaces.citizen.doors import asked, near, page, public_page
from banshi.surfaces.citizen.halls_now import halls_now, nearest_first
from banshi.surfaces.citizen.to_call import remember


@dataclass(frozen=True)
class OpenDay:
    """A day of the week ahead: its sessions, or why there are none; closures that touch it."""

    day: date
    is_today: bool
    sessions: tuple[Session, ...]
    why: Words | None


@public_page
@require_GET
def halls(request: HttpRequest) -> HttpResponseBase:
    here = near(request)
    rows = nearest_first(places.all_halls(), here)
    shown = halls_now(rows, now=clock.now(), near=here)
    context = {"halls": shown, "near": here is not None}
    return page(request, "citizen/halls.html", context, turns=turning.of_halls(shown))


@public_page
@require_GET
def hall(request: HttpRequest, hall: str) -> HttpResponseBase:
    """One hall: hours this week, floors and windows, what waits, address."""
    found = places.hall_by_code(hall)
    context = _hall(found, now=clock.now()) | _window_asked(request)
    closures = [each for closure in context["closures"] for each in (closure.starts_at, closure.ends_at)]
    turns = [*turning.of_halls([context["here"]]), *closures]
    return remember(page(request, "citizen/hall.html", context, hall=found, turns=turns), found)


@public_page
@require_GET
def hall_part(request: HttpRequest, hall: str) -> HttpResponseBase:
    """The moving part of a hall's page: its line."""
    found = places.hall_by_code(hall)
    now = clock.now()
    return page(request, "citizen/_hall_line.html", {"hall": found, "line": tickets.line(found.pk, now)}, hall=found)


@public_page
@require_GET
def hall_state(request: HttpRequest, hall: str) -> HttpResponseBase:
    """The moving part of a hall's head: open or closed, and until when."""
    found = places.hall_by_code(hall)
    now = clock.now()
    context = {"here": halls_now([found], now=now)[0], "stops": stops(found, now), "after": after_hours(found, now)}
    return page(request, "citizen/_hall_state.html", context, hall=found)


def _window_asked(request: HttpRequest) -> dict[str, Any]:
    return {"asked_window": asked(request, "window", most=10)}


def _hall(found: Hall, *, now: datetime) -> dict[str, Any]:
    view = places.hall_view(found)
    line = tickets.line(found.pk, now)
    today = now.astimezone(ZoneInfo(found.timezone)).date()
    states = {w.number: w.state for w in line.windows}
    announced = calendars.announced(found, today, today + timedelta(days=30))
    return {
        "hall": found,
        "view": view,
        "line": line,
        "here": halls_now([found], now=now)[0],
        "week": week(found, today),
        "promises": tickets.published(found, now),
        "stops": stops(found, now),
        "after": after_hours(found, now),
        "closures": announced,
        "coming_closures": [each for each in announced if each.starts_at > now],
        "floors": plan.floors(view, states),
        "popular": insight.popular(found.code, now=now),
    }


def week(hall: Hall, today: date) -> list[OpenDay]:
    """Today and the six days after it."""
    days = []
    for day, sessions in calendars.sessions(hall, today, today + timedelta(days=6)).items():
        closed = None if sessions else calendars.why_closed(hall, day)
        days.append(OpenDay(day, day == today, tuple(sessions), closed.words if closed else None))
    return days
