"""秒批: which matters rules decide, how people and rules agreed, what the rules left to whom – and the switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.hall.every_hall import Lacking, lacking, lacking_to_drop, must_everywhere
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import RuleRun
from banshi.rooms.cases.queries import RunsOfItem
from banshi.rooms.cases.rules.by_rule import MODES
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review.frame import page

PER_PAGE = 30
WHY: dict[str, str | Promise] = {
    "off": pgettext_lazy("rules", "Rules were off"),
    "seen": pgettext_lazy("rules", "A person had looked at it before"),
    "applicant": pgettext_lazy("rules", "Not sure who applies"),
    "suspended": pgettext_lazy("rules", "The applicant is suspended"),
    "papers": pgettext_lazy("rules", "A paper is to be looked at"),
    "rule": pgettext_lazy("rules", "A rule does not hold"),
    "unclear": pgettext_lazy("rules", "A rule cannot be told"),
    "shadow": pgettext_lazy("rules", "Trial: all rules held"),
    "sampled": pgettext_lazy("rules", "Sample: all rules held"),
    "place": pgettext_lazy("rules", "No place of the round may be given"),
    "error": pgettext_lazy("rules", "A rule broke down"),
}


@dataclass(frozen=True)
class RunLine:
    """One run. `agrees`: whether whoever decided came to the same; None: nothing to compare yet."""

    run: RuleRun
    why: str | Promise
    agrees: bool | None


@dataclass(frozen=True)
class SwitchLine:
    """A matter with rules, how its form stands, and the halls that lack the right of whoever looks."""

    of: RunsOfItem
    sample: Any
    chosen: str
    lacks: Lacking | None


def _lacks(request: Asked, line: RunsOfItem) -> Lacking | None:
    return lacking(request.who.grants, "items.publish", catalogue.item_by_code(line.code))


def _page(
    request: Asked, hall: Hall, *, refused: Refused | None = None, at: str = "", typed: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """:param at: the matter that was not set; :param typed: as what it should have been."""
    own, item = department_of(request), clean(request.GET.get("item"), 80)
    found = queries.runs_by_item(halls=[hall.code], department=own)
    said = {at: (typed.get("sample", ""), typed.get("mode", ""))} if typed is not None else {}
    rows = paged(request, queries.runs(hall=hall.code, department=own, item=item), PER_PAGE)
    may_set = request.who.may("items.publish", hall.code)
    lines = [
        SwitchLine(
            each, *said.get(each.code, (each.sample_percent, each.mode)), _lacks(request, each) if may_set else None
        )
        for each in found
    ]
    who = {
        name for each in found for name in (each.changed_by, each.proposal.asked_by if each.proposal else "") if name
    }
    return page(
        request, "review/rules.html", hall, status=status_of(refused) if refused else 200, refused=refused, rows=rows,
        items=lines, item=item, me=str(request.who.by),
        runs=[RunLine(run, WHY.get(run.why, ""), queries.agreement(run)) for run in rows], modes=MODES,
        more=query_without_page(request), names=names_of(who),
        may_set=may_set, live=any(each.mode == "live" for each in found),
    )  # fmt: skip


@door(audience="staff", permission="cases.supervise")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    return _page(request, places.hall_by_code(hall))


@door(audience="staff", permission="items.publish")
@require_POST
def put(request: Asked, hall: str) -> HttpResponseBase:
    """Off and in trial by one person; that they decide, or decide more, is proposed. Off is a matter of no hall alone."""
    place, code = places.hall_by_code(hall), clean(request.POST.get("item"), 80)
    mode, percent = clean(request.POST.get("mode"), 8), int_or_none(request.POST.get("sample"), -1, 1000)
    by, now, sample = acting(request, place), clock.now(), -1 if percent is None else percent
    try:
        line = _theirs(request, place, code)
        if mode == line.mode == "off":  # nothing stops; what is proposed would go
            _must_be_theirs_to_drop(request, line)
        if mode != "off":
            must_everywhere(request.who.grants, "items.publish", catalogue.item_by_code(code))
        if mode == "live" and not (line.mode == "live" and sample >= line.sample_percent):
            cases.propose_rules(item_code=code, sample_percent=sample, by=by, now=now)
            said = _("Proposed. Rules decide once another person switches them on.")
        else:
            cases.set_rules(item_code=code, mode=mode, sample_percent=sample, by=by, now=now)
            said = _("Set. It holds from the next case on.")
    except Refused as refused:
        return _page(request, place, refused=refused, at=code, typed=request.POST)
    messages.success(request, said)
    return redirect("review:rules", hall=hall)


def _must_be_theirs_to_drop(request: Asked, line: RunsOfItem) -> None:
    """:raises Refused: not-every-hall – another proposed it, and a hall that handles the matter lacks their right."""
    if line.proposal is None:
        return
    item, by = catalogue.item_by_code(line.code), str(request.who.by)
    wrote = [line.proposal.asked_by]
    if (lacks := lacking_to_drop(request.who.grants, "items.publish", item, by=by, wrote=wrote)) is not None:
        raise lacks.refused


@door(audience="staff", permission="items.publish")
@require_POST
def answer(request: Asked, hall: str) -> HttpResponseBase:
    """What was proposed: switched on by another person, or dropped."""
    place, code = places.hall_by_code(hall), clean(request.POST.get("item"), 80)
    by, now = acting(request, place), clock.now()
    try:
        line = _theirs(request, place, code)
        if request.POST.get("act") == "drop":
            _must_be_theirs_to_drop(request, line)
            cases.drop_proposal(item_code=code, by=by, now=now)
            said = _("Dropped. Nothing has changed.")
        else:
            must_everywhere(request.who.grants, "items.publish", catalogue.item_by_code(code))
            cases.switch_on(item_code=code, proposal=int_or_none(request.POST.get("proposal")) or 0, by=by, now=now)
            said = _("Switched on. It holds from the next case on.")
    except Refused as refused:
        return _page(request, place, refused=refused)
    messages.success(request, said)
    return redirect("review:rules", hall=hall)


def _theirs(request: Asked, hall: Hall, code: str) -> RunsOfItem:
    """:raises Refused: nothing-found – no rules, or another department's matter."""
    for each in queries.runs_by_item(halls=[hall.code], department=department_of(request)):
        if each.code == code:
            return each
    raise Refused("nothing-found", facts={"item": code})


@door(audience="staff", permission="cases.supervise")
@require_POST
def stop(request: Asked, hall: str) -> HttpResponseBase:
    """一键停用: everywhere, at once."""
    count = cases.stop_all_rules(by=acting(request, places.hall_by_code(hall)), now=clock.now())
    said = ngettext(
        "Stopped in every hall. %(n)s matter goes to people now.",
        "Stopped in every hall. %(n)s matters go to people now.",
        count,
    )
    messages.success(request, said % {"n": count})
    return redirect("review:rules", hall=hall)
