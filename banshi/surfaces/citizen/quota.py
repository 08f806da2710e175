"""名额 and the draw, open to everybody: how many places, how many wait, and how to draw again what was drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.frames.typed import int_or_none
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.queries import RoundLine
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries.retiring import today
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.surfaces.citizen.doors import page, public_page

PER_PAGE = 200


def round_line(item: Item, handling: Handling, *, now: datetime) -> RoundLine | None:
    """The round that an item's page tells of; None where its places are not counted."""
    if handling.quota is None:
        return None
    return cases.shown_round(item, today=today(now))


@public_page
@require_GET
def quota(request: Any, round_id: int) -> HttpResponseBase:
    """A round: its days and places; of a draw the commitment, then the seed and the list with its ranks."""
    row, now = cases.round_by_id(round_id), clock.now()
    last = max(1, -(-row.entrants // PER_PAGE))
    at = min(int_or_none(request.GET.get("page"), 1, last) or 1, last)
    context = {
        "round": row,
        "line": cases.line_of(row, today=today(now)),
        "rows": cases.public_list(row, start=(at - 1) * PER_PAGE, most=PER_PAGE),
        "earlier": at - 1,
        "later": at + 1 if at < last else 0,
        "seed": row.seed if row.drawn_at is not None else "",
    }
    return page(request, "citizen/quota.html", context)
