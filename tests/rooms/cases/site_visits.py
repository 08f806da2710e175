"""A visit of two officers to the shop of the town's matter: how tests plan, move, call off and report one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, SiteVisit
from banshi.rooms.identity.models import Role, Staff
from tests.matters import Matters
from tests.town import TUESDAY_NINE

TUESDAY = date(2026, 3, 10)
WEDNESDAY = date(2026, 3, 11)


def inspector(login: str = "case-inspector", *, department: str = "") -> Staff:
    """A colleague of the reviewer, who goes along."""
    found = Staff.objects.filter(login=login).first()
    if found is None:
        found = Staff.objects.create_staff(
            login=login, password="town-password", name_zh="巡查员", name_en="Inspector", created_at=TUESDAY_NINE,
            department=department,
        )  # fmt: skip
        Role.objects.create(
            staff=found, role="reviewer", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
        )
    return found


def going(by: Actor, *, day: date = WEDNESDAY, **more: Any) -> cases.Plan:
    lead = int(by.id or 0)
    said: dict[str, Any] = {
        "day": day, "from_at": time(9, 30), "until_at": time(11), "leader": lead,
    }  # fmt: skip
    if "officers" not in more:
        said["officers"] = [lead, inspector().pk]
    return cases.Plan(**{**said, **more})


def anybody(case: Case) -> frozenset[int]:
    return frozenset(Staff.objects.values_list("pk", flat=True))


def plan(matters: Matters, case: Case, *, now: datetime = TUESDAY_NINE, stage: str = "", **more: Any) -> SiteVisit:
    by = matters.by["reviewer"]
    return cases.plan_visit(case_no=case.no, plan=going(by, **more), stage=stage, may=anybody, by=by, now=now)


# ---- as the table of verbs takes them: of the last visit of a case ----


def _last(case_no: str) -> int:
    rows = SiteVisit.objects.filter(case__no=case_no)
    row = rows.filter(state="planned").first() or rows.order_by("-id").first()
    return row.pk if row else 0


def _day(now: datetime) -> date:
    return now.astimezone(ZoneInfo("Asia/Shanghai")).date()


def _two(by: Actor) -> list[int]:
    """Who acts and a colleague who is there, so that what is refused leaves not a row."""
    colleague = Staff.objects.get(login="case-second-supervisor")
    return [int(by.id or 0), colleague.pk]


def plan_visit(*, case_no: str, by: Actor, now: datetime) -> None:
    said = going(by, day=_day(now), from_at=time(23, 30), until_at=time(23, 45), officers=_two(by))
    cases.plan_visit(case_no=case_no, plan=said, may=anybody, by=by, now=now)


def move_visit(*, case_no: str, by: Actor, now: datetime) -> None:
    said = going(by, day=_day(now), from_at=time(23, 40), until_at=time(23, 50), officers=_two(by))
    cases.move_visit(case_no=case_no, visit_id=_last(case_no), plan=said, why="下雨", may=anybody, by=by, now=now)


def cancel_visit(*, case_no: str, by: Actor, now: datetime) -> None:
    cases.cancel_visit(case_no=case_no, visit_id=_last(case_no), why="不用去了", by=by, now=now)


def ask_visit(*, case_no: str, by: Actor, now: datetime) -> None:
    cases.ask_other_time(case_no=case_no, visit_id=_last(case_no), text="下午", by=by, now=now)


def report_visit(*, case_no: str, by: Actor, now: datetime) -> None:
    cases.report_visit(case_no=case_no, visit_id=_last(case_no), outcome="pass", words="看过", by=by, now=now)
