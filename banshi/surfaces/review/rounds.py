"""期次: rounds of matters whose places are counted – proposed by one, published by another; drawn by two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import acting, paged, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, int_or_none
from banshi.journeys.hall.every_hall import Lacking, lacking, must_everywhere
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import QuotaRound
from banshi.rooms.cases.queries import RoundLine
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review.frame import page

RIGHT = "items.publish"
PER_PAGE = 50
_DAYS = {"zh": "写开始日和截止日", "en": "Say when it opens and when it closes"}


@dataclass(frozen=True)
class ItemRounds:
    """A matter with its rounds, the newest first; `draws`: by lot."""

    item: Item
    draws: bool
    rounds: list[RoundLine]
    lacks: Lacking | None
    asked: bool = False  # of it a round was not proposed: what was typed stays


def _page(
    request: Asked, hall: Hall, *, refused: Refused | None = None, at: str = "", typed: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """:param at: the matter of which a round was not proposed; :param typed: as what it should have been."""
    own, today = department_of(request), today_in(hall, clock.now())
    may_set, asked = request.who.may(RIGHT, hall.code), int_or_none(request.GET.get("round"))
    rows = queries.rounds_here(department=own)
    found = [
        ItemRounds(
            item,
            _draws(item),
            [queries.line_of(row, today=today) for row in rows if row.item_id == item.pk],
            lacking(request.who.grants, RIGHT, item) if may_set else None,
            item.code == at,
        )
        for item in queries.counted_items(department=own)
    ]
    who = {name for r in rows for name in (r.asked_by, r.published_by, r.closed_by, r.drawn_by) if name}
    shown = next((row for row in rows if row.pk == asked), None)
    waiting = paged(request, queries.waiting_in(shown, halls=[hall.code]), PER_PAGE) if shown is not None else None
    return page(
        request, "review/rounds.html", hall, status=status_of(refused) if refused else 200, refused=refused, items=found, at=at,
        typed=typed or {}, names=names_of(who), me=str(request.who.by), may_set=may_set, today=today, shown=shown, rows=waiting,
        more=f"round={shown.pk}&" if shown is not None else "",
    )  # fmt: skip


def _draws(item: Item) -> bool:
    quota = catalogue.handling_of(item).quota
    return quota is not None and quota.by == "draw"


@door(audience="staff", permission="cases.supervise")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall))


@door(audience="staff", permission="items.publish")
@require_POST
def propose(request: Asked, hall: str) -> HttpResponseBase:
    """提出一期."""
    place, code, said = places.hall_by_code(hall), clean(request.POST.get("item"), 80), request.POST
    try:
        _must(request, code)
        opens, closes = day_or_none(said.get("opens_on")), day_or_none(said.get("closes_on"))
        if opens is None or closes is None:
            raise Refused("invalid", facts={"field": "opens_on", "reason": _DAYS})
        dropped = queries.proposed_before(code)
        cases.propose_round(
            item_code=code, places=int_or_none(said.get("places"), 0, 10_000_000) or 0, opens_on=opens, closes_on=closes,
            draw_on=day_or_none(said.get("draw_on")), by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _page(request, place, refused=refused, at=code, typed=request.POST)
    messages.success(request, _("Proposed. It is open once another person publishes it."))
    if dropped is not None:
        which = {"year": dropped.year, "n": dropped.number}
        messages.info(request, _("Round %(n)s of %(year)s, proposed before, is dropped by that.") % which)
    return redirect("review:rounds", hall=hall)


def _publish(row: QuotaRound, by: Actor, today: date, now: datetime) -> str:
    cases.publish_round(round_id=row.pk, by=by, now=now)
    return _("Published. It holds, and does not change any more.")


def _drop(row: QuotaRound, by: Actor, today: date, now: datetime) -> str:
    cases.drop_round(round_id=row.pk, by=by, now=now)
    return _("Dropped. Nothing has changed.")


def _close(row: QuotaRound, by: Actor, today: date, now: datetime) -> str:
    cases.close_list(round_id=row.pk, today=today, by=by, now=now)
    return _("The list is closed and public. Another person draws.")


def _draw(row: QuotaRound, by: Actor, today: date, now: datetime) -> str:
    cases.draw_round(round_id=row.pk, today=today, by=by, now=now)
    return _("Drawn. The result is public, and every applicant hears.")


ACTS: Mapping[str, Callable[[QuotaRound, Actor, date, datetime], str]] = {
    "publish": _publish, "drop": _drop, "close": _close, "draw": _draw,
}  # fmt: skip


@door(audience="staff", permission="items.publish")
@require_POST
def act(request: Asked, hall: str, round_id: int) -> HttpResponseBase:
    """公布、不公布、封存名单、摇号: what was proposed or closed by one is answered by another."""
    place, now = places.hall_by_code(hall), clock.now()
    try:
        rows = queries.rounds_here(department=department_of(request))
        row = next((each for each in rows if each.pk == round_id), None)
        done = ACTS.get(clean(request.POST.get("act"), 8))
        if row is None or done is None:
            raise Refused("nothing-found", facts={"round": str(round_id)})
        must_everywhere(request.who.grants, RIGHT, row.item)
        said = done(row, acting(request, place), today_in(place, now), now)
    except Refused as refused:
        return _page(request, place, refused=refused)
    messages.success(request, said)
    return redirect("review:rounds", hall=hall)


def _must(request: Asked, code: str) -> None:
    """:raises Refused: nothing-found – not counted, or another department's matter; not-every-hall."""
    items = queries.counted_items(department=department_of(request))
    item = next((each for each in items if each.code == code), None)
    if item is None:
        raise Refused("nothing-found", facts={"item": code})
    must_everywhere(request.who.grants, RIGHT, item)
