"""To whom a call may be passed on: seats that are there, what they know, and the languages they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from banshi.rooms.catalogue.models import Department
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession, Seat
from banshi.surfaces.seat.pages import LANGUAGES


@dataclass(frozen=True)
class Onward:
    """`seats` that can take it now; `knows`: code and name of categories and departments, `speaks`: code and word of languages
    that others at work have and this call does not ask for."""

    seats: tuple[Seat, ...]
    knows: tuple[tuple[str, Any], ...]
    speaks: tuple[tuple[str, Any], ...]


def onward(session: RemoteSession, hall: Hall, *, but: int) -> Onward | None:
    """None: nobody else is there. :param but: id of whose call it is."""
    there = [each for each in queries.seats([hall.pk]) if each.staff_id != but and each.state != "away"]
    if not there:
        return None
    codes = {code for each in there for code in each.skills}
    named: dict[str, Any] = {each.code: each for each in Department.objects.filter(code__in=codes).order_by("code")}
    named |= {each.code: each for each in hall.categories.filter(code__in=codes).order_by("code")}
    tongues = {tongue for each in there for tongue in each.languages} - {session.language}
    return Onward(
        tuple(each for each in there if session.language in each.languages), tuple(sorted(named.items(), key=lambda it: it[0])),
        tuple((code, word) for code, word in LANGUAGES.items() if code in tongues),
    )  # fmt: skip
