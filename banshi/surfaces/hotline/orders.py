"""An order at the desk: what was said and done, and what the desk does next with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, int_or_none, lines_of
from banshi.journeys.homevisit.carrying import Told
from banshi.journeys.hotline import becoming
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as booking
from banshi.rooms.homevisits.queries import areas
from banshi.rooms.homevisits.rules import REASONS
from banshi.rooms.hotline import actions, queries, rules
from banshi.rooms.hotline.models import Order
from banshi.rooms.hotline.rules import LONGEST, LONGEST_REASON, ORDER
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.hotline.desk import choices
from banshi.surfaces.hotline.frame import DESK
from banshi.surfaces.hotline.words import HALVES, KINDS, SAID, STEPS

VERBS = ("assign", "answer", "reply", "join", "remind", "revisit", "close")
TYPED = ("text", "line", "first", "said", "reason", "project", "firm", "name", "area", "address", "day", "half")
ALIKE, TIMES = 5, 6


def _here(hall: Hall, no: str) -> Order:
    """:raises Refused: nothing-found – also where another hall's desk has it."""
    order = queries.by_no(no[:20])
    if order.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"hotline_order": no})
    return order


def told(order: Order) -> dict[str, Any]:
    """What was done with an order, for its page."""
    steps = queries.handlings(order)
    names = names_of(step.by for step in steps)
    rows = [(step, STEPS[step.verb], names[step.by], SAID.get(step.said, "")) for step in steps]
    (line,) = queries.lines([order], now=clock.now())
    return {"order": order, "line": line, "steps": rows, "kind": KINDS[order.kind]}


@door(audience="staff", permission="hotline.look")
@require_GET
def show(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, _here(place, order_no))


@door(audience="staff", permission="hotline.desk")
@require_POST
def whole(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
    """Name and number of the caller, to ring them up; the trail says who looked."""
    place, now = places.hall_by_code(hall), clock.now()
    order = _here(place, order_no)
    audit.looked_once([audit.Look(f"hotline:{order.no}", request.who.by, hall, f"hotline:{now:%Y-%m-%d}")], now=now)
    return _page(request, place, order, is_whole=True)


def _page(
    request: Asked,
    hall: Hall,
    order: Order,
    *,
    refused: Refused | None = None,
    deed: str = "",
    typed: Mapping[str, Any] | None = None,
    is_whole: bool = False,
) -> HttpResponseBase:
    """The page; where something was refused, with why and what was typed."""
    may, now = request.who.may("hotline.desk", hall.code), clock.now()
    deeds = {verb for verb in VERBS if may and ORDER.may(order.state, verb)}
    if not queries.may_close(order, now=now):
        deeds.discard("close")
    deeds |= _becomes(order) if may else set()
    times = _times(order, now) if "to_booking" in deeds else ()
    alike = queries.lines(queries.alike(order)[:ALIKE], now=now) if "join" in deeds else []
    context = {
        **told(order), "deeds": deeds, "refused": refused, "deed": deed, "alike": alike, "is_whole": is_whole, "may": may,
        "said": {name: str(typed.get(name, "")) if typed else "" for name in TYPED}, "choices": choices(hall),
        "suggested": str(queries.line_for(order.subject, item=order.item, hall=hall)), "answers": list(SAID.items()),
        **(_visiting(hall, now) if "to_visit" in deeds else {}),
        "dials": bool(settings.BANSHI_TELEPHONY) and may and order.phone is not None and order.state not in ORDER.ends,
        "times": times, "joined": queries.lines(queries.joined_to(order), now=now), "kinds": KINDS,
    }  # fmt: skip
    return DESK.page(request, "hotline/order.html", hall, status=status_of(refused) if refused else 200, **context)


def _becomes(order: Order) -> set[str]:
    """What else can come of it: of a number that is withheld nothing, of a person and a matter a case and a booking, too; of a
    matter a visit."""
    if not ORDER.may(order.state, "become") or order.phone is None:
        return set()
    known = order.person_id is not None and order.item is not None
    ways = {"to_call", "to_case", "to_booking"} if known else {"to_call"}
    return ways | {"to_visit"} if order.item is not None else ways


def _times(order: Order, now: datetime) -> tuple[Any, ...]:
    """The next quiet times at the window for its matter."""
    if order.item is None:
        return ()
    code = order.item.code
    return booking.alternatives(hall=order.hall, item_code=code, near=now, now=now, n=TIMES, channel="phone")


def _visiting(hall: Hall, now: datetime) -> dict[str, Any]:
    """What a visit is chosen from: reasons that count here, towns, half days."""
    reasons = places.policy_of(hall.pk, now=now).home_visits.reasons
    words = {code: en if english() else zh for code, (zh, en) in REASONS.items()}
    return {
        "reasons": [(code, words[code]) for code in reasons],
        "areas": areas([hall]),
        "halves": list(HALVES.items()),
    }


Act = Callable[[Asked, str, Actor, datetime], str]


def _deed(name: str) -> Callable[[Act], Callable[..., HttpResponseBase]]:
    """A view that does one thing to an order of this desk; what it returns is said on the page that follows."""

    def wrap(act: Act) -> Callable[..., HttpResponseBase]:
        @door(audience="staff", permission="hotline.desk")
        @require_POST
        def view(request: Asked, hall: str, order_no: str) -> HttpResponseBase:
            place = places.hall_by_code(hall)
            order = _here(place, order_no)
            try:
                said = act(request, order.no, acting(request, place), clock.now())
            except Refused as refused:
                again = _here(place, order_no)
                return _page(request, place, again, refused=refused, deed=name, typed=request.POST)
            messages.success(request, said)
            return redirect("hotline:order", hall=hall, order_no=order.no)

        view.__name__ = act.__name__
        return view

    return wrap


def text_of(request: Asked, most: int = LONGEST_REASON) -> str:
    return lines_of(request.POST.get("text"), most + 1)


@_deed("assign")
def assign(request: Asked, no: str, by: Actor, now: datetime) -> str:
    actions.assign(no=no, line=clean(request.POST.get("line"), 60), by=by, now=now)
    return pgettext("hotline", "Given to its line.")


@_deed("answer")
def answer(request: Asked, no: str, by: Actor, now: datetime) -> str:
    actions.answer(no=no, text=text_of(request, LONGEST), by=by, now=now)
    return pgettext("hotline", "Answered. Ring the caller up, then close it.")


@_deed("reply")
def reply(request: Asked, no: str, by: Actor, now: datetime) -> str:
    """What the line said by telephone, written down for it."""
    actions.reply(no=no, text=text_of(request, LONGEST), line=None, by=by, now=now)
    return pgettext("hotline", "Replied to. Ring the caller up, then close it.")


@_deed("join")
def join(request: Asked, no: str, by: Actor, now: datetime) -> str:
    first = queries.by_no(clean(request.POST.get("first"), 20).upper())
    if first.hall.code != by.hall:
        raise Refused("nothing-found", facts={"hotline_order": first.no})
    actions.join(no=no, first=first.no, by=by, now=now)
    return pgettext("hotline", "Joined: it follows that order from now on.")


@_deed("remind")
def remind(request: Asked, no: str, by: Actor, now: datetime) -> str:
    actions.remind(no=no, text=text_of(request), by=by, now=now)
    return pgettext("hotline", "The line is reminded. Its day stays.")


@_deed("revisit")
def revisit(request: Asked, no: str, by: Actor, now: datetime) -> str:
    order = actions.revisit(no=no, said=clean(request.POST.get("said"), 12), text=text_of(request), by=by, now=now)
    if order.state in rules.ORDER.of("revisit"):
        return pgettext("hotline", "Written down.")
    return pgettext("hotline", "Written down. It is done again.")


@_deed("close")
def close(request: Asked, no: str, by: Actor, now: datetime) -> str:
    actions.close(no=no, text=text_of(request), by=by, now=now)
    return pgettext("hotline", "Closed.")


@_deed("case")
def to_case(request: Asked, no: str, by: Actor, now: datetime) -> str:
    case = becoming.to_case(no=no, by=by, now=now)
    return pgettext("hotline", "Case %(no)s is begun: the caller reads and sends it.") % {"no": case.no}


@_deed("booking")
def to_booking(request: Asked, no: str, by: Actor, now: datetime) -> str:
    slot = int_or_none(request.POST.get("slot")) or 0
    if booking.halls_of([slot]).get(slot) != by.hall:
        reason = pgettext("hotline", "Choose one of the times.")
        raise Refused("invalid", facts={"field": "slot", "reason": reason})
    appointment = becoming.to_booking(no=no, slot_id=slot, by=by, now=now)
    return pgettext("hotline", "Booked: %(code)s.") % {"code": appointment.code}


@_deed("visit")
def to_visit(request: Asked, no: str, by: Actor, now: datetime) -> str:
    day = day_or_none(request.POST.get("day"))
    if day is None:
        raise Refused("invalid", facts={"field": "day", "reason": pgettext("hotline", "Give the day of the visit.")})
    most = {"name": 41, "area": 20, "address": 121, "half": 2, "reason": 12, "project": 81, "firm": 81}
    said = {name: clean(request.POST.get(name), longest) for name, longest in most.items()}
    visit = becoming.to_visit(no=no, told=Told(day=day, **said), by=by, now=now)
    return pgettext("hotline", "A visit is asked for: %(no)s.") % {"no": visit.no}


@_deed("call")
def to_call(request: Asked, no: str, by: Actor, now: datetime) -> str:
    session = becoming.to_call(no=no, by=by, now=now)
    return pgettext("hotline", "The video service rings the caller back: %(no)s.") % {"no": session.no}
