"""What the office does to an item, for a member of staff's own system: retiring it (停办) and handling it again, each by two
people; and the blank of a paper as a change of the item would have it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.journeys.hall import retire_item
from banshi.journeys.hall.every_hall import must_everywhere
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.queries import drafted_blank
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.actions import retiring
from banshi.rooms.catalogue.models import HallItem, Item, Retirement
from banshi.rooms.catalogue.queries.drafts import draft_by_id
from banshi.rooms.catalogue.queries.retiring import retirement_by_id, retirement_of
from banshi.rooms.catalogue.rules.unfinished import unfinished
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, op, write
from banshi.surfaces.api.parts import named
from banshi.surfaces.api.schemas import Code, Day, Id, In, Named, Out, _text

router = Router(tags=["items"])
EVERYWHERE = ("agree_to_retire", "put_item_back")  # what holds in every hall at once
AT = "/halls/{hall}/items/{item}/retirement"


class RetireIn(In):
    from_day: Day = Field(description="Its first day without it: from tomorrow, within two years.")
    reason: _text(200, 1)  # type: ignore[valid-type]
    reason_en: _text(200) = ""  # type: ignore[valid-type]
    successor: Code | None = Field(None, description="What is applied for instead.")


class RetirementOut(Out):
    item: str
    state: Literal["asked", "agreed", "asked_back", "undone"] = Field(
        description="`agreed`: from its day nothing new of it is begun. `undone`: it is handled."
    )
    from_day: date
    reason: str
    reason_en: str
    successor: Named | None


@router.post(AT, **op("ask_to_retire", {201: RetirementOut}), summary="Ask that an item is retired")
@write
def ask_to_retire(request: HttpRequest, hall: Path[Code], item: Path[Code], body: RetireIn) -> Answer:
    """停办: nothing changes before another person agrees."""
    who, found = _here(request, "ask_to_retire", hall, item)
    row = retiring.ask_to_retire(
        item=found, from_day=body.from_day, reason_zh=body.reason, reason_en=body.reason_en,
        successor=body.successor or "", by=who.by, now=clock.now(),
    )  # fmt: skip
    return answer(201, _part(row))


@router.post(f"{AT}/agree", **op("agree_to_retire", {200: RetirementOut}), summary="Agree that it is retired")
@write
def agree_to_retire(request: HttpRequest, hall: Path[Code], item: Path[Code]) -> Answer:
    """By another person than who asked, with the right in every hall that handles it.

    Whoever is booked for its day or later, or has begun it, is told."""
    return _done(request, "agree_to_retire", hall, item, retire_item.agree)


@router.post(f"{AT}/undo", **op("undo_retirement", {200: RetirementOut}), summary="Before its day: it is not retired")
@write
def undo_retirement(request: HttpRequest, hall: Path[Code], item: Path[Code]) -> Answer:
    return _done(request, "undo_retirement", hall, item, retire_item.undo)


@router.post(f"{AT}/ask-back", **op("ask_item_back", {200: RetirementOut}), summary="Ask that it is handled again")
@write
def ask_item_back(request: HttpRequest, hall: Path[Code], item: Path[Code]) -> Answer:
    """恢复办理, once its day has come: nothing changes before another person agrees."""
    return _done(request, "ask_item_back", hall, item, retiring.ask_back)


@router.post(f"{AT}/put-back", **op("put_item_back", {200: RetirementOut}), summary="Agree that it is handled again")
@write
def put_item_back(request: HttpRequest, hall: Path[Code], item: Path[Code]) -> Answer:
    """By another person than who asked it back, with the right in every hall that handles it.

    Whoever is booked or has begun it is told."""
    return _done(request, "put_item_back", hall, item, retire_item.put_back)


@router.post(f"{AT}/stay", **op("keep_retired", {200: RetirementOut}), summary="It stays retired")
@write
def keep_retired(request: HttpRequest, hall: Path[Code], item: Path[Code]) -> Answer:
    """What was asked with `ask-back` is not done."""
    return _done(request, "keep_retired", hall, item, retiring.stay_retired)


@router.get(
    "/halls/{hall}/item-changes/{change}/blanks/{paper}",
    **op("get_drafted_blank", {200: str}),
    summary="A blank as a change would have it",
)
def get_drafted_blank(request: HttpRequest, hall: Path[Code], change: Path[Id], paper: Path[Code]) -> HttpResponse:
    """空表, marked as a draft. `change` as in the office's address of it."""
    place = places.hall_by_code(hall)
    caller(request).must("get_drafted_blank", place.code)
    draft = draft_by_id(change)
    here = draft.item is not None and HallItem.objects.filter(hall=place, item=draft.item).exists()
    handling = unfinished(draft.document["handling"]).handling if draft.kind == "office" and here else None
    if handling is None or draft.item is None:
        raise Refused("nothing-found", facts={"draft": change, "paper": paper})
    return HttpResponse(drafted_blank(draft.item, handling, paper).pdf(), content_type="application/pdf")


def _here(request: HttpRequest, operation: str, hall: str, item: str) -> tuple[Caller, Item]:
    """:raises Refused: nothing-found, not-allowed, not-your-hall, item-not-here."""
    who, place = caller(request), places.hall_by_code(hall)
    who.must(operation, place.code)
    found = catalogue.item_by_code(item)
    if not HallItem.objects.filter(hall=place, item=found).exists():
        raise Refused("item-not-here", facts={"item": item})
    return who, found


def _done(request: HttpRequest, operation: str, hall: str, item: str, act: Callable[..., Retirement]) -> Answer:
    who, found = _here(request, operation, hall, item)
    row = retirement_of(found)
    if row is None:
        raise Refused("nothing-found", facts={"item": item})
    if operation in EVERYWHERE:
        must_everywhere(who.may, "items.publish", found)
    now: datetime = clock.now()
    act(retirement_id=row.pk, by=who.by, now=now)
    return answer(200, _part(retirement_by_id(row.pk)))


def _part(row: Retirement) -> dict[str, Any]:
    after = row.successor
    return {
        "item": row.item.code,
        "state": row.state,
        "from_day": row.from_day,
        "reason": row.reason_zh,
        "reason_en": row.reason_en,
        "successor": named(after.code, after.name_zh, after.name_en) if after is not None else None,
    }
