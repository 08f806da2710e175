"""Closures of a hall or a part of it: announce, look, take back. The same follow-up as in the office."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.journeys.hours import change_hours, close_line
from banshi.journeys.hours.follow_up import Outcome, outcome_of
from banshi.journeys.hours.stops import as_announced
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import FollowUp
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Floor, Hall, Zone
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import ClosedOut, ClosureIn, ClosureOut, Code, Id, Page, Paged

router = Router(tags=["closures"])


def _hall(request: HttpRequest, code: str) -> Hall:
    """:raises Refused: nothing-found, not-your-hall."""
    hall = places.hall_by_code(code)
    caller(request).must_reach(hall.code)
    return hall


@router.get("/halls/{hall}/closures", **op("list_closures", {200: Page[ClosureOut]}), summary="Closures")
def list_closures(request: HttpRequest, hall: Path[Code], asked: Query[Paged]) -> HttpResponse:
    """Closures of the hall that are not over, by start, those taken back too."""
    asked_hall = _hall(request, hall)
    rows = Closure.objects.filter(hall=asked_hall, ends_at__gt=clock.now())
    listed = rows.select_related("floor", "zone", "category", "item").order_by("starts_at", "id")
    return found(page([_part(row, asked_hall) for row in listed], asked))


@router.post("/halls/{hall}/closures", **op("close_hall", {201: ClosedOut}), summary="Close a hall or a part of it")
@write
def close_hall(request: HttpRequest, hall: Path[Code], body: ClosureIn) -> Answer:
    """People booked for that time are moved, cancelled or kept one by one after the answer, and told; people in line are
    told at its start. At most one of floor, zone, category and item is named."""
    place, now = _hall(request, hall), clock.now()
    closure, follow_up = change_hours.close(
        hall=place,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        reason_zh=body.reason,
        reason_en=body.reason_en,
        floor=_named(Floor, place, body.floor, "floor"),
        zone=_named(Zone, place, body.zone, "zone"),
        category=_named(Category, place, body.category, "category"),
        item=_item(place, body.item),
        kind=body.kind,
        choices={},
        others=body.then,
        by=caller(request).by,
        now=now,
    )
    touched = change_hours.touched(closure=closure, follow_up=follow_up, now=now)
    if closure.starts_at <= now:
        close_line.begin(closure=closure, now=now)
    return answer(201, {**_part(closure, place), "affected": touched})


@router.delete(
    "/halls/{hall}/closures/{closure}", **op("reopen_hall", {200: ClosureOut}), summary="Take a closure back"
)
@write
def reopen_hall(request: HttpRequest, hall: Path[Code], closure: Path[Id]) -> Answer:
    """Its periods open again. Who was moved or cancelled stays so; they may book again. Repeating it changes nothing."""
    place, now = _hall(request, hall), clock.now()
    rows = Closure.objects.select_related("hall", "floor", "zone", "category", "item")
    row = rows.filter(hall=place, id=closure).first()
    if row is None:
        raise Refused("nothing-found", facts={"closure": closure})
    change_hours.withdraw(closure=row, by=caller(request).by, now=now)
    row.refresh_from_db()
    return answer(200, _part(row, place))


def _named(model: Any, hall: Hall, code: str | None, field: str) -> Any:
    if code is None:
        return None
    row = model.objects.filter(hall=hall, code=code).first()
    if row is None:
        raise Refused("nothing-found", facts={field: code, "hall": hall.code})
    return row


def _item(hall: Hall, code: str | None) -> Item | None:
    if code is None:
        return None
    row = Item.objects.filter(code=code, halls__hall=hall).first()
    if row is None:
        raise Refused("item-not-here", facts={"item": code, "hall": hall.code})
    return row


def _part(row: Closure, hall: Hall) -> dict[str, Any]:
    follow_up = FollowUp.objects.filter(hall=hall, cause=f"closure:{row.pk}").first()
    zone = zone_of(hall)
    says = as_announced(hall, row, clock.now())
    return {
        "id": row.pk,
        "kind": row.kind,
        "starts_at": rfc3339(row.starts_at, zone),
        "ends_at": rfc3339(row.ends_at, zone),
        "floor": row.floor.code if row.floor else None,
        "zone": row.zone.code if row.zone else None,
        "category": row.category.code if row.category else None,
        "item": row.item.code if row.item else None,
        "reason": row.reason_zh,
        "reason_en": row.reason_en,
        "says": says.zh,
        "says_en": says.en,
        "withdrawn": row.withdrawn_at is not None,
        "progress": _progress(outcome_of(follow_up)) if follow_up else None,
    }


def _progress(outcome: Outcome) -> dict[str, int]:
    names = ("moved", "cancelled", "kept", "done", "failed", "due")
    return {name: getattr(outcome, name) for name in names}
