"""Figures: visits with waits, handling, no-shows and ratings; cases with days and shares."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from banshi.foundation import clock
from banshi.foundation.problem import ZONE
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote.queries import figures as remote
from banshi.surfaces.api.answers import invalid
from banshi.surfaces.api.halls import checked_days
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import named
from banshi.surfaces.api.remote_schemas import RemoteStatsOut
from banshi.surfaces.api.schemas import CasesFigures, Code, Day, Paged, VisitsPage

router = Router(tags=["stats"])
MOST_DAYS = 366


class DaysAsked(Paged):
    region: Code | None = Field(None, description="Halls of this region and of all below it.")
    hall: Code | None = None
    from_: Day | None = Field(None, alias="from", description="First day; default today.")
    to: Day | None = Field(None, description=f"Last day, included; at most {MOST_DAYS} days.")


class VisitsAsked(DaysAsked):
    by: Literal["day", "hour", "hall", "category", "item", "window", "channel"] | None = Field(
        None, description="One row for each; without it the total alone."
    )


class CasesAsked(DaysAsked):
    by: Literal["day", "hall", "region", "department", "item", "channel"] | None = Field(
        None,
        description="One row for each; without it the total alone. `region`: each right below the asked one, or below the lowest"
        " that holds all halls; whatever lies deeper counts in it, halls of the asked one itself in a row of its own.",
    )


class RemoteAsked(DaysAsked):
    by: Literal["hall", "item", "channel", "seat"] | None = Field(
        None, description="One row for each; without it the total alone."
    )


@router.get("/stats/remote", **op("remote_figures", {200: RemoteStatsOut}), summary="Video service")
def remote_figures(request: HttpRequest, asked: Query[RemoteAsked]) -> HttpResponse:
    """Orders closed, people helped, mean score, waits and talks; and what a visit with a folder from a call saves at the window,
    against the same matters without one."""
    halls, first, last = _where_and_when(caller(request), asked)
    ids = [hall.pk for hall in halls]
    *rows, total = remote.stats(halls=ids, first=first, last=last, by=asked.by)
    shown = [_of_remote(row) for row in rows] if asked.by is not None else [_of_remote(total)]
    saved = vars(remote.saving(halls=ids, first=first, last=last))
    return found({**page(shown, asked), "total": _of_remote(total), "saved": saved})


def _of_remote(row: remote.Figures) -> dict[str, Any]:
    figures = {name: value for name, value in vars(row).items() if name not in ("code", "name_zh", "name_en")}
    return {**named(row.code, row.name_zh, row.name_en), **figures}


@router.get("/stats/visits", **op("visits", {200: VisitsPage}), summary="Visits")
def visits(request: HttpRequest, asked: Query[VisitsAsked]) -> HttpResponse:
    """Counts, waits (mean, p50, p90), handling, missed, no-shows, ratings; of all the key's halls if none is said."""
    halls, first, last = _where_and_when(caller(request), asked)
    *rows, total = insight.visits(halls=halls, first=first, last=last, by=asked.by)
    shown = [_part(row) for row in rows] if asked.by is not None else [_part(total)]
    return found({**page(shown, asked), "total": _part(total)})


@router.get("/stats/cases", **op("case_figures", {200: CasesFigures}), summary="Cases")
def case_figures(request: HttpRequest, asked: Query[CasesAsked]) -> HttpResponse:
    """Received, accepted, decided, completed, each on the day it happened; on time, days saved, notices, trips, ratings."""
    halls, first, last = _where_and_when(caller(request), asked)
    bys = [asked.by] if asked.by is not None else []
    *rows, total = insight.cases(halls=halls, first=first, last=last, bys=bys, region=asked.region)[asked.by or ""]
    shown = [_of_cases(row) for row in rows] if asked.by is not None else [_of_cases(total)]
    return found({**page(shown, asked), "total": _of_cases(total)})


def _of_cases(row: dict[str, Any]) -> dict[str, Any]:
    figures = {name: row[name] for name in row if name not in ("key", "name_zh", "name_en", "total")}
    return {**named(row["key"], row["name_zh"], row["name_en"]), **figures}


def _where_and_when(who: Caller, asked: DaysAsked) -> tuple[list[Hall], date, date]:
    """:raises Refused: invalid, nothing-found, not-your-hall."""
    if asked.hall is not None and asked.region is not None:
        raise invalid("hall 和 region 只能填一项", "Give either hall or region")
    halls = _halls(who, asked)
    today = clock.today(ZONE).date()
    first = asked.from_ or (asked.to if asked.to and asked.to < today else today)
    first, last = checked_days(first, asked.to or max(first, today), most=MOST_DAYS)
    return halls, first, last


def _part(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **named(row["key"], row["name_zh"], row["name_en"]),
        **{count: row[count] for count in insight.COUNTS},
        "way_mean_s": row["way_mean_s"],
        **{of: {each: row[f"{of}_{each}_s"] for each in ("mean", "p50", "p90")} for of in ("wait", "handling")},
        **{share: row[share] for share in ("rating_mean", "satisfied_share", "rated_share")},
    }


def _halls(who: Caller, asked: DaysAsked) -> list[Hall]:
    """:raises Refused: nothing-found, not-your-hall."""
    if asked.hall is not None:
        halls = [places.hall_by_code(asked.hall)]
    elif asked.region is not None:
        halls = places.halls_in_region(asked.region)
    else:
        return [hall for hall in places.all_halls() if who.reaches(hall.code)]
    for hall in halls:
        who.must_reach(hall.code)
    return halls
