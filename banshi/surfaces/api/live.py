"""A hall's line at this moment. The same data, pushed on every change: `/live/halls/{hall}`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.visit.watch import hall_part
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as tickets
from banshi.surfaces.api.operations import caller, found, op
from banshi.surfaces.api.schemas import Code, LiveOut

router = Router(tags=["live"])


@router.get("/halls/{hall}/live", **op("hall_live", {200: LiveOut}), summary="The line now")
def hall_live(request: HttpRequest, hall: Path[Code]) -> HttpResponse:
    """Counts, windows, categories and recent calls, but of nobody who is done; names are masked.

    A stream resumes from `version`.
    """
    here = places.hall_by_code(hall)
    caller(request).must_reach(here.code)
    return found(hall_part(tickets.line(here.pk, clock.now())))
