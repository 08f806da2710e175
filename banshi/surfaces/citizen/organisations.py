"""My organisations: whom I act for and in what, who else does and did, its cases as far as they are mine to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.said import english
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation, MemberView
from banshi.rooms.identity.rules import Limits
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.firm_letters import agents_of
from banshi.surfaces.citizen.firm_record import record_of
from banshi.surfaces.citizen.refusals import panel

PAGE = 20


def today() -> date:
    return timezone.localtime(clock.now()).date()


def my_organisations(request: Any) -> tuple[ActsForOrganisation, ...]:
    """Whom the proven owner of the account acts for today; none where nothing proves who it is."""
    me = people.proven_person(request.who.account_id)
    return people.organisations_of(me, today=today()) if me is not None else ()


def mine_of(request: Any, organisation: int) -> ActsForOrganisation:
    """:raises Http404: the account acts for no such organisation."""
    found = next((each for each in my_organisations(request) if each.organisation_id == organisation), None)
    if found is None:
        raise Http404
    return found


def matters_said(may: Limits) -> str:
    """What somebody may do for it, in the active language."""
    return gettext(", ").join(each["en" if english() else "zh"] for each in cases.matters_of(may))


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
    return _one(request, mine_of(request, organisation))


def _one(request: Any, mine: ActsForOrganisation, *, refused: Refused | None = None) -> HttpResponseBase:
    now, number = clock.now(), int_or_none(request.GET.get("page"), 1, 500) or 1
    some = list(cases.cases_for(mine)[PAGE * (number - 1) : PAGE * number + 1])
    context = {
        "mine": mine,
        "may": matters_said(mine.limits),
        "asks": [each["en" if english() else "zh"] for each in cases.whom_to_ask(mine, today=today())],
        "record": record_of(mine, today=today()),
        "agents": agents_of(mine, today=today()),
        "members": [_listed(mine, each) for each in people.members_of(mine.organisation_id, today=today())],
        "before": [_listed(mine, each) for each in people.members_before(mine.organisation_id, today=today())],
        "cases": list(zip(cases.lines(some[:PAGE], now=now), [each.person.masked_name for each in some], strict=False)),
        "together": [each for each in catalogue.one_matters() if each.audience != "person"],
        "number": number,
        "has_more": len(some) > PAGE,
        "panel": panel(refused, today=today(), zone=timezone.get_default_timezone()) if refused is not None else None,
    }
    return page(request, "citizen/organisation.html", context, refused=refused)


@dataclass(frozen=True)
class Listed:
    """Somebody who acts for it: in what; `mine`: whether whoever looks limits and ends them; `self`: it is them."""

    member: MemberView
    may: str
    mine: bool
    self: bool


def _listed(mine: ActsForOrganisation, each: MemberView) -> Listed:
    is_self = each.member_id == mine.member_id
    return Listed(each, matters_said(each.limits), mine.over(each) and not is_self, is_self)


@citizen_page
@require_POST
def dismiss(request: Any, organisation: int, member: int) -> HttpResponseBase:
    """As who appoints: somebody acts for it no longer. As an agent: I do not."""
    mine = mine_of(request, organisation)
    try:
        identity.dismiss_agent(member_id=member, by_member_id=mine.member_id, by=request.who.by, now=clock.now())
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise Http404 from refused
        return _one(request, mine, refused=refused)
    if member == mine.member_id:
        return redirect("citizen:organisations")
    return redirect("citizen:organisation", organisation)
