"""What the hotline gave to a department or a hall (承办): due first, replied to or returned. The caller stays masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import lines_of
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.hotline import actions, queries
from banshi.rooms.hotline.models import Order
from banshi.rooms.hotline.rules import LONGEST, LONGEST_REASON, ORDER
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.hotline.frame import LINE
from banshi.surfaces.hotline.orders import told
from banshi.surfaces.hotline.words import KINDS

PER_PAGE = 50


def _orders(request: Asked, hall: Hall) -> QuerySet[Order]:
    """Those of the lines that somebody replies for here; whoever works everywhere replies for the city."""
    return queries.of_line(hall=hall.code, department=department_of(request), city=request.who.may("hotline.line", "*"))


def _here(request: Asked, hall: Hall, no: str) -> Order:
    """:raises Refused: nothing-found – also where another line has it."""
    order = _orders(request, hall).filter(no=no[:20]).first()
    if order is None:
        raise Refused("nothing-found", facts={"hotline_order": no})
    return order


@door(audience="staff", permission="hotline.line")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """What waits for a reply of this line, due first."""
    place, now = places.hall_by_code(hall), clock.now()
    shown = paged(request, queries.to_reply(_orders(request, place)), PER_PAGE)
    return LINE.page(
        request, "hotline/line.html", place, rows=shown, lines=queries.lines(shown, now=now), kinds=KINDS,
        more=query_without_page(request),
    )  # fmt: skip


@door(audience="staff", permission="hotline.line")
@require_GET
def show(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, _here(request, place, order_no))


def _page(
    request: Asked, hall: Hall, order: Order, *, refused: Refused | None = None, typed: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    said = {name: str(typed.get(name, "")) if typed else "" for name in ("text", "reason")}
    return LINE.page(
        request, "hotline/line_order.html", hall, **told(order), said=said, refused=refused,
        waits=ORDER.may(order.state, "reply"), status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _deed(act: Callable[[Asked, Order, Actor, datetime], str]) -> Callable[..., HttpResponseBase]:
    """A view in which a line does one thing to an order that is with it; what it returns is said in the list that follows."""

    @door(audience="staff", permission="hotline.line")
    @require_POST
    def view(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
        place = places.hall_by_code(hall)
        order = _here(request, place, order_no)
        try:
            said = act(request, order, acting(request, place), clock.now())
        except Refused as refused:
            again = _here(request, place, order_no)
            return _page(request, place, again, refused=refused, typed=request.POST)
        messages.success(request, said)
        return redirect("hotline:line", hall=hall)

    view.__name__ = act.__name__
    return view


@_deed
def reply(request: Asked, order: Order, by: Actor, now: datetime) -> str:
    text, line = lines_of(request.POST.get("text"), LONGEST + 1), str(queries.line_of(order))
    actions.reply(no=order.no, text=text, line=line, by=by, now=now)
    return pgettext("hotline", "Replied to. The desk rings the caller up.")


@_deed
def give_back(request: Asked, order: Order, by: Actor, now: datetime) -> str:
    reason, line = lines_of(request.POST.get("reason"), LONGEST_REASON + 1), str(queries.line_of(order))
    actions.give_back(no=order.no, reason=reason, line=line, by=by, now=now)
    return pgettext("hotline", "Returned: the desk gives it to another line.")
