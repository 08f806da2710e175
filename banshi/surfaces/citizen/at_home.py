"""Somebody who cannot come asks for a visit at home, or a firm for one at its project (上门服务); follows it, calls it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.homevisits import actions
from banshi.rooms.homevisits import queries as visits
from banshi.rooms.homevisits.models import Visit
from banshi.rooms.homevisits.rules import VISIT
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.home_visit_form import HomeVisitForm
from banshi.surfaces.citizen.refusals import NOT_FILLED, Panel, panel, unfilled

MOST = 50  # of one's visits shown


def halls_that_go(item: Item, kind: str, *, now: datetime) -> list[Hall]:
    """Halls of an item that visit people at home, or firms at their projects."""
    if (kind == "home" and not item.home_visit) or item.retired_on is not None:
        return []
    rows = HallItem.objects.filter(item=item).select_related("hall").order_by("hall__order", "hall__code")
    halls = [row.hall for row in rows]
    policies = places.policies_of([hall.pk for hall in halls], now=now)
    goes = {pk for pk, policy in policies.items() if policy.home_visits.most_per_half_day}
    if kind == "project":
        goes &= {pk for pk, policy in policies.items() if policy.home_visits.projects}
    return [hall for hall in halls if hall.pk in goes]


def _kind(asked: str | None) -> str:
    return "project" if asked == "project" else "home"


@citizen_page
@require_http_methods(["GET", "POST"])
def ask(request: Any, code: str) -> HttpResponseBase:
    """Where, when, and why nobody can come; a day from tomorrow on."""
    item, now = catalogue.item_by_code(code), clock.now()
    kind = _kind(request.POST.get("kind") or request.GET.get("kind"))
    halls = halls_that_go(item, kind, now=now)
    if not halls:
        raise Refused("nothing-found")
    if request.method == "GET":
        return _ask_page(
            request, item, kind, halls, form=sent.again(request, HomeVisitForm, halls=halls, kind=kind), now=now
        )
    form = HomeVisitForm(request.POST, halls=halls, kind=kind)
    if not form.is_valid():
        wrong = next(name for name in form.fields if form.has_error(name))
        return _ask_page(request, item, kind, halls, form=form, refused=unfilled(NOT_FILLED, field=wrong), now=now)
    said = dict(form.cleaned_data)
    hall = next(each for each in halls if each.code == said.pop("hall"))
    asking = actions.Asking(hall=hall, kind=kind, item=item.code, account_id=request.who.account_id, **said)
    try:
        visit = actions.ask(asking, by=request.who.by, now=now)
    except Refused as refused:
        return _ask_page(request, item, kind, halls, form=form, refused=refused, now=now)
    messages.success(request, pgettext("home visit", "Asked for. A message says when somebody comes."))
    return redirect("citizen:home-visit", visit.no)


def _ask_page(
    request: Any, item: Item, kind: str, halls: Sequence[Hall], *, form: HomeVisitForm, refused: Refused | None = None,
    now: datetime,
) -> HttpResponseBase:  # fmt: skip
    context = {
        "item": item, "kind": kind, "form": form,
        "panel": _panel(form, refused, halls[0], now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/home_visit_ask.html", context, refused=refused)


def _panel(form: HomeVisitForm | None, refused: Refused, hall: Hall, *, now: datetime) -> Panel | None:
    if form is not None and refused.slug in ("invalid", "phone-invalid") and sent.beside(form, refused):
        refused = unfilled(NOT_FILLED)
    zone = ZoneInfo(hall.timezone)
    return panel(refused, today=now.astimezone(zone).date(), zone=zone)


# --- My visits --------------------------------------------------------------------------------------------------


@citizen_page
@require_GET
def mine(request: Any) -> HttpResponseBase:
    """What this account asked for, newest first."""
    rows = visits.mine(request.who.account_id)[:MOST]
    return page(request, "citizen/home_visits.html", {"lines": visits.lines(rows, now=clock.now())})


def _mine(request: Any, no: str) -> Visit:
    """:raises Http404: there is none, or somebody else asked for it."""
    found = visits.mine(request.who.account_id).filter(no=no).first()
    if found is None:
        raise Http404
    return found


@citizen_page
@require_GET
def visit(request: Any, no: str) -> HttpResponseBase:
    """How it stands, when somebody comes and how many, and what came of it."""
    return _page(request, _mine(request, no))


def _page(request: Any, found: Visit, *, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    (line,) = visits.lines([found], now=now)
    moved = [step.text for step in visits.steps(found) if step.verb in ("move", "cancel", "not_met") and step.text]
    context = {
        "visit": found, "line": line, "hall": found.hall, "persons": len(found.going.all()), "why": moved[-1] if moved else "",
        "may_cancel": VISIT.may(found.state, "cancel"),
        "panel": _panel(None, refused, found.hall, now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/home_visit.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def cancel(request: Any, no: str) -> HttpResponseBase:
    """Called off, as long as nobody is on the way."""
    found = _mine(request, no)
    try:
        actions.cancel(no=found.no, by=request.who.by, now=clock.now())
    except Refused as refused:
        return _page(request, _mine(request, no), refused=refused)
    messages.success(request, pgettext("home visit", "Called off: nobody comes."))
    return redirect("citizen:home-visit", found.no)
