"""Planned desks (计划窗口): how many windows are to open, and when, so that waits are known before anybody signs in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall, Window
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import PlannedDesk
from banshi.surfaces.office.frame import (
    acting,
    clean,
    day_or_none,
    int_or_none,
    invalid,
    local,
    page,
    status_of,
    time_or_none,
)
from banshi.surfaces.office.words import WEEKDAYS


def _shown(
    request: Asked, hall: Hall, refused: Refused | None = None, typed: dict[str, Any] | None = None
) -> HttpResponseBase:
    today = local(hall, clock.now()).date()
    rows = PlannedDesk.objects.filter(hall=hall, shift=None).select_related("category").order_by("starts", "id")
    weekly = [
        (weekday, name, [row for row in rows if row.weekday == weekday])
        for weekday, (_code, name) in enumerate(WEEKDAYS)
    ]
    single = sorted((row for row in rows if row.day and row.day >= today), key=lambda row: (row.day, row.starts))
    return page(
        request,
        "office/desks.html",
        hall,
        weekly=weekly,
        single=single,
        categories=places.categories_of(hall),
        windows=Window.objects.filter(hall=hall).count(),
        typed=typed or {"starts": "09:00", "ends": "17:00", "weekdays": [0, 1, 2, 3, 4]},
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


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
    typed["weekdays"] = [
        w for each in request.POST.getlist("weekday")[:7] if (w := int_or_none(each, 0, 6)) is not None
    ]
    try:
        starts, ends = time_or_none(typed["starts"]), time_or_none(typed["ends"])
        if starts is None or ends is None:
            raise invalid("starts", _("From and to: times like 9:00."))
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
