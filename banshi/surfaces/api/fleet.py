"""The fleet: a machine's heartbeat, and every area and machine with its health in one answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.rooms.devices.queries import fleet as fleet_queries
from banshi.rooms.devices.queries.fleet import Area, Machine, OpenFault
from banshi.rooms.places import queries as places
from banshi.surfaces.api.heartbeats import WHOLE
from banshi.surfaces.api.operations import caller, found, op
from banshi.surfaces.api.schemas import Asked, Code
from banshi.surfaces.api.schemas.fleet import FleetOut, HeardOut, HeartbeatIn

router = Router(tags=["devices"])


class FleetAsked(Asked):
    region: Code | None = Field(
        None, description="Halls of this region and of all below it; default: all the key reaches."
    )


@router.post("/devices/{device}/heartbeat", **op("heartbeat", {200: HeardOut}), summary="A machine is there")
def heartbeat(request: HttpRequest, device: Path[Code], body: HeartbeatIn) -> HttpResponse:
    """心跳: by the machine's own key (`keys create --device`), every 15 seconds. A part that is worse than it was opens a fault,
    one that is well again ends it. After 90 seconds without one it is silent, until the next."""
    raise NotImplementedError  # config/lanes.py answers, by heartbeats.py


@router.get("/fleet", **op("get_fleet", {200: FleetOut}), summary="Machines of the city")
def get_fleet(request: HttpRequest, asked: Query[FleetAsked]) -> HttpResponse:
    """Self-service areas and machines: health, parts, when each was heard, what is wrong, who was told of it and how long it
    lasts. Of halls that the key does not reach, none."""
    who = caller(request)
    halls = places.all_halls() if asked.region is None else places.halls_in_region(asked.region)
    fleet = fleet_queries.fleet(
        [hall for hall in halls if who.reaches(hall.code)], at=clock.wall(), now=clock.now()
    )  # fmt: skip
    return found(
        {"counts": dict(fleet.counts), "available": fleet.available, "areas": [_area(each) for each in fleet.areas]}
    )


def _area(row: Area) -> dict[str, Any]:
    place = row.area
    return {
        "code": place.code if place else f"{row.hall.code}-hall",
        "name": place.name_zh if place else row.hall.name_zh,
        "name_en": place.name_en if place else row.hall.name_en,
        "hall": row.hall.code,
        "place": place.place_zh if place else row.hall.address_zh,
        "place_en": place.place_en if place else row.hall.address_en,
        "all_hours": place is not None and place.all_hours,
        "most_inside": place.most_inside if place else None,
        "machines": [_machine(each) for each in row.machines],
    }


def _machine(row: Machine) -> dict[str, Any]:
    return {
        "code": row.code, "name": row.name, "type": row.type.code, "type_name": row.type.name_zh,
        "type_name_en": row.type.name_en, "health": row.health,
        "parts": {part: state or "unknown" for part, state in row.parts.items()}, "version": row.version,
        "last_seen_at": row.last_seen_at, "faults": [_fault(each) for each in row.faults],
        "maintenance_until": row.maintenance.until_at if row.maintenance else None, "available": row.available,
    }  # fmt: skip


def _fault(row: OpenFault) -> dict[str, Any]:
    told = [{"step": each.step, "names": [name.zh for name in each.names], "at": each.at} for each in row.told]
    return {
        "part": row.part or WHOLE, "kind": row.kind, "opened_at": row.opened_at, "seen_at": row.seen_at,
        "lasts_s": int(row.lasts.total_seconds()), "told": told,
    }  # fmt: skip
