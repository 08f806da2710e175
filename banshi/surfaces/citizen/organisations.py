"""My organisations: whom I act for, who else does, their cases; the legal representative appoints and ends agents (经办人)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.forms import NewAgent
from banshi.surfaces.citizen.proving import costs
from banshi.surfaces.citizen.refusals import NOT_FILLED, panel, unfilled

PAGE = 20


def _today() -> date:
    return timezone.localtime(clock.now()).date()


def my_organisations(request: Any) -> tuple[ActsForOrganisation, ...]:
    """Whom the proven owner of the account acts for today; none where nothing proves who it is."""
    me = people.proven_person(request.who.account_id)
    return people.organisations_of(me, today=_today()) if me is not None else ()


def _mine(request: Any, organisation: int) -> ActsForOrganisation:
    """:raises Http404: the account acts for no such organisation."""
    found = next((each for each in my_organisations(request) if each.organisation_id == organisation), None)
    if found is None:
        raise Http404
    return found


@citizen_page
@require_GET
def organisations(request: Any) -> HttpResponseBase:
    """Each, with what I am in it."""
    me = people.proven_person(request.who.account_id)
    return page(request, "citizen/organisations.html", {"me": me, "organisations": my_organisations(request)})


@citizen_page
@require_GET
def organisation(request: Any, organisation: int) -> HttpResponseBase:
    """Who acts for it, and its cases."""
    form = sent.again(request, NewAgent, reverse("citizen:appoint", args=[organisation]))
    return _one(request, _mine(request, organisation), form=form)


def _one(
    request: Any, mine: ActsForOrganisation, *, form: NewAgent, refused: Refused | None = None
) -> HttpResponseBase:
    now, number = clock.now(), int_or_none(request.GET.get("page"), 1, 500) or 1
    some = list(cases.of_organisation(mine.organisation_id)[PAGE * (number - 1) : PAGE * number + 1])
    shown = None
    if refused is not None:
        told = unfilled(NOT_FILLED) if sent.beside(form, refused) else refused
        shown = panel(told, today=_today(), zone=timezone.get_default_timezone())
    context = {
        "mine": mine,
        "members": people.members_of(mine.organisation_id, today=_today()),
        "cases": cases.lines(some[:PAGE], now=now),
        "number": number,
        "has_more": len(some) > PAGE,
        "form": form,
        "panel": shown,
    }
    return page(request, "citizen/organisation.html", context, refused=refused)


@citizen_page
@require_POST
@costs("people")
def appoint(request: Any, organisation: int) -> HttpResponseBase:
    """As legal representative: somebody acts for it until a day."""
    mine = _mine(request, organisation)
    form = NewAgent(request.POST)
    if not form.is_valid():
        return _one(request, mine, form=form, refused=unfilled(NOT_FILLED))
    said = {name: form.cleaned_data[name] for name in ("name", "id_type", "id_number", "valid_until")}
    try:
        identity.appoint_agent(legal_member_id=mine.member_id, **said, by=request.who.by, now=clock.now())
    except Refused as refused:
        return _one(request, mine, form=form, refused=refused)
    messages.success(request, pgettext("organisation", "They may act for it now, with their own proven account."))
    return redirect("citizen:organisation", organisation)


@citizen_page
@require_POST
def dismiss(request: Any, organisation: int, member: int) -> HttpResponseBase:
    """As legal representative: somebody acts for it no longer. As an agent: I do not."""
    mine = _mine(request, organisation)
    try:
        identity.dismiss_agent(member_id=member, by_member_id=mine.member_id, by=request.who.by, now=clock.now())
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise Http404 from refused
        return _one(request, mine, form=NewAgent(), refused=refused)
    if member == mine.member_id:
        return redirect("citizen:organisations")
    return redirect("citizen:organisation", organisation)
