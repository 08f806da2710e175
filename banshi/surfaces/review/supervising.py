"""督办 on the page of a case: it is urged, or handed on to a colleague or another department."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import pgettext

from banshi.foundation.doors import Asked
from banshi.frames.staff.colleagues import colleagues, other_departments
from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.journeys.case import folders
from banshi.journeys.case.folders import Goes
from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.handing import LONGEST_WHY
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.surfaces.review.deeds import of_case

MOST_KEY = 2**31 - 1


@of_case("cases.supervise", "urge")
def urge(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    cases.urge(case_no=case.no, note=lines_of(request.POST.get("note"), LONGEST_WHY + 1), by=by, now=now)
    return pgettext("supervision", "Urged. It stands on the work list of whoever has it.")


@of_case("cases.supervise", "hand_on")
def hand_on(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    to = int_or_none(request.POST.get("to"), 1, MOST_KEY) or 0

    def may(case: Case) -> bool:
        return CASE.may(case.phase, "hand_on") and to in {one.pk for one in colleagues(case)}

    why = lines_of(request.POST.get("why"), LONGEST_WHY + 1)
    folders.hand_on(case_no=case.no, to=to, may=may, why=why, goes=_goes(request), by=by, now=now)
    return pgettext("supervision", "Handed on. It is kept for them until the end of the next working day.")


@of_case("cases.supervise", "hand_to_department")
def hand_to_department(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    department, why = clean(request.POST.get("department"), 60), lines_of(request.POST.get("why"), LONGEST_WHY + 1)
    may = department in {each.code for each in other_departments(case)}
    folders.hand_to_department(
        case_no=case.no, department=department, may=may, why=why, goes=_goes(request), by=by, now=now
    )
    return pgettext("supervision", "Handed on. The department gets the papers anew; the limits run on.")


def _goes(request: Asked) -> Goes:
    """Where the folder of its papers goes: what nobody said stays where it is."""
    return Goes(clean(request.POST.get("folder"), 8) or "stays", clean(request.POST.get("spot"), 60))
