"""Cabinets of a hall. For the machine beside them: papers in by the number of their case, results out by the code. For the
issue window: papers out, to be received; a result in, to be fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import cabinets as at_cabinets
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, response_of
from banshi.surfaces.api.case_parts import seen_case
from banshi.surfaces.api.case_schemas import CabinetOut, DropIn, DroppedOut, PickedUpOut, PickUpIn, TakeOutIn
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, language, lower, op, write
from banshi.surfaces.api.schemas import Code

router = Router(tags=["cases"])


@router.get("/cabinets/{cabinet}", **op("get_cabinet", {200: CabinetOut}), summary="A cabinet")
def get_cabinet(request: HttpRequest, cabinet: Path[Code]) -> HttpResponse:
    """How many cells it has, how many are empty, how many doors stay shut."""
    here = _here(caller(request), cabinet)
    return found(
        {
            "code": here.code,
            "name": here.name_zh,
            "name_en": here.name_en or here.name_zh,
            "hall": here.hall.code,
            "place": here.place_zh,
            "place_en": here.place_en or here.place_zh,
            "cells": here.cells.count(),
            "free": deliveries.empty_cells(here).count(),
            "broken": here.cells.exclude(broken_at=None).count(),
        }
    )


@router.post("/cabinets/{cabinet}/drops", **op("drop_papers", {201: DroppedOut}), summary="Papers into a cell")
def drop_papers(request: HttpRequest, cabinet: Path[Code], body: DropIn) -> HttpResponse:
    """投件: of a case that was looked over beforehand, by its number and the `phone_last4` of the telephone given with it – a
    number alone is anybody's guess: the refusal is the same `nothing-found` for either, five tries an hour. An empty cell opens –
    another where a door stays shut –; they count from `counts_from`, at night from the hall's next day of work."""

    def opens(who: Caller, here: Cabinet, now: datetime) -> dict[str, Any]:
        stay = at_cabinets.drop_typed(
            cabinets=[here], case_no=body.case, last4=body.phone_last4, by=who.by, now=now
        )  # fmt: skip
        return {"cabinet": here.code, "cell": stay.cell.no, "case": body.case, "counts_from": stay.counts_from}

    return _opened(request, cabinet, 201, opens)


@router.post("/cabinets/{cabinet}/pickups", **op("pick_up", {200: PickedUpOut}), summary="A result out of its cell")
def pick_up(request: HttpRequest, cabinet: Path[Code], body: PickUpIn) -> HttpResponse:
    """取件: the code that was sent to the applicant opens the door. It is handed over by `taken`, or five minutes later by
    itself; in between the same code opens the door again. Whoever types wrong ones waits longer and longer."""

    def opens(who: Caller, here: Cabinet, now: datetime) -> dict[str, Any]:
        stay = at_cabinets.pick_up(cabinets=[here], code=body.code, by=who.by, now=now)
        return {"cabinet": here.code, "cell": stay.cell.no, "case": stay.case.no}

    return _opened(request, cabinet, 200, opens)


@router.post(
    "/cabinets/{cabinet}/pickups/taken", **op("pick_up_taken", {200: PickedUpOut}), summary="It is out of its cell"
)
def pick_up_taken(request: HttpRequest, cabinet: Path[Code], body: PickUpIn) -> HttpResponse:
    """Whoever opened it has it: handed over, once. From now on the code opens nothing."""

    def ends(who: Caller, here: Cabinet, now: datetime) -> dict[str, Any]:
        stay = at_cabinets.taken(stay_id=at_cabinets.of_code(cabinets=[here], code=body.code).pk, by=who.by, now=now)
        return {"cabinet": here.code, "cell": stay.cell.no, "case": stay.case.no}

    return _opened(request, cabinet, 200, ends)


@router.post(
    "/cabinets/{cabinet}/pickups/shut", **op("pick_up_shut", {200: PickedUpOut}), summary="The door did not open"
)
def pick_up_shut(request: HttpRequest, cabinet: Path[Code], body: PickUpIn) -> HttpResponse:
    """门没有打开: though its lock said so. Nothing is handed over, the code stays good – here, or at the issue window, which
    sees a stuck cell."""

    def ends(who: Caller, here: Cabinet, now: datetime) -> dict[str, Any]:
        stay = at_cabinets.of_code(cabinets=[here], code=body.code)
        stay = at_cabinets.stayed_shut(stay_id=stay.pk, by=who.by, now=now)
        return {"cabinet": here.code, "cell": stay.cell.no, "case": stay.case.no}

    return _opened(request, cabinet, 200, ends)


@router.post("/cases/{case}/take-out", **op("take_out", {200: PickedUpOut}), summary="Take it out of its cell")
@write
def take_out(request: HttpRequest, case: Path[Code], body: TakeOutIn) -> Answer:
    """取出: papers that were dropped, which are counted and received then; a result that nobody fetched, which lies at `place`
    from now on and opens with the same code."""
    who, seen = _worked(request, case, "take_out")
    stay = deliveries.stay_of(seen, "drop") or deliveries.stay_of(seen, "result")
    if stay is None:
        raise Refused("nothing-found", facts={"case": seen.no})
    at_cabinets.empty(stay_id=stay.pk, place=body.place, by=who.by, now=clock.now())
    return answer(200, {"cabinet": stay.cell.cabinet.code, "cell": stay.cell.no, "case": seen.no})


@router.post("/cases/{case}/to-cabinet", **op("put_in_cabinet", {200: PickedUpOut}), summary="Lay it into a cell")
def put_in_cabinet(request: HttpRequest, case: Path[Code]) -> HttpResponse:
    """待领取: an empty cell of the hall's cabinets opens, and the applicant gets the code. Also for what lies ready at the issue
    window already, with the code it has."""
    who, seen = _worked(request, case, "put_in_cabinet")

    def opens() -> Answer:
        put = at_cabinets.put_again if seen.phase == "ready" else at_cabinets.put
        cabinets = deliveries.cabinets_of(seen.hall)
        if not cabinets:
            raise Refused("way-not-here")
        stay = put(cabinets=cabinets, case_no=seen.no, by=who.by, now=clock.now())
        return answer(200, {"cabinet": stay.cell.cabinet.code, "cell": stay.cell.no, "case": seen.no})

    return _answered(request, who, opens)


def _worked(request: HttpRequest, no: str, operation: str) -> tuple[Caller, Case]:
    who = caller(request)
    seen = seen_case(who, no)
    who.must(operation, seen.hall.code)
    return who, seen


def _here(who: Caller, code: str) -> Cabinet:
    """:raises Refused: not-your-hall; nothing-found – also one beside another machine."""
    row = deliveries.cabinet_by_code(code)
    if row is not None:
        who.must_reach(row.hall.code)
    beside_another = row is not None and row.device is not None and row.device.code != who.key.device
    if row is None or (who.scope == "kiosk" and beside_another):
        raise Refused("nothing-found", facts={"cabinet": code})
    return row


def _opened(
    request: HttpRequest, code: str, status: int, opens: Callable[[Caller, Cabinet, datetime], dict[str, Any]]
) -> HttpResponse:
    who = caller(request)
    here = _here(who, code)
    return _answered(request, who, lambda: answer(status, opens(who, here, clock.now())))


def _answered(request: HttpRequest, who: Caller, opens: Callable[[], Answer]) -> HttpResponse:
    """A door opens between two transactions, so the answer is kept after it: who asks again in time is told the same, who asks
    while it opens, that it did."""
    asked_in = language(request)
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=request.body
    )
    if once is not None and (before := idempotency.answered_before(once, asked_in)) is not None:
        return response_of(before)
    done = opens()
    return response_of(idempotency.answered_once(once, asked_in, lambda: done))
