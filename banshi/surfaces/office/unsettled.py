"""What is still unsettled (未了结), with what can be done about each; and how far a follow-up is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.typed import clean
from banshi.journeys.hours import change_hours, outside
from banshi.journeys.hours.follow_up import outcome_of, unreached
from banshi.journeys.hours.unsettled import unsettled
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import FollowUp
from banshi.rooms.booking.queries import standing
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.calendar_editor import choices_of, people_context
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.slots import businesses


@door(audience="staff", permission="calendar.edit")
@require_http_methods(["GET", "POST"])
def index(request: Asked, hall: str) -> HttpResponseBase:
    """Everything that hours and places leave open: people, follow-ups, periods. POST: move, cancel or keep people."""
    place = places.hall_by_code(hall)
    now = clock.now()
    if request.method == "POST":
        choices, _others = choices_of(request.POST)
        why = clean(request.POST.get("why"), 120)
        follow_up = change_hours.apply(hall=place, choices=choices, by=request.who.by, now=now, why=why)
        return redirect("office:follow_up", hall=hall, follow_up_id=follow_up.pk)
    people = outside.unfit(hall=place, now=now)
    found = unsettled(hall=place, now=now)
    return page(
        request,
        "office/unsettled.html",
        place,
        found=found,
        businesses=dict(businesses(place, [*found.overbooked, *found.old_grid])),
        is_chinese=not english(),
        kept=_kept_as(place, people, now),
        **people_context(people),
    )


def _kept_as(hall: Hall, people: Sequence[outside.Affected], now: datetime) -> str:
    """What keeping means for all of them: serve | forgive; "" where it depends: a rule is for closures, not for new hours."""
    states = standing.appointments([each.code for each in people], now=now)
    closed = {each.state == "closed" for each in states.values()}
    rule = places.policy_of(hall.pk, now=now).booking.kept
    return rule if closed == {True} else "serve" if closed == {False} or rule == "serve" else ""


@door(audience="staff", permission="calendar.edit")
@require_GET
def follow_up(request: Asked, hall: str, follow_up_id: int) -> HttpResponseBase:
    """How far a follow-up is; the page asks again by itself until everybody is settled."""
    place = places.hall_by_code(hall)
    row = FollowUp.objects.filter(hall=place, id=follow_up_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"follow_up": follow_up_id})
    outcome = outcome_of(row)
    template = "office/_follow_up.html" if request.htmx else "office/follow_up.html"
    return page(
        request,
        template,
        place,
        row=row,
        outcome=outcome,
        settled=outcome.total - outcome.due,
        failed=row.visits.filter(state="failed").order_by("id"),
        unreached=[] if outcome.due else unreached(row),  # the page asks again each second until then
    )
