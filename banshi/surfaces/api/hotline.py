"""The hotline (热线, 一号受理): orders taken down, given to a line, replied to or returned, rung up about, closed.

A city's own number opens orders with a channel key and follows those; desks and lines work with staff keys: the desk all of its
hall, a line what is with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation import clock
from banshi.journeys.hotline import taking
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.hotline import actions, rules
from banshi.rooms.hotline import queries as hotline
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.hotline.models import Handling, Order
from banshi.rooms.hotline.queries import OrderLine
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import page_of_more, start_of
from banshi.surfaces.api.parts import moment, zone_of
from banshi.surfaces.api.schemas import PRINTABLE, Code, In, Out, Page, Paged

router = Router(tags=["hotline"])
LOOK, DESK, LINE = "hotline.look", "hotline.desk", "hotline.line"
OrderState = Literal["open", "assigned", "replied", "joined", "closed"]  # as the table of the room has them
OrderKind = Literal["enquiry", "help", "complaint", "suggestion"]
Said = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")]
LineCode = Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)]


class HotlineCallerIn(In):
    phone: Annotated[str, StringConstraints(max_length=30, pattern=PRINTABLE)] = Field(
        "", description="Empty: the number is withheld."
    )
    name: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field("", description="As they say it.")


class HotlineOrderIn(In):
    hall: Code = Field(description="Whose desk has it.")
    caller: HotlineCallerIn | None = Field(None, description="Without it nobody is known, and nobody is rung up.")
    kind: OrderKind = "enquiry"
    subject: Code = Field("other", description="A topic; of a matter `matter`, with its `item`.")
    item: Code | None = None
    text: Said = Field(description="What they want, in their words.")
    line: LineCode | None = Field(
        None,
        description="`department:<code>`, `hall:<code>`, `city`; `subject`: the line that has it; null: it stays at the desk.",
    )


class PhoneEventIn(In):
    hall: Code = Field(description="Whose desk it rings at.")
    call: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")] = Field(
        description="What the exchange calls it. Told twice it is so once."
    )
    event: Literal["ringing", "answered", "ended"]
    phone: Annotated[str, StringConstraints(max_length=30, pattern=PRINTABLE)] = Field(
        "", description="Of who rings up; empty: withheld."
    )
    agent: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="Login of who answered."
    )


class PhoneCallOut(Out):
    call: str
    state: Literal["ringing", "talking", "ended", "missed"]
    order: str | None = Field(description="What was taken down in it.")


class HotlineAssignIn(In):
    line: LineCode = Field(description="`department:<code>`, `hall:<code>` or `city`.")


class HotlineReplyIn(In):
    text: Said


class HotlineReturnIn(In):
    reason: Said


class HotlineRevisitIn(In):
    said: Literal["satisfied", "dissatisfied", "unreachable"]
    text: Said = ""


class HotlineCloseIn(In):
    text: Said = ""


class HotlineStepOut(Out):
    n: int
    verb: str
    line: str | None = Field(description="With which line it was then; null: at the desk.")
    said: str = Field(description="What the caller said when they were rung up.")
    text: str
    at: datetime


class HotlineLineOut(Out):
    no: str
    hall: Code
    kind: OrderKind
    subject: str
    subject_en: str
    state: OrderState
    line: str | None
    caller: str | None = Field(description="Masked.")
    phone: str | None = Field(description="Masked; null: withheld.")
    asked_at: datetime
    due_on: date | None = Field(description="By when the next thing is done.")
    light: Literal["red", "yellow", "green"] | None
    reminders: int
    stars: int | None


class HotlineOrderOut(HotlineLineOut):
    text: str = Field(description="Empty once it was deleted with time.")
    first: str | None = Field(description="The order that it was joined to.")
    steps: list[HotlineStepOut]


class HotlineOrdersAsked(Paged):
    hall: Code | None = None
    state: OrderState | None = None
    list: Literal["desk", "line"] = Field(
        "desk", description="Of the desks, or of the lines that this key replies for."
    )


@router.post("/hotline/orders", **op("open_hotline_order", {201: HotlineOrderOut}), summary="Take an order down")
@write
def open_hotline_order(request: HttpRequest, body: HotlineOrderIn) -> Answer:
    """What a caller wants, with its number. Of channel keys only the one that opened it sees it."""
    who = caller(request)
    hall, caller_of = places.hall_by_code(body.hall), body.caller
    who.must("open_hotline_order", hall.code)
    opening = Opening(
        hall=hall, kind=body.kind, subject=body.subject, item=body.item or "", text=body.text,
        phone=(caller_of.phone or None) if caller_of is not None else None,
        name=caller_of.name if caller_of is not None else "", line=body.line or "",
    )  # fmt: skip
    order = taking.take(opening, by=who.by, now=clock.now())
    return answer(201, _part(order.no))


@router.post("/hotline/calls", **op("tell_phone_call", {200: PhoneCallOut}), summary="What the exchange hears")
@write
def tell_phone_call(request: HttpRequest, body: PhoneEventIn) -> Answer:
    """It rings, somebody answered, it is over: whoever sits at the desk sees it within two seconds. An event that comes twice, or
    after the end, changes nothing."""
    who = caller(request)
    hall = places.hall_by_code(body.hall)
    who.must("tell_phone_call", hall.code)
    event = actions.Event(body.call, body.event, body.phone or None, body.agent)
    row = actions.heard(event, hall=hall, by=who.by, now=clock.now())
    order = row.order.no if row.order is not None else None
    return answer(200, {"call": row.call, "state": row.state, "order": order})


@router.get("/hotline/orders", **op("list_hotline_orders", {200: Page[HotlineLineOut]}), summary="Orders")
def list_hotline_orders(request: HttpRequest, asked: Query[HotlineOrdersAsked]) -> HttpResponse:
    """Due first, without a word of them: what goes on at the desks of the key's halls, or what is with its line."""
    who, start, now = caller(request), start_of(asked), clock.now()
    right = LOOK if asked.list == "desk" else LINE
    halls = who.where(right)
    must_hold({right: halls}, right)
    everywhere = "*" in halls
    if asked.hall is not None:
        must_hold({right: halls}, right, places.hall_by_code(asked.hall).code)
        halls = frozenset({asked.hall})
    over = asked.state in rules.ORDER.ends
    rows = hotline.ever_at_desk(halls=halls) if over else hotline.at_desk(halls=halls)
    rows = rows if asked.list == "desk" else rows & _of_lines(who, halls, city=everywhere)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    some = list(rows[start : start + asked.limit + 1])
    lines = hotline.lines(some, now=now)
    return found(page_of_more([_line(*each) for each in zip(some, lines, strict=True)], asked))


@router.get("/hotline/orders/{order}", **op("get_hotline_order", {200: HotlineOrderOut}), summary="One order")
def get_hotline_order(request: HttpRequest, order: Path[Code]) -> HttpResponse:
    """What was said, and all that was done."""
    return found(_part(_seen(caller(request), order).no))


@router.post(
    "/hotline/orders/{order}/assign", **op("assign_hotline_order", {200: HotlineOrderOut}), summary="Give to a line"
)
@write
def assign_hotline_order(request: HttpRequest, order: Path[Code], body: HotlineAssignIn) -> Answer:
    """Its clock begins. Of two desks that give it away at once, the first one's stands."""
    who = caller(request)
    seen = _of_desk(who, order)
    actions.assign(no=seen.no, line=body.line, by=who.by, now=clock.now())
    return answer(200, _part(seen.no))


@router.post("/hotline/orders/{order}/reply", **op("reply_hotline_order", {200: HotlineOrderOut}), summary="Reply")
@write
def reply_hotline_order(request: HttpRequest, order: Path[Code], body: HotlineReplyIn) -> Answer:
    """By its line; by the desk, where it knows the answer itself, or for the line."""
    who, now = caller(request), clock.now()
    seen, line = _worked(who, order)
    if line is None and seen.state == "open":
        actions.answer(no=seen.no, text=body.text, by=who.by, now=now)
    else:
        actions.reply(no=seen.no, text=body.text, line=line, by=who.by, now=now)
    return answer(200, _part(seen.no))


@router.post("/hotline/orders/{order}/return", **op("return_hotline_order", {200: HotlineOrderOut}), summary="Return")
@write
def return_hotline_order(request: HttpRequest, order: Path[Code], body: HotlineReturnIn) -> Answer:
    """It is not this line's: back at the desk, with why."""
    who = caller(request)
    seen, line = _worked(who, order)
    actions.give_back(no=seen.no, reason=body.reason, line=line, by=who.by, now=clock.now())
    return answer(200, _part(seen.no))


@router.post(
    "/hotline/orders/{order}/revisit", **op("revisit_hotline_order", {200: HotlineOrderOut}), summary="Ring up"
)
@write
def revisit_hotline_order(request: HttpRequest, order: Path[Code], body: HotlineRevisitIn) -> Answer:
    """The caller was rung up. Not content the first time, it goes back to its line, with days of its own."""
    who = caller(request)
    seen = _of_desk(who, order)
    actions.revisit(no=seen.no, said=body.said, text=body.text, by=who.by, now=clock.now())
    return answer(200, _part(seen.no))


@router.post("/hotline/orders/{order}/close", **op("close_hotline_order", {200: HotlineOrderOut}), summary="Close")
@write
def close_hotline_order(request: HttpRequest, order: Path[Code], body: HotlineCloseIn | None = None) -> Answer:
    """With the caller's word."""
    who = caller(request)
    seen = _of_desk(who, order)
    actions.close(no=seen.no, text=body.text if body is not None else "", by=who.by, now=clock.now())
    return answer(200, _part(seen.no))


# --- Who sees, and works, which ---


def _of_lines(who: Caller, halls: frozenset[str], *, city: bool) -> QuerySet[Order]:
    """What is with the lines that a key replies for in these halls. :param city: and with the city's."""
    rows, department = Order.objects.none(), identity.department_of(who.staff_id)
    for hall in sorted(each.code for each in places.all_halls() if "*" in halls or each.code in halls):
        rows = rows | hotline.of_line(hall=hall, department=department, city=city)
    return rows


def _seen(who: Caller, no: str) -> Order:
    """:raises Refused: nothing-found – also for somebody else's."""
    order = hotline.by_no(no)
    if who.scope != "staff":
        sees = order.taken_by == str(who.by) and who.reaches(order.hall.code)
    else:
        desks = who.where(LOOK)
        sees = "*" in desks or order.hall.code in desks or _is_theirs(who, order)
    if not sees:
        raise Refused("nothing-found", facts={"hotline_order": no})
    return order


def _is_theirs(who: Caller, order: Order) -> bool:
    """Whether it is with a line that the key replies for."""
    halls = who.where(LINE)
    return bool(halls) and _of_lines(who, halls, city="*" in halls).filter(pk=order.pk).exists()


def _of_desk(who: Caller, no: str) -> Order:
    """:raises Refused: nothing-found; not-allowed, not-your-hall – the desk is not theirs."""
    order = _seen(who, no)
    must_hold({DESK: who.where(DESK)}, DESK, order.hall.code)
    return order


def _worked(who: Caller, no: str) -> tuple[Order, str | None]:
    """An order, and as whose line it is worked; None: as the desk. :raises Refused: as of `_of_desk`."""
    order = _seen(who, no)
    desks = who.where(DESK)
    if "*" in desks or order.hall.code in desks:
        return order, None
    if _is_theirs(who, order):
        return order, str(hotline.line_of(order))
    return _of_desk(who, no), None


# --- Parts ---


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    with_line = hotline.line_of(order)
    return {
        "no": line.no, "hall": line.hall, "kind": line.kind, "subject": line.subject_zh, "subject_en": line.subject_en,
        "state": line.state, "line": str(with_line) if with_line is not None else None, "caller": line.caller or None,
        "phone": line.phone or None, "asked_at": moment(order.asked_at, zone_of(order.hall)),
        "due_on": line.due_on.isoformat() if line.due_on else None, "light": line.light or None,
        "reminders": line.reminders, "stars": line.stars,
    }  # fmt: skip


def _part(no: str) -> dict[str, Any]:
    order = hotline.by_no(no)
    (line,) = hotline.lines([order], now=clock.now())
    zone = zone_of(order.hall)

    def step(each: Handling) -> dict[str, Any]:
        return {
            "n": each.seq, "verb": each.verb, "line": each.line or None, "said": each.said, "text": each.text,
            "at": moment(each.at, zone),
        }  # fmt: skip

    return {
        **_line(order, line), "text": order.text, "first": order.first.no if order.first is not None else None,
        "steps": [step(each) for each in hotline.handlings(order)],
    }  # fmt: skip
