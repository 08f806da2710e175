"""Planned desks (计划窗口): how many windows are to open, and when, so that waits are known before anybody signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from itertools import groupby, pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, day_or_none, int_or_none, ints_of, invalid, time_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall, Window, WindowCategory
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import PlannedDesk
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import WEEKDAYS

PROPOSED = {"starts": "09:00", "ends": "17:00", "weekdays": [0, 1, 2, 3, 4], "desks": "", "category": "", "day": ""}


def _shown(
    request: Asked, hall: Hall, refused: Refused | None = None, typed: dict[str, Any] | None = None
) -> HttpResponseBase:
    today = local(hall, clock.now()).date()
    rows = list(PlannedDesk.objects.filter(hall=hall, shift=None).select_related("category").order_by("starts", "id"))
    posts = _posts(hall)
    weekly = [
        (weekday, name, _planned([row for row in rows if row.weekday == weekday], posts))
        for weekday, (_code, name) in enumerate(WEEKDAYS)
    ]
    dated = groupby(
        sorted((row for row in rows if row.day and row.day >= today), key=lambda row: (row.day, row.starts)),
        key=lambda row: row.day,
    )
    single = [(day, _planned(list(plans), posts)) for day, plans in dated]
    return page(
        request,
        "office/desks.html",
        hall,
        weekly=weekly,
        single=single,
        categories=places.categories_of(hall),
        windows=len(posts),
        typed=typed or PROPOSED,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@dataclass(frozen=True)
class Span:
    """From–to, so many windows open together."""

    starts: time
    ends: time
    n: int


@dataclass(frozen=True)
class Planned:
    """A day's plans, each with how many windows can do it where that is fewer than planned, and what they come to."""

    plans: list[tuple[PlannedDesk, int | None]]
    spans: list[Span]


def _posts(hall: Hall) -> list[rules.Desk]:
    """The hall's windows as the forecast sees them before anybody has signed in."""
    found: dict[int, set[int]] = {pk: set() for pk in Window.objects.filter(hall=hall).values_list("id", flat=True)}
    for window, category in WindowCategory.objects.filter(window__hall=hall).values_list("window_id", "category_id"):
        found[window].add(category)
    return [rules.Desk(window, frozenset(served), frozenset(), False) for window, served in found.items()]


def _planned(rows: list[PlannedDesk], posts: list[rules.Desk]) -> Planned:
    plans = []
    for row in rows:
        able = sum(post.serves(row.category_id) for post in posts)
        plans.append((row, able if able < row.desks else None))
    edges = sorted({edge for row in rows for edge in (row.starts, row.ends)})
    spans: list[Span] = []
    for starts, ends in pairwise(edges):
        now = [rules.Planned(0, 1, row.desks, row.category_id) for row in rows if row.starts <= starts < row.ends]
        n = rules.open_together(now, posts)
        if spans and spans[-1].ends == starts and spans[-1].n == n:
            spans[-1] = Span(spans[-1].starts, ends, n)
        elif n:
            spans.append(Span(starts, ends, n))
    return Planned(plans, spans)


@door(audience="staff", permission="roster.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _shown(request, places.hall_by_code(hall))


@door(audience="staff", permission="roster.edit")
@require_POST
def add(request: Asked, hall: str) -> HttpResponseBase:
    """The same number of desks on several weekdays, or on one day; the same beginning replaces what stood there."""
    place = places.hall_by_code(hall)
    typed: dict[str, Any] = {
        name: clean(request.POST.get(name), 40) for name in ("starts", "ends", "desks", "category", "day")
    }
    typed["weekdays"] = ints_of(request.POST.getlist("weekday")[:7], 0, 6)
    try:
        starts, ends = time_or_none(typed["starts"]), time_or_none(typed["ends"])
        if starts is None or ends is None:
            raise invalid("starts" if starts is None else "ends", _("From and to: times like 9:00."))
        day = day_or_none(typed["day"]) if typed["day"] else None
        if typed["day"] and day is None:
            raise invalid("day", _("Choose at least one day."))
        tickets.plan_desks(
            hall=place,
            starts=starts,
            ends=ends,
            desks=int_or_none(typed["desks"]) or 0,
            category=_category(place, typed["category"]),
            weekdays=[] if day else typed["weekdays"],
            day=day,
            by=acting(request, place),
            now=clock.now(),
        )
    except Refused as refused:
        return _shown(request, place, refused, typed)
    messages.success(request, _("The desks are planned."))
    return redirect("office:desks", hall=hall)


def _category(hall: Hall, code: str) -> Category | None:
    """:raises Refused: invalid, for a category that is not here."""
    if not code:
        return None
    found = Category.objects.filter(hall=hall, code=code).order_by("id").first()
    if found is None:
        raise invalid("category", _("No such category here."))
    return found


@door(audience="staff", permission="roster.edit")
@require_POST
def remove(request: Asked, hall: str, plan_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    if not PlannedDesk.objects.filter(pk=plan_id, hall=place).exists():
        raise Refused("nothing-found", facts={"desks": plan_id})
    tickets.forget_desks(hall=place, plan_id=plan_id, by=acting(request, place), now=clock.now())
    messages.success(request, _("The desks are taken out of the plan."))
    return redirect("office:desks", hall=hall)
