"""常用筛选: a list's filters, saved under a name by whoever works it, as a row of links. A link is the list's own address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.staffing import actions as staffing
from banshi.rooms.staffing import queries as filters
from banshi.rooms.staffing.rules import LONGEST_NAME, MOST_FILTERS, filter_of

LISTS = (
    *(
        f"review:{name}"
        for name in ("pre_review", "acceptance", "to_hand_over", "review", "approval", "extension", "supervision")
    ),
    "office:items", "office:notices",
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """One that was saved. `here`: the list is filtered by it now."""

    id: int
    name: str
    href: str
    here: bool


@dataclass(frozen=True)
class Saved:
    """A list's row of links; `query`: what it is filtered by now, where that may be saved: "" otherwise."""

    listed: str
    links: tuple[Link, ...]
    query: str
    longest: int = LONGEST_NAME


def saved(request: Asked, hall: Hall, listed: str) -> Saved:
    """:param listed: the name of the list's address, one of `LISTS`."""
    now, address = filter_of(request.GET.urlencode()), reverse(listed, kwargs={"hall": hall.code})
    rows = filters.saved_filters(hall=hall, staff_id=request.who.staff_id or 0, listed=listed)
    links = tuple(Link(row.pk, row.name, f"{address}?{row.query}", row.query == now) for row in rows)
    may = len(links) < MOST_FILTERS and not any(each.here for each in links)
    return Saved(listed, links, now if may else "")


@door(audience="staff", permission="line.view")
@require_POST
def save(request: Asked, hall: str) -> HttpResponseBase:
    """What the list shows now, under a name."""
    place, listed = places.hall_by_code(hall), clean(request.POST.get("list"), 40)
    if listed not in LISTS:
        raise Refused("nothing-found", facts={"list": listed})
    limits.take(key=f"staff-filters:{request.who.staff_id}", per_minute=20, burst=20)
    made = staffing.save_filter(
        hall=place, staff_id=request.who.staff_id or 0, listed=listed, name=clean(request.POST.get("name"), 60),
        query=clean(request.POST.get("query"), 1000), now=clock.now(),
    )  # fmt: skip
    return redirect(f"{reverse(listed, kwargs={'hall': hall})}?{made.query}")


@door(audience="staff", permission="line.view")
@require_POST
def drop(request: Asked, hall: str, filter_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    was = staffing.drop_filter(hall=place, filter_id=filter_id, staff_id=request.who.staff_id or 0)
    return redirect(reverse(was.listed, kwargs={"hall": hall}))
