"""The telephone at the desk: who rings shows on every page of it, one press takes the call, one rings somebody up."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.words import words
from banshi.frames.staff.frame import acting, paged
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.hotline import actions, queries
from banshi.rooms.places import queries as places
from banshi.surfaces.hotline.desk import form_page
from banshi.surfaces.hotline.frame import DESK

PER_PAGE = 50


@door(audience="staff", permission="hotline.desk")
@require_GET
def ringing(request: Asked, hall: str) -> HttpResponseBase:
    """The part that shows who rings, or whom one talks to. 204 where it is what `mark` says: nothing is drawn anew."""
    place = places.hall_by_code(hall)
    rings, mine = queries.ringing(place), queries.call_of(request.who.staff_id or 0, place)
    waits = queries.to_ring_back(place).count()
    shown = [(each.call.call, each.call.state, each.orders) for each in (*rings, *([mine] if mine else []))]
    mark = hashlib.sha256(repr((shown, waits)).encode()).hexdigest()[:16]
    if request.GET.get("mark") == mark:
        return HttpResponse(status=204)
    return DESK.page(
        request, "hotline/_ringing.html", place, rings=rings, mine=mine, waits=waits, mark=mark, may_take=True
    )


@door(audience="staff", permission="hotline.desk")
@require_POST
def take(request: Asked, hall: str, phone_call: str) -> HttpResponseBase:
    """Mine, with the caller's thread and an order to be taken down."""
    place = places.hall_by_code(hall)
    row = actions.take_call(call=phone_call, hall=place, by=acting(request, place), now=clock.now())
    return redirect("hotline:phone", hall=hall, phone_call=row.call)


@door(audience="staff", permission="hotline.desk")
@require_GET
def show(request: Asked, hall: str, phone_call: str) -> HttpResponseBase:
    """The caller's thread, and the order; their number stays covered."""
    place = places.hall_by_code(hall)
    row = queries.phone_call(phone_call, place)
    if row.agent_id != request.who.staff_id:
        raise Refused("changed-meanwhile")
    if row.order is not None:
        return redirect("hotline:order", hall=hall, order_no=row.order.no)
    return form_page(request, place, typed={"call": row.call}, phone=row.phone)


@door(audience="staff", permission="hotline.desk")
@require_POST
def hang_up(request: Asked, hall: str, phone_call: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    actions.hang_up(call=phone_call, hall=place, by=acting(request, place), now=clock.now())
    return redirect(_back(request, hall))


@door(audience="staff", permission="hotline.desk")
@require_GET
def missed(request: Asked, hall: str) -> HttpResponseBase:
    """Who was missed, and is to be rung back: the longest first."""
    place = places.hall_by_code(hall)
    rows = paged(request, queries.to_ring_back(place), PER_PAGE)
    return DESK.page(request, "hotline/missed.html", place, rows=rows, rings=queries.rings(rows), may_take=True)


@door(audience="staff", permission="hotline.desk")
@require_POST
def ring_back(request: Asked, hall: str, phone_call: str) -> HttpResponseBase:
    """Whoever was missed; `settle`: nobody needs to."""
    place, now = places.hall_by_code(hall), clock.now()
    by, row = acting(request, place), queries.phone_call(phone_call, place)
    if request.POST.get("settle"):
        actions.settle(call=row.call, hall=place, by=by, now=now)
    else:
        _said(
            request,
            lambda: actions.ring_up(hall=place, missed=row.call, by=by, now=now),
        )
    return redirect("hotline:missed", hall=hall)


@door(audience="staff", permission="hotline.desk")
@require_POST
def ring(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
    """The caller of an order (点击拨号)."""
    place, now = places.hall_by_code(hall), clock.now()
    order = queries.by_no(order_no[:20])
    if order.hall_id != place.pk:
        raise Refused("nothing-found", facts={"hotline_order": order_no})
    _said(request, lambda: actions.ring_up(hall=place, order=order, by=acting(request, place), now=now))
    return redirect("hotline:order", hall=hall, order_no=order.no)


def _said(request: Asked, act: Any) -> None:
    """Do it, and say why not on the page that follows."""
    try:
        act()
    except Refused as refused:
        title, detail = words(refused.refusal)
        messages.warning(request, f"{title} {detail}".strip())
    else:
        messages.success(request, pgettext("hotline", "Your telephone rings, then theirs."))


def _back(request: Asked, hall: str) -> str:
    order = clean(request.POST.get("order"), 20)
    return reverse("hotline:order", args=[hall, order]) if order else reverse("hotline:home", args=[hall])
