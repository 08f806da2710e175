"""Webhooks (事件推送): which systems are told of what happens in the hall, how it goes, and what to do where it does not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.hooks import actions, queries, rules
from banshi.rooms.hooks.models import Hook
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page


@door(audience="staff", permission="hooks.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    rows = queries.hooks_of_hall(place.code)
    last = queries.last_status(rows)
    lines = [(each, rules.shown(each.url), last.get(each.pk)) for each in rows]
    return page(request, "office/hooks.html", place, lines=lines)


@door(audience="staff", permission="hooks.manage")
@require_GET
def one(request: Asked, hall: str, hook: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, queries.hook_of_hall(hook, place.code))


def _one(
    request: Asked, hall: Hall, row: Hook, *, refused: Refused | None = None, secret: str = "", event: str = ""
) -> HttpResponseBase:
    """:param secret: a new one, shown this once. :param event: as typed."""
    own = queries.only_of(row, hall.code)
    deliveries = paged(request, queries.deliveries(row) if own else queries.deliveries(row).none(), 20)
    return page(
        request, "office/hook.html", hall, hook=row, address=rules.shown(row.url), own=own, rows=deliveries,
        more=query_without_page(request), refused=refused, secret=secret, event=event, now=clock.wall(),
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _own(hall: Hall, code: str) -> Hook:
    """:raises Refused: nothing-found; not-allowed – it hears of other halls too, whose offices this one does not speak for."""
    row = queries.hook_of_hall(code, hall.code)
    if not queries.only_of(row, hall.code):
        raise Refused("not-your-hall", facts={"hall": "*"})
    return row


@door(audience="staff", permission="hooks.manage")
@require_POST
def turn(request: Asked, hall: str, hook: str) -> HttpResponseBase:
    """Turn it off, or on again."""
    place = places.hall_by_code(hall)
    row, by, now = _own(place, hook), acting(request, place), clock.now()
    if request.POST.get("act") == "on":
        actions.turn_on(code=row.code, by=by, now=now)
    else:
        actions.turn_off(code=row.code, by=by, now=now)
    return redirect("office:hook", hall=hall, hook=hook)


@door(audience="staff", permission="hooks.manage")
@require_POST
def ping(request: Asked, hall: str, hook: str) -> HttpResponseBase:
    """Send a test event."""
    place = places.hall_by_code(hall)
    row = _own(place, hook)
    try:
        actions.ping(code=row.code, by=acting(request, place), now=clock.now())
    except Refused as no:
        return _one(request, place, row, refused=no)
    messages.success(request, _("A test event is on its way. How it went stands below in a moment."))
    return redirect("office:hook", hall=hall, hook=hook)


@door(audience="staff", permission="hooks.manage")
@require_POST
def change_secret(request: Asked, hall: str, hook: str) -> HttpResponseBase:
    """A new secret, on this page and on none after it."""
    place = places.hall_by_code(hall)
    row = _own(place, hook)
    changed, secret = actions.change_secret(code=row.code, by=acting(request, place), now=clock.now())
    return _one(request, place, changed, secret=secret)


@door(audience="staff", permission="hooks.manage")
@require_POST
def replay(request: Asked, hall: str, hook: str) -> HttpResponseBase:
    """Send everything from one event on again."""
    place = places.hall_by_code(hall)
    row, event = _own(place, hook), clean(request.POST.get("event"), 40)
    try:
        count = actions.replay(code=row.code, event=event, by=acting(request, place), now=clock.now())
    except Refused as no:
        return _one(request, place, row, refused=no, event=event)
    said = ngettext("%(n)s event is sent again.", "%(n)s events are sent again.", count) % {"n": count}
    messages.success(request, said)
    return redirect("office:hook", hall=hall, hook=hook)
