"""The desk of the hotline: orders due first, one field that finds callers, orders and matters, and an order taken down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english, named
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import clean, lines_of
from banshi.journeys.hotline import taking, thread
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.hotline import queries
from banshi.rooms.hotline.actions import Opening, taken_down
from banshi.rooms.hotline.models import PhoneCall
from banshi.rooms.hotline.rules import LONGEST
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.hotline.frame import DESK
from banshi.surfaces.hotline.words import KINDS, topics

PER_PAGE = 50
FOUND = 8  # matters and orders shown for words
LISTS = ("all", "open", "assigned", "replied", "late", "closed")
TYPED = ("call", "phone", "name", "kind", "subject", "item", "text", "line", "answer")


@door(audience="staff", permission="hotline.look")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """What goes on, due first; by where it is, and what is late."""
    place, now = places.hall_by_code(hall), clock.now()
    name = request.GET.get("list", LISTS[0])
    name = name if name in LISTS else LISTS[0]
    goes_on, today = queries.at_desk(halls=[hall]), now.astimezone(ZoneInfo(place.timezone)).date()
    about = clean(request.GET.get("about"), 80)
    if about:
        goes_on = queries.about(goes_on, about)
    lists = {"all": goes_on, "late": goes_on.filter(due_on__lt=today)}
    lists |= {state: goes_on.filter(state=state) for state in ("open", "assigned", "replied")}
    rows = lists.get(name)
    if rows is None:
        rows = queries.ever_at_desk(halls=[hall]).filter(closed_at__isnull=False)
        rows = queries.about(rows, about) if about else rows
    shown = paged(request, rows, PER_PAGE)
    return DESK.page(
        request, "hotline/home.html", place, rows=shown, lines=queries.lines(shown, now=now), name=name,
        counts={each: found.count() for each, found in lists.items()}, more=query_without_page(request), kinds=KINDS,
        rising=queries.rising(place, now=now), about=about, tab=f"&about={quote(about)}" if about else "",
        may_take=request.who.may("hotline.desk", hall),
    )  # fmt: skip


@door(audience="staff", permission="hotline.look")
@require_POST
def find(request: Asked, hall: str) -> HttpResponseBase:
    """A telephone number finds its caller and their thread; anything else orders and what is known of matters.

    It is posted: a number is nothing for an address or a log.
    """
    place, asked = places.hall_by_code(hall), clean(request.POST.get("q"), 60)
    phone = thread.number(asked)
    if phone is not None:
        return form_page(request, place, typed={"phone": asked}, phone=phone)
    return _found(request, place, asked)


def _found(request: Asked, hall: Hall, asked: str) -> HttpResponseBase:
    now = clock.now()
    rows = queries.ever_at_desk(halls=[hall.code]).filter(queries.found_by(asked))[:FOUND] if asked else []
    matters = catalogue.search(asked, hall=hall.code, limit=FOUND) if asked else []
    return DESK.page(
        request, "hotline/found.html", hall, asked=asked, lines=queries.lines(rows, now=now), matters=matters, kinds=KINDS,
        may_take=request.who.may("hotline.desk", hall.code),
    )  # fmt: skip


@door(audience="staff", permission="hotline.desk")
@require_GET
def new(request: Asked, hall: str) -> HttpResponseBase:
    """An order on a matter, with what is known of it; or on nothing in particular."""
    place, code = places.hall_by_code(hall), clean(request.GET.get("item"), 60)
    return form_page(request, place, typed={"item": catalogue.hall_item(place.pk, code).item.code if code else ""})


def form_page(
    request: Asked, hall: Hall, *, typed: Mapping[str, Any], phone: str | None = None, refused: Refused | None = None
) -> HttpResponseBase:
    """The caller's thread, what is known of the matter, and the order to be taken down."""
    now, said = clock.now(), {name: str(typed.get(name, "")) for name in TYPED}
    caller = thread.caller(phone, now=now) if phone else None
    if caller is not None:
        _looked(request, hall, caller, now)
    item, code = None, said["item"]
    if code and any(line.code == code for line in catalogue.search(code, hall=hall.code, limit=FOUND)):
        item = catalogue.item_by_code(code)
    return DESK.page(
        request, "hotline/new.html", hall, said=said, caller=caller, masked=mask_phone(phone) if phone else "",
        refused=refused, item=item,
        alone=caller is None and item is None, kinds=KINDS, topics=topics(),
        answers=consulting.answers_of(item) if item is not None else [], choices=choices(hall),
        may_take=request.who.may("hotline.desk", hall.code), status=status_of(refused) if refused else 200,
    )  # fmt: skip


def choices(hall: Hall) -> list[tuple[str, str]]:
    """The lines of a hall's desk: as a form sends them, and as they are called."""
    return [(str(line), en if english() else zh) for line, zh, en in queries.lines_to_choose(hall)]


def _looked(request: Asked, hall: Hall, caller: thread.Caller, now: datetime) -> None:
    looks = [
        audit.Look(f"person:{one}", request.who.by, hall.code, f"hotline:{now:%Y-%m-%d}") for one in caller.person_ids
    ]
    audit.looked_once(looks, now=now)


@door(audience="staff", permission="hotline.desk")
@require_POST
def take(request: Asked, hall: str) -> HttpResponseBase:
    """Take an order down: answered, given to its line, or kept here."""
    place, now, rung = places.hall_by_code(hall), clock.now(), None
    typed = {name: clean(request.POST.get(name), 64) for name in TYPED}
    typed |= {name: lines_of(request.POST.get(name), LONGEST + 1) for name in ("text", "answer")}
    try:
        item = _item(place, typed["item"])
        rung = _call(request, place, typed["call"])
        opening = Opening(
            hall=place, kind=typed["kind"], subject="matter" if item else typed["subject"], item=item, text=typed["text"],
            phone=rung.phone if rung is not None else typed["phone"] or None, name=typed["name"], line=typed["line"],
        )  # fmt: skip
        by = acting(request, place)
        with transaction.atomic():
            order = taking.take(opening, answer=typed["answer"], by=by, now=now)
            if rung is not None:
                taken_down(call=rung.call, hall=place, order=order, by=by)
    except Refused as refused:
        phone = rung.phone if rung is not None else thread.number(typed["phone"])
        return form_page(request, place, typed=typed, phone=phone, refused=refused)
    messages.success(request, pgettext("hotline", "Taken down as %(no)s.") % {"no": order.no})
    return redirect("hotline:order", hall=hall, order_no=order.no)


def _call(request: Asked, hall: Hall, call: str) -> PhoneCall | None:
    """The agent's own call in which it is taken down: its number is never sent along. :raises Refused: nothing-found,
    changed-meanwhile – somebody else talks."""
    if not call:
        return None
    row = queries.phone_call(call, hall)
    if row.agent_id != request.who.staff_id:
        raise Refused("changed-meanwhile")
    return row


def _item(hall: Hall, typed: str) -> str:
    """The code of a matter typed by code or by its whole name. :raises Refused: invalid."""
    if not typed:
        return ""
    for line in catalogue.search(typed, hall=hall.code, limit=FOUND):
        if typed in (line.code, line.name_zh, line.name_en, named(line)):
            return line.code
    reason = pgettext("hotline", "No matter here is called so: search for it above.")
    raise Refused("invalid", facts={"field": "item", "reason": reason})
