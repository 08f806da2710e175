"""“When can I go?”: this item, in one hall or a region, now or at a time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.foundation.problem import ZONE, json_ready
from banshi.journeys.visit.when import Chance
from banshi.journeys.visit.when import when as chances
from banshi.surfaces.api.answers import invalid
from banshi.surfaces.api.operations import caller, found, op
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import moment, named
from banshi.surfaces.api.schemas import ChanceOut, Code, Moment, Page, Paged

router = Router(tags=["when"])


class WhenAsked(Paged):
    item: Code
    hall: Code | None = Field(None, description="This hall; or give a region.")
    region: Code | None = Field(None, description="Halls of this region and of all below it.")
    at: Moment | None = Field(None, description="The moment asked about; now where nothing is said.")


@router.get("/when", **op("when", {200: Page[ChanceOut]}), summary="Where and when is it possible")
def when(request: HttpRequest, asked: Query[WhenAsked]) -> HttpResponse:
    """Halls that handle the item, best first: open with the shortest wait, then the earliest chance."""
    if asked.hall is not None and asked.region is not None:
        raise invalid("hall 和 region 只能填一项", "Give either hall or region")
    who = caller(request)
    if asked.hall is not None:
        who.must_reach(asked.hall)
    answers = chances(item_code=asked.item, hall=asked.hall, region=asked.region, at=asked.at, now=clock.now())
    return found(page([_part(chance, asked.item) for chance in answers if who.reaches(chance.hall)], asked))


def _part(chance: Chance, item: str) -> dict[str, Any]:
    zone: ZoneInfo = ZONE
    return {
        "hall": named(chance.hall, chance.name_zh, chance.name_en),
        "region": chance.region,
        "item": item,
        "open_now": chance.open_now,
        "opens_at": moment(chance.opens_at, zone),
        "closes_at": moment(chance.closes_at, zone),
        "kind": chance.session_kind,
        "why_closed": chance.why_closed_zh,
        "why_closed_en": chance.why_closed_en,
        "walk_ins": chance.walk_ins,
        "served_today": chance.served_today,
        "bookable": chance.bookable,
        "next_slot": json_ready(chance.next_slot, zone),
        "first_slot": json_ready(chance.first_slot, zone),
        "free": chance.free,
        "waiting": chance.waiting,
        "wait": {"likely": chance.likely_s, "at_most": chance.at_most_s} if chance.likely_s is not None else None,
    }
