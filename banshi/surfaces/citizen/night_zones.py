"""进 24 小时自助区: a code for the door, for whoever has their telephone and no ID card."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.zones import actions, queries
from banshi.rooms.zones.rules import CODE_LASTS
from banshi.surfaces.citizen.doors import citizen_page, page


@citizen_page
@require_GET
def zones(request: Any) -> HttpResponse:
    return _zones(request)


def _zones(request: Any, refused: Refused | None = None, **more: Any) -> HttpResponse:
    found = queries.zones(queries.with_doors(), now=clock.now())
    return page(request, "citizen/night_zones.html", {"zones": found, "panel": refused, **more}, refused=refused)


@citizen_page
@require_POST
def draw(request: Any, area: str) -> HttpResponse:
    """Six digits, shown this once; those drawn before open nothing."""
    here, now = places.area_by_code(area), clock.now()
    try:
        code = actions.draw_code(area=here, account_id=request.who.account_id, now=now)
    except Refused as refused:
        return _zones(request, refused)
    drawn = {"code": f"{code[:3]} {code[3:]}", "area": here, "until": now + CODE_LASTS}
    return _zones(request, drawn=drawn)
