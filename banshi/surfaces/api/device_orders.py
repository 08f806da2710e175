"""A machine's own program (`banshi-agent`): let in once, then it fetches its orders and says how each ended. Nobody else's.

A machine asks and is not called: it has no door towards the network. With `wait` it hears of an order as soon as there is one;
who waits, waits in the event loop (config/asgi.py), not in a thread.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.journeys.visit import offline
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.kernel.version import VERSION
from banshi.rooms.devices import actions
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device
from banshi.rooms.tickets.actions import OfflineNumber
from banshi.surfaces.api.answers import Answer, answer, response_of
from banshi.surfaces.api.device_schemas import (
    AheadIn,
    EndedOrderOut,
    EnrolIn,
    EnrolledOut,
    NumbersAheadOut,
    OfflineNumbersIn,
    OfflineNumbersOut,
    OrderEndedIn,
    OrdersAsked,
    OrdersOut,
)
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, open_op, write
from banshi.surfaces.api.schemas import Code, Id

router = Router(tags=["devices"])
ORDERS_PATH = re.compile(r"/api/v1/devices/([A-Za-z0-9][A-Za-z0-9._-]{0,79})/orders")
MAY_WAIT = "Banshi-May-Wait"  # to config/asgi.py, which takes it off: nothing waits, ask again when there is something


@router.post(
    "/devices/{device}/enrol",
    **open_op("enrol_device", {201: EnrolledOut}, reads_json=True),
    summary="Let a machine in",
)
def enrol_device(request: HttpRequest, device: Path[Code], body: EnrolIn) -> HttpResponse:
    """With the pairing code that the office shows once; within a day of its making, once. The key is in this answer and in none
    after it; it ends when the machine is retired or gets a new pairing code. Whether there is such a machine is not said."""
    by = Actor(ActorKind.KIOSK, device.lower())
    key = actions.enrol(code=device, secret=body.code, by=by, now=clock.now())
    return response_of(answer(201, {"key": key}))


@router.get("/devices/{device}/orders", **op("fetch_orders", {200: OrdersOut}), summary="A machine's orders")
def fetch_orders(request: HttpRequest, device: Path[Code], asked: Query[OrdersAsked]) -> HttpResponse:
    """What waits for the machine whose key this is, handed out once: an order that came here comes never again, and what is not
    answered in `takes_s` seconds is `unsure`, for a person to decide. With `wait` the answer comes when there is something, at
    the latest after so many seconds."""
    code = _own(caller(request), device)
    handed_out = orders.hand_out(device=code, at=clock.wall())
    data: list[dict[str, Any]] = [
        {"id": o.id, "key": o.key, "kind": o.kind, "body": o.body, "takes_s": int(o.takes.total_seconds())}
        for o in handed_out
    ]
    response = found({"data": data, "version": VERSION})
    response["Cache-Control"] = "no-store"
    if not data and asked.wait:
        response[MAY_WAIT] = str(asked.wait)
    return response


@router.post(
    "/devices/{device}/orders/{order}/ended", **op("order_ended", {200: EndedOrderOut}), summary="How an order ended"
)
@write
def order_ended(request: HttpRequest, device: Path[Code], order: Path[Id], body: OrderEndedIn) -> Answer:
    """`done`, `failed` (nothing came out) or `unsure` (the machine stopped in the middle and does not know). Said again it is the
    same; what was given up meanwhile may be said all the same."""
    code = _own(caller(request), device)
    row = orders.ended(device=code, order=order, state=body.state, why=body.why, at=clock.wall())
    return answer(200, {"id": row.pk, "state": row.state, "why": row.why})


@router.post(
    "/devices/{device}/numbers/ahead",
    **op("numbers_ahead", {200: NumbersAheadOut}),
    summary="Numbers for an hour offline",
)
@write
def numbers_ahead(request: HttpRequest, device: Path[Code], body: AheadIn | None = None) -> Answer:
    """What the machine may give while it does not reach the server: numbers of each category that nobody else gives, and when.
    They are filled up where few are left; asked again it is the same. Nothing where the hall's numbers need a document."""
    row = _own_row(caller(request), device)
    now = clock.now()
    anew = body is not None and body.anew
    held = offline.ahead(device=row, anew=anew, by=Actor(ActorKind.KIOSK, row.code, row.hall.code), now=now)
    data = [
        {
            "category": each.block.category.code, "name": each.block.category.name_zh,
            "name_en": each.block.category.name_en, "letter": each.block.letter, "first": each.block.first,
            "last": each.block.last, "spans": [{"starts_at": a, "ends_at": b} for a, b in each.spans],
        }
        for each in held
    ]  # fmt: skip
    hall = row.hall
    of_hall = {"hall": hall.code, "hall_name": hall.name_zh, "hall_name_en": hall.name_en, "timezone": hall.timezone}
    return answer(200, {**of_hall, "now": now, "data": data})


@router.post(
    "/devices/{device}/numbers", **op("offline_numbers", {200: OfflineNumbersOut}), summary="Numbers given offline"
)
@write
def offline_numbers(request: HttpRequest, device: Path[Code], body: OfflineNumbersIn) -> Answer:
    """What came out while the machine did not reach the server – also what may have come out –, into the line by its time. Each
    number once ever: told again, what is there stays as it is. Numbers that it was never granted are `invalid`, all of them."""
    row = _own_row(caller(request), device)
    now = clock.now()
    given = [
        OfflineNumber(each.letter, each.seq, now - timedelta(seconds=each.ago_s * clock.speed()), each.language)
        for each in body.given
    ]
    taken = offline.take_in(device=row, given=given, by=Actor(ActorKind.KIOSK, row.code, row.hall.code), now=now)
    return answer(200, {"data": [{"id": t.ref, "number": t.number, "state": t.state} for t in taken]})


def _own(who: Caller, device: str) -> str:
    """Its code. :raises Refused: as `_own_row`."""
    return _own_row(who, device).code


def _own_row(who: Caller, device: str) -> Device:
    """:raises Refused: not-your-hall; nothing-found – also another machine's, and without a machine's own key."""
    row = devices.device_by_code(device)
    who.must_reach(row.hall.code)
    if row.code != who.key.device:
        raise Refused("nothing-found", facts={"device": device})
    return row
