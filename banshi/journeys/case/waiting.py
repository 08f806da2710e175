"""What waits for somebody who works here, counted hall by hall: cases to go on with, papers to sign for, questions, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from banshi.journeys.case import to_issue
from banshi.kernel.rights import holds
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case, Handover
from banshi.rooms.cases.rules.lifecycle import PERMISSION, WORKLISTS
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.places.models import Hall

LOOK = "cases.look"  # to open what stands in a list
KEEP = "folders.keep"  # to move a folder
MINE = (
    "issue",
    "extension",
    "approval",
    "review",
    "to-hand-over",
    "acceptance",
    "pre-review",
)  # the lists in which it is somebody's turn, the last step first


@dataclass(frozen=True)
class Waiting:
    """:ivar what: of results, at the issue window: make | lay_ready | post; extension | decide | sign_for | review | given_back |
    to_hand_over | to_send_after (papers that follow what the department has) | came_again (what was missing) | acceptance |
    pre_review | asked | answered | visits (to be made, from their day on) | other_times (asked for visits that they planned) |
    promises (to be checked, or revoked for) | enquiries. :ivar due: the first of their days."""

    what: str
    hall: Hall
    n: int
    due: date | None


def waits_for(
    grants: Mapping[str, frozenset[str]], staff: int, department: str, halls: Sequence[Hall], *, now: datetime
) -> list[Waiting]:
    """By hall, in their order. In as many queries for thirty halls as for one; no personal data.

    :param grants: as of `Who`; :param department: whose cases alone they see, "" for all of a hall.
    """
    found: list[Waiting] = []
    for name in MINE:
        looks = () if name == "issue" else (LOOK,)  # the issue window asks for its own permission alone
        mine = _where(grants, halls, PERMISSION[name], *looks)
        if mine and name == "issue":
            for what, waits in to_issue.to_do(halls=list(mine), department=department).items():
                found += _counted(what, waits, mine, "hall__code", WORKLISTS[name][1])
        elif mine:
            rows = cases.worklist(name, halls=list(mine), department=department, staff=staff)
            found += _of_list(name, staff, rows, mine)
    found += _of_opinions(grants, staff, department, halls)
    found += _of_visits(grants, staff, department, halls, now=now)
    found += _of_promises(grants, department, halls)
    front = _where(grants, halls, PERMISSION["to-hand-over"], KEEP)
    if front:
        after = deliveries.to_be_sent_after(front, department=department)
        found += _counted("to_send_after", after, front, "case__hall__code", "")
    asked = _where(grants, halls, "enquiries.answer", "enquiries.look")
    if asked:
        found += _counted(
            "enquiries", consulting.worklist(halls=list(asked), department=department), asked, "hall__code"
        )
    order = {hall.code: n for n, hall in enumerate(halls)}
    return sorted(found, key=lambda each: order[each.hall.code])


def _where(grants: Mapping[str, frozenset[str]], halls: Sequence[Hall], *permissions: str) -> dict[str, Hall]:
    return {hall.code: hall for hall in halls if all(holds(grants, each, hall.code) for each in permissions)}


def _of_list(name: str, staff: int, rows: QuerySet[Case], mine: Mapping[str, Hall]) -> list[Waiting]:
    """What came anew is told apart: papers on their way, and what was missing."""
    column = WORKLISTS[name][1]
    if name == "review":
        slips = Handover.objects.filter(case=OuterRef("pk"), signed_at=None, refused_at=None)
        ours = Exists(slips.exclude(given_by_id=staff))
        return [
            *_counted("sign_for", rows.filter(ours).exclude(accepted_by_id=staff), mine, "hall__code", column),
            *_counted("review", rows.exclude(Exists(slips)), mine, "hall__code", column),
        ]
    if name == "to-hand-over":
        back = cases.was_given_back()
        return [
            *_counted("given_back", rows.filter(back), mine, "hall__code", column),
            *_counted("to_hand_over", rows.exclude(back), mine, "hall__code", column),
        ]
    if name == "acceptance":
        again = Q(phase="received", notices__gt=0) | Q(brought_on__isnull=False)
        return [
            *_counted("came_again", rows.filter(again), mine, "hall__code", column),
            *_counted("acceptance", rows.exclude(again), mine, "hall__code", column),
        ]
    return _counted(
        {"approval": "decide", "extension": "extension"}.get(name, "pre_review"), rows, mine, "hall__code", column
    )


def _of_opinions(
    grants: Mapping[str, frozenset[str]], staff: int, department: str, halls: Sequence[Hall]
) -> list[Waiting]:
    """征求意见: asked of us; and answers to what they asked themselves."""
    mine = _where(grants, halls, PERMISSION["review"], LOOK)
    if not mine:
        return []
    asked = cases.asked_of(halls=list(mine), department=department, staff=staff)
    return [
        *_counted("asked", asked, mine, "case__hall__code"),
        *_counted("answered", cases.answered_to(staff, halls=list(mine)), mine, "case__hall__code", ""),
    ]


def _of_visits(
    grants: Mapping[str, frozenset[str]], staff: int, department: str, halls: Sequence[Hall], *, now: datetime
) -> list[Waiting]:
    """现场勘查: to be made, from their day on; and those they planned for which another time is asked."""
    mine = _where(grants, halls, PERMISSION["review"], LOOK)
    if not mine:
        return []
    today = max(today_in(hall, now) for hall in mine.values())
    due = cases.visits_of(staff, halls=list(mine), department=department, until=today)
    asked = cases.other_times(staff, halls=list(mine), department=department)
    return [
        *_counted("visits", due, mine, "case__hall__code", "day"),
        *_counted("other_times", asked, mine, "case__hall__code", "day"),
    ]


def _of_promises(grants: Mapping[str, frozenset[str]], department: str, halls: Sequence[Hall]) -> list[Waiting]:
    """承诺核查: promises to be checked; and what was granted on one that is not so."""
    check, revoke = (
        _where(grants, halls, PERMISSION["review"], LOOK),
        _where(grants, halls, PERMISSION["approval"], LOOK),
    )
    if not check and not revoke:
        return []
    rows = cases.promises_due(check=list(check), revoke=list(revoke), department=department)
    return _counted("promises", rows, check | revoke, "case__hall__code")


def _counted(
    what: str, rows: QuerySet[Any], halls: Mapping[str, Hall], at: str, column: str = "due_on"
) -> list[Waiting]:
    counts: dict[str, Any] = {"n": Count("pk"), **({"due": Min(column)} if column else {})}
    found = rows.order_by().values(at).annotate(**counts).order_by(at)
    return [Waiting(what, halls[row[at]], row["n"], row.get("due")) for row in found]
