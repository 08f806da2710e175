"""Rounds of an item and where a case stands in one, as the API says them."""

from __future__ import annotations

from typing import Any

from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import RoundLine


def round_part(line: RoundLine) -> dict[str, Any]:
    row = line.round
    return {
        "id": row.pk,
        "year": row.year,
        "number": row.number,
        "state": line.state,
        "places": row.places,
        "left": line.left,
        "waiting": line.waiting,
        "opens_on": row.opens_on,
        "closes_on": row.closes_on,
        "draw_on": row.draw_on,
    }


def draw_part(line: RoundLine) -> dict[str, Any]:
    """What anybody needs to draw again."""
    row = line.round
    return {
        "commitment": row.commitment or None,
        "list_hash": row.list_hash or None,
        "seed": row.seed if row.drawn_at is not None else None,
        "entries": [
            {"number": each.number, "case": each.case, "rank": each.rank, "drawn": _drawn(each.state)}
            for each in cases.public_list(row)
        ],
    }


def _drawn(state: str) -> bool | None:
    return None if state in ("waits", "out") else state != "missed"


def standing_part(case: Case) -> dict[str, Any] | None:
    standing = cases.standing_of(case)
    if standing is None:
        return None
    row, entry = standing.round, standing.entry
    return {
        "round_id": row.pk,
        "year": row.year,
        "round_number": row.number,
        "state": entry.state,
        "places": row.places,
        "left": standing.left,
        "waiting": standing.waiting,
        "ahead": standing.ahead,
        "number": entry.number,
        "rank": entry.rank,
        "draw_on": row.draw_on,
    }
