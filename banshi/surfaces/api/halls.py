"""Halls and their opening sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.api.answers import invalid
from banshi.surfaces.api.operations import caller, found, op
from banshi.surfaces.api.pages import page, page_of_more, start_of
from banshi.surfaces.api.parts import moment, named, zone_of
from banshi.surfaces.api.schemas import Code, Day, HallOut, Page, Paged, SessionOut

router = Router(tags=["halls"])
MOST_DAYS = 92


class Days(Paged):
    from_: Day | None = Field(None, alias="from", description="First day; default today in the hall's zone.")
    to: Day | None = Field(None, description=f"Last day, included; at most {MOST_DAYS} days.")


def reached(request: HttpRequest, hall: str) -> Hall:
    """The hall of a path. :raises Refused: nothing-found, not-your-hall."""
    found_hall = places.hall_by_code(hall)
    caller(request).must_reach(found_hall.code)
    return found_hall


def days_of(asked: Days, hall: Hall, *, usual: int) -> tuple[date, date]:
    """The asked days, both included; from today on where nothing is said.

    :raises Refused: invalid – from after to, or more than 92 days.
    """
    first = asked.from_ or (asked.to if asked.to and asked.to < _today(hall) else _today(hall))
    last = asked.to or first + timedelta(days=usual - 1)
    return checked_days(first, last, most=MOST_DAYS)


def checked_days(first: date, last: date, *, most: int) -> tuple[date, date]:
    if first > last:
        raise invalid("from 在 to 之后", "from is after to")
    if (last - first).days >= most:
        raise invalid(f"一次最多查 {most} 天", f"At most {most} days at a time")
    return first, last


def _today(hall: Hall) -> date:
    return clock.today(zone_of(hall)).date()


@router.get("/halls", **op("list_halls", {200: Page[HallOut]}), summary="Halls")
def list_halls(request: HttpRequest, asked: Query[Paged]) -> HttpResponse:
    """Halls with region, floors, zones, windows and categories, in their order."""
    start = start_of(asked)
    who = caller(request)
    halls = [hall for hall in places.all_halls() if who.reaches(hall.code)][start : start + asked.limit + 1]
    shown = page_of_more(halls, asked)
    return found({"data": [hall_part(hall) for hall in shown["data"]], "next": shown["next"]})


@router.get("/halls/{hall}", **op("get_hall", {200: HallOut}), summary="One hall")
def get_hall(request: HttpRequest, hall: Path[Code]) -> HttpResponse:
    return found(hall_part(reached(request, hall)))


@router.get(
    "/halls/{hall}/sessions", **op("list_sessions", {200: Page[SessionOut]}), summary="Opening sessions per day"
)
def list_sessions(request: HttpRequest, hall: Path[Code], asked: Query[Days]) -> HttpResponse:
    """Sessions of the asked days (a week from today where nothing is said), at most 92 days. Days closed have none."""
    asked_hall = reached(request, hall)
    zone = zone_of(asked_hall)
    first, last = days_of(asked, asked_hall, usual=7)
    rows = [
        {
            "day": day,
            "starts_at": rfc3339(s.starts_at, zone),
            "ends_at": rfc3339(s.ends_at, zone),
            "kind": s.kind,
            "items": list(s.items) if s.items is not None else None,
            "channels": list(s.channels) if s.channels is not None else None,
            "cut_off_at": moment(s.cut_off_at, zone),
        }
        for day, sessions in calendars.sessions(asked_hall, first, last).items()
        for s in sessions
    ]
    return found(page(rows, asked))


def hall_part(hall: Hall) -> dict[str, Any]:
    view = places.hall_view(hall)
    promises = tickets.published(hall, clock.now())
    return {
        **named(view.code, view.name_zh, view.name_en),
        "region": named(view.region, view.region_zh, view.region_en),
        "address": view.address_zh,
        "address_en": view.address_en,
        "phone": view.phone,
        "timezone": view.timezone,
        "floors": [named(f.code, f.label_zh, f.label_en) for f in view.floors],
        "zones": [{**named(z.code, z.name_zh, z.name_en), "floor": z.floor} for z in view.zones],
        "categories": [{**named(c.code, c.name_zh, c.name_en), "letter": c.letter} for c in view.categories],
        "windows": [
            {
                **named(w.code, w.number, w.number),
                "number": w.number,
                "floor": w.floor,
                "zone": w.zone,
                "kind": w.kind,
                "categories": list(w.categories),
            }
            for w in view.windows
        ],
        "promises": promises
        and {
            "n": promises.n,
            "at_most_held": round(promises.at_most_held, 3),
            "likely_off": round(promises.likely_off, 3),
        },
    }
