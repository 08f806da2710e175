"""The demo's clock and crowd; refused in production."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from banshi.foundation import clock, demo
from banshi.foundation.announce import announce
from banshi.foundation.problem import ZONE, rfc3339
from banshi.journeys.hall import housekeeping
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.notices import demo_only
from banshi.surfaces.api.operations import found, op, write
from banshi.surfaces.api.schemas import ClockIn, ClockOut, CrowdIn, CrowdOut

router = Router(tags=["demo"])


@router.get("/demo/clock", **op("get_clock", {200: ClockOut}), summary="Hall time")
def get_clock(request: HttpRequest) -> HttpResponse:
    demo_only()
    return found(_clock())


@router.put("/demo/clock", **op("set_clock", {200: ClockOut}), summary="Set and speed up hall time")
def set_clock(request: HttpRequest, body: ClockIn) -> HttpResponse:
    """`now` sets hall time, `speed` (0 to 600) how fast it runs. What is due by then is done before the answer."""
    demo_only()
    done = _set_clock(request, body=body)
    if done.status_code == 200 and "Idempotency-Replayed" not in done.headers:
        housekeeping.run_due(now=clock.now(), everything=True)
    return done


@write
def _set_clock(request: HttpRequest, body: ClockIn) -> Answer:
    if body.now is None and body.speed is None:
        raise invalid("now 和 speed 至少填一项", "Give now, speed or both")
    clock.set_clock(now=body.now, speed=body.speed)
    announce(hall="*", topic="clock", now=clock.now())
    return answer(200, _clock())


def _clock() -> dict[str, object]:
    return {"now": rfc3339(clock.now(), ZONE), "speed": clock.speed()}


@router.get("/demo/crowd", **op("get_crowd", {200: CrowdOut}), summary="The simulated crowd")
def get_crowd(request: HttpRequest) -> HttpResponse:
    demo_only()
    return found(_crowd())


@router.put("/demo/crowd", **op("set_crowd", {200: CrowdOut}), summary="Switch the crowd on or off")
@write
def set_crowd(request: HttpRequest, body: CrowdIn) -> Answer:
    """On: in exactly the halls named, or in all of them. Off: no longer in the halls named, or nowhere."""
    demo_only()
    known = [hall.code for hall in places.all_halls()]
    wanted = body.halls if body.halls is not None else known
    for code in wanted:
        if code not in known:
            raise Refused("nothing-found", facts={"hall": code})
    demo.set_crowd_halls(wanted if body.on else set(demo.crowd_halls()) - set(wanted))
    announce(hall="*", topic="crowd", now=clock.now())
    return answer(200, _crowd())


def _crowd() -> dict[str, object]:
    halls = demo.crowd_halls()
    return {"on": bool(halls), "halls": halls}
