"""Who appoints for an organisation lets somebody act for it (经办人): in which matters, whether they send, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation, MemberView
from banshi.rooms.identity.rules import Limits
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.forms import ChangedAgent, NewAgent
from banshi.surfaces.citizen.organisations import mine_of, today
from banshi.surfaces.citizen.proving import costs
from banshi.surfaces.citizen.refusals import NOT_FILLED, panel, unfilled

FOUND = 20  # matters that words find


@dataclass(frozen=True)
class Offered:
    """A matter or a department that may be ticked."""

    row: Item | Department
    chosen: bool


@citizen_page
@require_http_methods(["GET", "POST"])
@costs("people")
def appoint(request: Any, organisation: int) -> HttpResponseBase:
    """Somebody new."""
    mine = _appointing(request, organisation)
    if request.method == "GET":
        return _page(request, mine, sent.again(request, NewAgent))
    form = NewAgent(request.POST)
    try:
        if not form.is_valid():
            raise unfilled(NOT_FILLED)
        said = {name: form.cleaned_data[name] for name in ("name", "id_type", "id_number", "valid_until")}
        identity.appoint_agent(
            by_member_id=mine.member_id, limits=_limits(form), by=request.who.by, now=clock.now(), **said
        )
    except Refused as refused:
        return _page(request, mine, form, refused=refused)
    messages.success(request, pgettext("organisation", "They may act for it now, with their own proven account."))
    return redirect("citizen:organisation", organisation)


@citizen_page
@require_POST
def appoint_matters(request: Any, organisation: int) -> HttpResponseBase:
    """Looks for matters of a new agent; what was typed so far stays."""
    return _page(request, _appointing(request, organisation), NewAgent(initial=_said(request, NewAgent)))


@citizen_page
@require_http_methods(["GET", "POST"])
def member(request: Any, organisation: int, member: int) -> HttpResponseBase:
    """What an agent may do from now on: a new word replaces the one before. POST with `find` looks for matters alone."""
    mine = _appointing(request, organisation)
    listed = people.members_of(mine.organisation_id, today=today())
    found = next((each for each in listed if each.member_id == member and mine.over(each)), None)
    if found is None or member == mine.member_id:
        raise Http404
    if request.method == "GET":
        return _page(request, mine, sent.again(request, ChangedAgent, initial=_as_is(found)), member=found)
    if "find" in request.POST:
        return _page(request, mine, ChangedAgent(initial=_said(request, ChangedAgent)), member=found)
    form = ChangedAgent(request.POST)
    try:
        if not form.is_valid():
            raise unfilled(NOT_FILLED)
        identity.limit_member(
            member_id=member, by_member_id=mine.member_id, valid_until=form.cleaned_data["valid_until"],
            limits=_limits(form), by=request.who.by, now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise Http404 from refused
        return _page(request, mine, form, member=found, refused=refused)
    messages.success(request, pgettext("organisation", "From now on they act for it like this."))
    return redirect("citizen:organisation", organisation)


def _appointing(request: Any, organisation: int) -> ActsForOrganisation:
    """:raises Http404: the account acts for no such organisation. :raises Refused: not-allowed – it appoints nobody for it."""
    mine = mine_of(request, organisation)
    if not mine.may_appoint:
        raise Refused("not-allowed")
    return mine


def _said(request: Any, form: type[ChangedAgent]) -> dict[str, Any]:
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in form.base_fields}
    return typed | {"scope": "some"} | {name: request.POST.getlist(name) for name in ("items", "departments")}


def _as_is(found: MemberView) -> dict[str, Any]:
    may = found.limits
    return {
        "valid_until": found.valid_until, "items": list(may.items), "departments": list(may.departments),
        "scope": "all" if may.all_matters else "some", "may": "appoint" if may.appoints else "send" if may.sends else "fill",
    }  # fmt: skip


def _limits(form: ChangedAgent) -> Limits:
    """What was ticked, of what there is. :raises Refused: invalid – some matters, and none chosen; all, and some chosen."""
    said = form.cleaned_data
    items, departments = form.chosen("items"), form.chosen("departments")
    if said["scope"] == "all" and (items or departments):
        reason = {
            "zh": "勾选了事项或部门：去掉勾选，或者选“只委托这些”",
            "en": "Some are ticked: untick them, or choose “these only”",
        }
        raise unfilled(reason, field="items")
    known = Item.objects.filter(code__in=items).order_by("code").values_list("code", flat=True)
    bodies = Department.objects.filter(code__in=departments).order_by("code").values_list("code", flat=True)
    found = Limits(tuple(known), tuple(bodies), said["may"] != "fill", said["may"] == "appoint")
    if said["scope"] == "some" and found.all_matters:
        reason = {"zh": "选至少一个事项或部门", "en": "Choose at least one matter or department"}
        raise unfilled(reason, field="items")
    return found


def _page(
    request: Any,
    mine: ActsForOrganisation,
    form: ChangedAgent,
    *,
    member: MemberView | None = None,
    refused: Refused | None = None,
) -> HttpResponseBase:
    shown = None
    if refused is not None:
        told = unfilled(NOT_FILLED) if sent.beside(form, refused) else refused
        shown = panel(told, today=today(), zone=timezone.get_default_timezone())
    q = str(form["q"].value() or "")
    context = {
        "mine": mine,
        "member": member,
        "form": form,
        "may_hand_on": mine.role == "legal",
        "matters": _matters(q, form.chosen("items")),
        "departments": _departments(form.chosen("departments")),
        "looking": bool(q),
        "find": "" if member else reverse("citizen:appoint-matters", args=[mine.organisation_id]),
        "back": reverse("citizen:organisation", args=[mine.organisation_id]),
        "panel": shown,
    }
    return page(request, "citizen/member.html", context, refused=refused)


def _matters(q: str, chosen: Sequence[str]) -> list[Offered]:
    """Those chosen, then those that the words find, of what organisations apply for."""
    lines = catalogue.search(q, limit=2 * FOUND) if q.strip() else []
    rows = Item.objects.filter(code__in={*chosen, *(line.code for line in lines)}).order_by("code")
    offered = [Offered(row, row.code in chosen) for row in rows if row.code in chosen or row.audience != "person"]
    order = {line.code: place for place, line in enumerate(lines)}
    return sorted(offered, key=lambda each: (not each.chosen, order.get(each.row.code, 0)))[: FOUND + len(chosen)]


def _departments(chosen: Sequence[str]) -> list[Offered]:
    rows = Department.objects.filter(item__audience__in=["firm", "both"]).distinct().order_by("code")
    return sorted((Offered(row, row.code in chosen) for row in rows), key=lambda each: not each.chosen)
