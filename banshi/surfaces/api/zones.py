"""Night zones (24 小时自助服务区): for the machine at the door. It lets in by card or code, and never keeps anybody in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.zone import entering
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.models import Entry
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, invalid, response_of
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, language, lower, op, write
from banshi.surfaces.api.schemas import Code, Id
from banshi.surfaces.api.schemas.zones import NightZoneOut, ZoneEntryIn, ZoneEntryOut

router = Router(tags=["devices"])


@router.get("/zones/{zone}", **op("get_zone", {200: NightZoneOut}), summary="A night zone")
def get_zone(request: HttpRequest, zone: Path[Code]) -> HttpResponse:
    """What its door does now, how many are inside, whether its lights burn. Who is inside is told to nobody here."""
    who = caller(request)
    area = places.area_by_code(zone)
    who.must("get_zone", area.hall.code)
    here = queries.zone(area, now=clock.now())
    return found(
        {
            "code": area.code, "name": area.name_zh, "name_en": area.name_en, "hall": area.hall.code, "place": area.place_zh,
            "place_en": area.place_en, "mode": here.mode, "inside": here.inside, "limit": here.policy.limit,
            "stay_minutes": area.stay_minutes, "night": here.night, "lights": here.lights, "opens_at": here.opens_at,
            "closed_until": here.closing.until_at if here.closing else None, "help": here.help is not None,
        }
    )  # fmt: skip


@router.post("/zones/{zone}/entries", **op("enter_zone", {201: ZoneEntryOut}), summary="Let somebody in")
def enter_zone(request: HttpRequest, zone: Path[Code], body: ZoneEntryIn) -> HttpResponse:
    """进入: the zone's door gets its order to open, never the hall's. Whoever is in already has the same entry, and the door
    opens again. The last place goes to one: `zone-full` says how many are inside, when the first stay ends and where
    else there is room. A door that stays shut leaves nobody counted."""
    who = caller(request)
    area = _at_door(who, zone)
    if (body.card is None) == (body.code is None):
        raise invalid("card 和 code 只写一个", "Give either card or code")
    asked_in = language(request)
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=request.body
    )
    # Tries at codes are counted though they are refused: they stand outside the transaction that keeps the answer.
    if once is not None and (before := idempotency.answered_before(once, asked_in)) is not None:
        return response_of(before)
    now, at, door = clock.now(), clock.wall(), queries.door_of(area)
    if body.code is not None:
        entry = entering.by_code(
            area=area, door=door, code=body.code, people=body.people, by=who.by, at=at, now=now
        )  # fmt: skip
    else:
        entry = entering.by_card(
            area=area, door=door, card=body.card or "", people=body.people, by=who.by, at=at, now=now
        )  # fmt: skip
    return response_of(idempotency.answered_once(once, asked_in, lambda: answer(201, _said(entry, area))))


@router.post("/zones/{zone}/entries/{entry}/left", **op("left_zone", {200: ZoneEntryOut}), summary="Somebody left")
@write
def left_zone(request: HttpRequest, zone: Path[Code], entry: Path[Id]) -> Answer:
    """离开: what the door saw. Nothing is asked of whoever leaves, nothing waits for this answer; said twice it is once. What no
    door tells ends by itself half an hour after the stay."""
    area = _at_door(caller(request), zone)
    return answer(200, _said(actions.left(area=area, entry_id=entry, now=clock.now()), area))


def _at_door(who: Caller, code: str) -> SelfServiceArea:
    """:raises Refused: not-your-hall; nothing-found – also with the key of a machine that is not this zone's door."""
    area = places.area_by_code(code)
    who.must_reach(area.hall.code)
    door = queries.door_of(area)
    if who.key.device and (door is None or door.code != who.key.device):
        raise Refused("nothing-found", facts={"zone": code})
    return area


def _said(entry: Entry, area: SelfServiceArea) -> dict[str, Any]:
    state = "inside" if entry.opened_at is not None else "opening"
    if entry.out_at is not None:
        state = "shut" if entry.out_how == "shut" else "left"
    return {
        "id": entry.pk, "zone": area.code, "state": state, "why": actions.why_shut(entry), "people": entry.people,
        "in_at": entry.in_at, "stay_until": entry.stay_until, "out_at": entry.out_at,
    }  # fmt: skip
