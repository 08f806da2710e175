"""A visit taken down for somebody: at the counter, by telephone, or for a project that the hall looks after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, day_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.homevisits import actions, queries
from banshi.rooms.homevisits.rules import LONGEST_ADDRESS, LONGEST_FIRM, LONGEST_NAME
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.homevisits.frame import PLANNING
from banshi.surfaces.homevisits.words import HALVES, KINDS, reason_word

TYPED = {
    "kind": 8, "item": 60, "name": LONGEST_NAME + 1, "phone": 40, "area": 20, "address": LONGEST_ADDRESS + 1, "day": 10,
    "half": 2, "reason": 12, "firm": LONGEST_FIRM + 1, "project": LONGEST_FIRM + 1,
}  # fmt: skip


@door(audience="staff", permission="visits.plan")
@require_GET
def new(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall), {})


def _page(request: Asked, hall: Hall, typed: Mapping[str, str], *, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    said = {name: typed.get(name, "") for name in TYPED}
    said["day"] = said["day"] or f"{local(hall, now).date() + timedelta(days=1):%Y-%m-%d}"
    reasons = places.policy_of(hall.pk, now=now).home_visits.reasons
    items = HallItem.objects.filter(hall=hall).select_related("item").order_by("item__code")
    return PLANNING.page(
        request, "homevisits/new.html", hall, said=said, refused=refused, kinds=list(KINDS.items()), halves=list(HALVES.items()),
        reasons=[(code, reason_word(code)) for code in reasons], areas=queries.areas([hall]), items=[row.item for row in items],
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


@door(audience="staff", permission="visits.plan")
@require_POST
def ask(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    typed = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    day = day_or_none(typed["day"])
    try:
        if day is None:
            raise Refused("invalid", facts={"field": "day", "reason": pgettext("home visit", "Give the day.")})
        asking = actions.Asking(hall=place, **{**typed, "day": day}, origin="staff")  # type: ignore[arg-type]
        visit = actions.ask(asking, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _page(request, place, typed, refused=refused)
    messages.success(request, pgettext("home visit", "Taken down as %(no)s.") % {"no": visit.no})
    return redirect("homevisits:visit", hall=hall, visit_no=visit.no)
