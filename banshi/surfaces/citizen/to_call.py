"""The telephone number that stands on the first page in large type: of the hall somebody has to do with, else the city's."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from banshi.foundation.said import named
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import near
from banshi.surfaces.citizen.halls_now import nearest_first

COOKIE, KEPT_S = "hall", 180 * 24 * 3600


@dataclass(frozen=True)
class Call:
    """`name`: whose number it is, in the active language; "" for the city's hotline."""

    phone: str
    name: str


def remember(answer: HttpResponseBase, hall: Hall) -> HttpResponseBase:
    """This browser looked at, or chose, this hall last."""
    answer.set_cookie(
        COOKIE, hall.code, max_age=KEPT_S, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


def to_call(request: HttpRequest, *, going_to: str, last_booked: str) -> Call | None:
    """The hall one goes to next, else the nearest where the phone said where it is, else the one looked at or booked last, or
    the only one there is; where it has no telephone, or none of these is known, the city's hotline. None without that too.

    :param going_to: code of the hall of the next appointment or number; "". :param last_booked: of the last appointment; "".
    """
    halls = places.all_halls()
    here = near(request)
    nearest = nearest_first([hall for hall in halls if hall.lat is not None], here)[:1] if here else []
    codes = [
        going_to,
        *(hall.code for hall in nearest),
        request.COOKIES.get(COOKIE, ""),
        last_booked,
        *(hall.code for hall in halls if len(halls) == 1),
    ]
    known = {hall.code: hall for hall in halls}
    mine = next((known[code] for code in codes if code in known), None)
    if mine is not None and mine.phone:
        return Call(mine.phone, named(mine))
    return Call(settings.BANSHI_HOTLINE, "") if settings.BANSHI_HOTLINE else None
