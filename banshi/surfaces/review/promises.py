"""承诺核查: the promises that are to be checked here, due first; what was found, to be revoked or lifted; and its three deeds."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import paged, query_without_page
from banshi.frames.typed import clean, lines_of
from banshi.journeys.case import charging
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.promises import LONGEST_WHY
from banshi.rooms.places import queries as places
from banshi.surfaces.review import lists
from banshi.surfaces.review.deeds import of_case
from banshi.surfaces.review.frame import page

PER_PAGE = 50
SAYS_NOTHING = {"zh": "选是否属实", "en": "Say whether it is so"}


@door(audience="staff", permission="cases.look")
@require_GET
def show(request: Asked, hall: str) -> HttpResponseBase:
    place, own, now = places.hall_by_code(hall), department_of(request), clock.now()
    shown = paged(request, queries.to_check(halls=[hall], department=own), PER_PAGE)
    revoke = list(queries.to_revoke(halls=[hall], department=own)[:PER_PAGE])
    bars = list(queries.barring(halls=[hall], department=own, today=today_in(place, now))[:PER_PAGE])
    return page(
        request, "review/promises.html", place, rows=shown, lines=queries.check_lines(list(shown), now=now),
        to_revoke=queries.check_lines(revoke, now=now), barring=queries.check_lines(bars, now=now), own=own,
        more=query_without_page(request), tabs=lists.tabs(request, place, own, "promises"),
    )  # fmt: skip


@of_case("cases.review", "check_promise")
def check(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    says = request.POST.get("says")
    if says not in ("kept", "broken"):
        raise Refused("invalid", facts={"field": "says", "reason": SAYS_NOTHING})
    cases.check_promise(
        case_no=case.no, code=_code(request), kept=says == "kept", ground=clean(request.POST.get("ground"), 20),
        reason=lines_of(request.POST.get("reason"), LONGEST_WHY + 1), by=by, now=now,
    )  # fmt: skip
    if says == "kept":
        return pgettext("promise check", "Checked: it is so.")
    return pgettext("promise check", "Checked: it is not so. Whoever applied is told.")


@of_case("cases.approve", "revoke")
def revoke(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    charging.revoke(case_no=case.no, code=_code(request), by=by, now=now)
    return pgettext("promise check", "Revoked. The result holds no more; whoever applied is told.")


@of_case("cases.supervise", "lift_bar")
def lift(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    reason = lines_of(request.POST.get("reason"), LONGEST_WHY + 1)
    cases.lift_bar(case_no=case.no, code=_code(request), reason=reason, by=by, now=now)
    return pgettext("promise check", "Lifted. Promises are taken again.")


def _code(request: Asked) -> str:
    return clean(request.POST.get("code"), 60)
