"""Who goes, on their phone: the stops that are theirs, in order; on the way, done, nobody met."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import lines_of
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.homevisits import actions, queries
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.homevisits.rules import LONGEST, VISIT
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.homevisits.frame import GOING
from banshi.surfaces.homevisits.words import KINDS, reason_word

MOST = 40  # stops shown


def _me(request: Asked) -> int:
    return int(request.who.by.id)


@door(audience="staff", permission="visits.go")
@require_GET
def mine(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall))


def _page(request: Asked, hall: Hall, *, refused: Refused | None = None, at: str = "") -> HttpResponseBase:
    """Today's stops whole – whoever goes has to find the door –, later ones masked.

    :param at: the visit something was refused of.
    """
    now = clock.now()
    rows = list(queries.of_goer(_me(request), hall.code)[:MOST])
    today = [
        row
        for row in rows
        if row.starts_at is not None and local(hall, row.starts_at).date() <= local(hall, now).date()
    ]
    why = f"homevisit:go:{local(hall, now):%Y-%m-%d}"
    audit.looked_once([audit.Look(f"homevisit:{row.no}", request.who.by, hall.code, why) for row in today], now=now)
    lines = {line.no: line for line in queries.lines(rows, now=now)}
    return GOING.page(
        request, "homevisits/mine.html", hall, refused=refused, at=at,
        stops=[_stop(row, lines[row.no]) for row in today], later=[lines[row.no] for row in rows if row not in today],
        said={name: lines_of(request.POST.get(name), LONGEST) for name in ("outcome", "taken", "text")},
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _stop(row: Visit, line: queries.VisitLine) -> dict[str, Any]:
    deeds = {verb for verb in ("set_off", "finish", "not_met") if VISIT.may(row.state, verb)}
    return {"visit": row, "line": line, "deeds": deeds, "kind": KINDS[row.kind], "reason": reason_word(row.reason)}


Act = Callable[[Asked, str, int, Actor, datetime], str]


def _deed(act: Act) -> Callable[..., HttpResponseBase]:
    """A view in which who goes says one thing of a visit that is theirs; another's is not found."""

    @door(audience="staff", permission="visits.go")
    @require_POST
    def view(request: Asked, hall: str, visit_no: str) -> HttpResponseBase:
        place, me = places.hall_by_code(hall), _me(request)
        visit = queries.by_no(visit_no[:20])
        if visit.hall_id != place.pk or me not in {each.staff_id for each in visit.going.all()}:
            raise Refused("nothing-found", facts={"home_visit": visit_no})
        try:
            said = act(request, visit.no, me, acting(request, place), clock.now())
        except Refused as refused:
            return _page(request, place, refused=refused, at=visit.no)
        messages.success(request, said)
        return redirect("homevisits:mine", hall=hall)

    view.__name__ = act.__name__
    return view


@_deed
def set_off(request: Asked, no: str, me: int, by: Actor, now: datetime) -> str:
    actions.set_off(no=no, staff_id=me, by=by, now=now)
    return pgettext("home visit", "On the way. A message tells whoever asked.")


@_deed
def finish(request: Asked, no: str, me: int, by: Actor, now: datetime) -> str:
    outcome, taken = (lines_of(request.POST.get(name), LONGEST + 1) for name in ("outcome", "taken"))
    actions.finish(no=no, outcome=outcome, taken=taken, staff_id=me, by=by, now=now)
    return pgettext("home visit", "Written down.")


@_deed
def not_met(request: Asked, no: str, me: int, by: Actor, now: datetime) -> str:
    actions.not_met(no=no, text=lines_of(request.POST.get("text"), LONGEST + 1), staff_id=me, by=by, now=now)
    return pgettext("home visit", "Written down.")
