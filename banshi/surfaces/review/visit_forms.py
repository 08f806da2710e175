"""What the forms of on-site visits on the page of a case start from: what was typed where it was refused, else how it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banshi.foundation.doors import Asked
from banshi.frames.staff.colleagues import reviewers
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case, SiteVisit
from banshi.rooms.cases.queries import VisitView, stages_to_visit, visits_on
from banshi.surfaces.review.said import Said


@dataclass(frozen=True)
class VisitForm:
    """When, who and whom to call. `officers`: keys, as typed."""

    day: str
    from_at: str
    until_at: str
    officers: Sequence[str]
    leader: str
    stage: str = ""
    contact: str = ""


@dataclass(frozen=True)
class VisitCard:
    """A visit with what is typed about it. `deed`: what of it was sent and refused; `mine`: who reads the page takes part."""

    view: VisitView
    mine: bool
    deed: str
    form: VisitForm
    words: str = ""
    why: str = ""


def visit_parts(request: Asked, case: Case, deeds: Collection[str], said: Said, *, now: datetime) -> dict[str, Any]:
    """For the page: nothing of a case that was never accepted."""
    if not case.accepted_at:
        return {"visits": []}
    me, typed = request.who.staff_id, request.POST.getlist("officer")
    arranges = "visit" in deeds
    return {
        "visits": [_card(view, me, said, typed) for view in visits_on(case)],
        "new_visit": _typed(said, typed) if said.deed == "plan_visit" else VisitForm("", "", "", [str(me)], str(me)),
        "visit_stages": stages_to_visit(case) if arranges else [],
        "visit_people": reviewers(case) if arranges else [],
        "visit_today": today_of(case, now),
    }


def _card(view: VisitView, me: int | None, said: Said, officers: Sequence[str]) -> VisitCard:
    mine = me in [one.pk for one in view.officers]
    if not said.deed.endswith("_visit") or said["visit"] != str(view.row.pk):
        return VisitCard(view, mine, "", _stands(view.row, view))
    form = _typed(said, officers) if said.deed == "move_visit" else _stands(view.row, view)
    return VisitCard(view, mine, said.deed, form, said["words"], said["why"])


def _typed(said: Said, officers: Sequence[str]) -> VisitForm:
    return VisitForm(
        said["day"], said["from_at"], said["until_at"], officers, said["leader"], said["stage"], said["contact"]
    )


def _stands(row: SiteVisit, view: VisitView) -> VisitForm:
    people = [str(one.pk) for one in view.officers]
    return VisitForm(row.day.isoformat(), f"{row.from_at:%H:%M}", f"{row.until_at:%H:%M}", people, str(row.leader_id))
