"""Closures (临时闭厅): announce one with whom it touches, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.journeys import change_hours
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.rules import Closure as ClosureSpan
from banshi.rooms.calendars.rules import Words
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Zone
from banshi.surfaces.office.calendar_editor import choices_of, people_context, say_outcome
from banshi.surfaces.office.frame import (
    clean,
    day_or_none,
    invalid,
    page,
    paged,
    query_without_page,
    status_of,
    time_or_none,
    zone_of,
)
from banshi.surfaces.office.names import names_of


@dataclass(frozen=True)
class Wanted:
    """A closure as typed."""

    starts_at: datetime
    ends_at: datetime
    reason_zh: str
    reason_en: str
    zone: Zone | None


def _typed(post: QueryDict) -> dict[str, str]:
    names = ("from_day", "from_time", "to_day", "to_time", "reason_zh", "reason_en", "zone")
    return {name: clean(post.get(name), 200) for name in names}


def _wanted(hall: Hall, typed: dict[str, str]) -> Wanted:
    """:raises Refused: invalid, naming the field."""
    moments = []
    for name, label in (("from", _("From")), ("to", _("To"))):
        day, at = day_or_none(typed[f"{name}_day"]), time_or_none(typed[f"{name}_time"])
        if day is None or at is None:
            raise invalid(f"{name}_day", _("%(what)s: a day and a time like 9:00") % {"what": label})
        moments.append(datetime.combine(day, at, zone_of(hall)))
    starts_at, ends_at = moments
    if ends_at <= starts_at:
        raise invalid("to_day", _("The end must be after the start."))
    if ends_at <= clock.now():
        raise invalid("to_day", _("This time is over."))
    if not typed["reason_zh"]:
        raise invalid("reason_zh", _("Say why: people will read it."))
    zone = None
    if typed["zone"]:
        zone = Zone.objects.filter(hall=hall, code=typed["zone"]).first()
        if zone is None:
            raise invalid("zone", _("There is no such zone."))
    return Wanted(starts_at, ends_at, typed["reason_zh"][:120], (typed["reason_en"] or typed["reason_zh"])[:160], zone)


def _list(request: Asked, hall: Hall, typed: dict[str, str], refused: Refused | None = None) -> HttpResponseBase:
    rows = paged(request, Closure.objects.filter(hall=hall).select_related("zone").order_by("-starts_at", "-id"), 20)
    return page(
        request,
        "office/closures.html",
        hall,
        rows=rows,
        more=query_without_page(request),
        who_made=names_of(row.made_by for row in rows),
        zones=Zone.objects.filter(hall=hall).order_by("code"),
        typed=typed,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission="calendar.edit")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _list(request, places.hall_by_code(hall), {})


@door(audience="staff", permission="calendar.edit")
@require_POST
def preview(request: Asked, hall: str) -> HttpResponseBase:
    """Whom the closure touches, before it is announced."""
    place = places.hall_by_code(hall)
    typed = _typed(request.POST)
    try:
        wanted = _wanted(place, typed)
    except Refused as refused:
        return _list(request, place, typed, refused)
    span = ClosureSpan(
        wanted.starts_at,
        wanted.ends_at,
        Words(zh=wanted.reason_zh, en=wanted.reason_en),
        wanted.zone.code if wanted.zone else None,
    )
    people = change_hours.affected(hall=place, now=clock.now(), closure=span)
    context: dict[str, Any] = people_context(people)
    return page(request, "office/closure_preview.html", place, typed=typed, wanted=wanted, **context)


@door(audience="staff", permission="calendar.edit")
@require_POST
def close(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    typed = _typed(request.POST)
    choices, others = choices_of(request.POST)
    try:
        wanted = _wanted(place, typed)
        _closure, outcome = change_hours.close(
            hall=place,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            reason_zh=wanted.reason_zh,
            reason_en=wanted.reason_en,
            zone=wanted.zone,
            choices=choices,
            others=others,
            by=request.who.by,
            now=clock.now(),
        )
    except Refused as refused:
        return _list(request, place, typed, refused)
    messages.success(request, _("The closure is announced."))
    say_outcome(request, outcome)
    return redirect("office:calendar_unfit" if outcome.failed else "office:closures", hall=hall)


@door(audience="staff", permission="calendar.edit")
@require_POST
def withdraw(request: Asked, hall: str, closure_id: int) -> HttpResponseBase:
    """Take a closure back; its periods open again."""
    place = places.hall_by_code(hall)
    closure = Closure.objects.select_related("hall").filter(id=closure_id, hall=place).first()
    if closure is None:
        raise Refused("nothing-found", facts={"closure": closure_id})
    change_hours.withdraw(closure=closure, by=request.who.by, now=clock.now())
    messages.success(request, _("Taken back. Those whose appointments were cancelled can book again."))
    return redirect("office:closures", hall=hall)
