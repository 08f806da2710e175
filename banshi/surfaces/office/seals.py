"""Seals (印章): which this hall and its departments have, until when; what waits for one and why; another in the place of one."""

from __future__ import annotations

import base64
from datetime import datetime, time

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of, zone_of
from banshi.frames.typed import clean, day_or_none, invalid
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries as of_cases
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.seals import actions, queries
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import CannotSeal
from banshi.surfaces.office.frame import page

PER_PAGE = 20
MOST_ASIDE = 50  # papers that cannot be set, shown at once


@door(audience="staff", permission="seals.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place, now = places.hall_by_code(hall), clock.now()
    aside = list(of_cases.set_aside([place.code], now=now)[:MOST_ASIDE])
    return page(
        request, "office/seals.html", place, rows=queries.seals_of_hall(place, now=now), here=queries.is_sealed_here(),
        aside=[(paper, ", ".join(of_cases.missing_signs(paper))) for paper in aside],
        waiting=paged(request, of_cases.sealed_in(place.code), PER_PAGE), more=query_without_page(request),
    )  # fmt: skip


@door(audience="staff", permission="seals.manage")
@require_POST
def again(request: Asked, hall: str) -> HttpResponseBase:
    """What the signer did not seal is tried again at once."""
    place = places.hall_by_code(hall)
    limits.take(key=f"seals-again:{request.who.staff_id}", per_minute=6, burst=6)
    count = cases.try_again(hall=place.code, wall=clock.wall())
    said = ngettext("%(n)s paper is tried again now.", "%(n)s papers are tried again now.", count) % {"n": count}
    messages.success(request, said)
    return redirect("office:seals", hall=hall)


@door(audience="staff", permission="seals.manage")
@require_GET
def one(request: Asked, hall: str, seal: str) -> HttpResponseBase:
    return _one(request, places.hall_by_code(hall), seal)


def _one(request: Asked, hall: Hall, key: str, *, refused: Refused | None = None, typed: str = "") -> HttpResponseBase:
    """:param typed: the day, as it was entered."""
    now = clock.now()
    row = next((each for each in queries.seals_of_hall(hall, now=now) if each.seal.key == key), None)
    if row is None:
        raise Refused("nothing-found", facts={"seal": key})
    return page(
        request, "office/seal.html", hall, row=row, seal=row.seal, picture=_picture(row.seal), refused=refused, typed=typed,
        today=now.astimezone(zone_of(hall)).date(), status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _picture(seal: Seal) -> str:
    """As it is drawn on papers, in base64; "" where nobody draws it."""
    if not queries.is_sealed_here():
        return ""
    try:
        return base64.b64encode(queries.signer().picture(queries.named(seal))).decode()
    except CannotSeal:
        return ""


@door(audience="staff", permission="seals.manage")
@require_POST
def replace(request: Asked, hall: str, seal: str) -> HttpResponseBase:
    """Another takes its place, at once or from the beginning of a day."""
    place = places.hall_by_code(hall)
    typed, now = clean(request.POST.get("on"), 10), clock.now()
    try:
        begins = _beginning(place, typed, now)
        made = actions.replace(hall=place, key=seal, starts_at=begins, by=acting(request, place), now=now)
    except Refused as no:
        return _one(request, place, seal, refused=no, typed=typed)
    messages.success(request, pgettext("seal", "Replaced. What was sealed before stays valid."))
    return redirect("office:seal", hall=hall, seal=made.key)


def _beginning(hall: Hall, typed: str, now: datetime) -> datetime | None:
    """None: at once – nothing was entered, or today. :raises Refused: invalid."""
    if not typed:
        return None
    day, zone = day_or_none(typed), zone_of(hall)
    if day is None:
        raise invalid("on", pgettext("seal", "Say the day as 2026-10-01."))
    return None if day == now.astimezone(zone).date() else datetime.combine(day, time(0), zone)
