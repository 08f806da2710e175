"""现场勘查: planned with a day and two officers, told to the applicant, moved, called off, made and reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.acting import need_acting
from banshi.rooms.cases.actions.ground import (
    invalid,
    locked,
    need,
    need_lease,
    span_of,
    staff_of,
    step,
    tell,
    tell_off,
    today_of,
)
from banshi.rooms.cases.models import Case, SiteVisit
from banshi.rooms.cases.queries.flow import flow_of
from banshi.rooms.cases.queries.site_visits import begins
from banshi.rooms.cases.rules.procedures import SITE_VISIT
from banshi.rooms.cases.rules.site_visits import (
    LONGEST_CONTACT,
    LONGEST_WHY,
    NOT_MET,
    officers_refusal,
    report_refusal,
    time_refusal,
)
from banshi.rooms.identity.models import Staff


@dataclass(frozen=True)
class Plan:
    """When they come, and who. Times are of the hall's clock; `officers` by key, the leader among them. `contact`: whom to call
    there; "": whom the case names."""

    day: date
    from_at: time
    until_at: time
    officers: Sequence[int]
    leader: int
    contact: str = ""


MayGo = Callable[[Case], frozenset[int]]  # who may make a visit of a case (the door's to know), asked once it is locked


def plan_visit(*, case_no: str, plan: Plan, stage: str = "", may: MayGo, by: Actor, now: datetime) -> SiteVisit:
    """:param stage: of the flow, one that is a visit; "": one of the review's own.
    :raises Refused: nothing-found, wrong-state, locked, invalid; changed-meanwhile – one is planned already, or was made.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "plan_visit")
        need_lease(case, by=by, now=now)
        _need_stage(case, stage)
        _need_plan(case, plan, may, now=now)
        if stage and case.site_visits.filter(stage=stage, state="done").exists():
            raise Refused("changed-meanwhile")
        row = _written(case, plan, stage=stage, by=by, now=now)
        _need_free(plan, row)
        event = step(case, "plan_visit", by=by, now=now, facts=_facts(row, plan))
        tell(case, "case_visit", event=event, now=now, **_said(row, plan))
    return row


def move_visit(*, case_no: str, visit_id: int, plan: Plan, why: str, may: MayGo, by: Actor, now: datetime) -> SiteVisit:
    """Another time, or other people: a new row takes the place of the old one, which stays. Other people at the same time are
    told to nobody: how many come is.

    :raises Refused: nothing-found, wrong-state, locked, invalid – also of who goes elsewhere then; changed-meanwhile – it is
        off, was moved or made.
    """
    said = _why(why)
    with transaction.atomic():
        case, old = _planned(case_no, visit_id, "move_visit")
        need_lease(case, by=by, now=now)
        _need_plan(case, plan, may, now=now)
        _end(old, "moved", why=said, now=now)
        row = _written(case, plan, stage=old.stage, by=by, now=now, contact=str(old.contact))
        _need_free(plan, row)
        event = step(case, "move_visit", by=by, now=now, why=said, facts={**_facts(row, plan), "from": old.pk})
        was = {f"old_{name}": moment for name, moment in span_of(old).items()}
        tell(case, "case_visit_moved", event=event, now=now, reason=said, **was, **_said(row, plan))
    return row


def cancel_visit(*, case_no: str, visit_id: int, why: str, by: Actor, now: datetime) -> SiteVisit:
    """:raises Refused: nothing-found, wrong-state, locked, invalid; changed-meanwhile."""
    said = _why(why)
    with transaction.atomic():
        case, row = _planned(case_no, visit_id, "cancel_visit")
        need_lease(case, by=by, now=now)
        _end(row, "cancelled", why=said, now=now)
        event = step(case, "cancel_visit", by=by, now=now, why=said, facts={"visit": row.pk, "day": row.day})
        tell_off(row, event=event, now=now, reason=said)
    return row


def report_visit(*, case_no: str, visit_id: int, outcome: str, words: str, by: Actor, now: datetime) -> SiteVisit:
    """One of those who went says what came of it, once, on its day or later. Whoever works on the case keeps it.

    :param outcome: pass | faults | not_met: nobody was there, and another visit may be planned.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid – also from who was not there.
    """
    with transaction.atomic():
        case, row = _planned(case_no, visit_id, "report_visit")
        if not row.officers.filter(pk=staff_of(by)).exists():
            raise invalid("outcome", "由去现场的人写结果", "Who went there says what came of it")
        if (no := report_refusal(row.day, outcome=outcome, words=words, today=today_of(case, now))) is not None:
            raise Refused(no)
        row.state = "not_met" if outcome == NOT_MET else "done"
        row.outcome, row.words, row.done_at, row.done_by_id = outcome, words.strip(), now, staff_of(by)
        row.save(update_fields=["state", "outcome", "words", "done_at", "done_by"])
        facts = {"visit": row.pk, "stage": row.stage, "outcome": outcome}
        step(case, "report_visit", by=by, now=now, facts=facts)
    return row


def ask_other_time(*, case_no: str, visit_id: int, text: str, by: Actor, now: datetime) -> SiteVisit:
    """The applicant asks for another time, once a visit: the one that was told stands until whoever planned it moves it.

    :raises Refused: nothing-found, wrong-state, mandate-missing, member-limited, invalid; changed-meanwhile – it was asked
        already, is off, was moved or made; too-late – its time has begun.
    """
    if not text.strip() or len(text) > LONGEST_WHY:
        raise invalid(
            "text", f"写明什么时间方便，{LONGEST_WHY} 字以内", f"Say when suits you, in up to {LONGEST_WHY} characters"
        )
    with transaction.atomic():
        case, row = _planned(case_no, visit_id, "ask_visit")
        need_acting(case, by=by, now=now)
        if row.asked_at is not None:
            raise Refused("changed-meanwhile")
        if now >= (starts := begins(row)):
            raise Refused("too-late", facts={"closes": starts.isoformat()})
        row.asked_at, row.asked = now, text.strip()
        row.save(update_fields=["asked_at", "asked"])
        step(case, "ask_visit", by=by, now=now, facts={"visit": row.pk})
    return row


def _planned(case_no: str, visit_id: int, verb: str) -> tuple[Case, SiteVisit]:
    """The case locked, and one of its visits that is still to be made."""
    case = locked(case_no)
    row = SiteVisit.objects.filter(id=visit_id, case=case).first()
    if row is None:
        raise Refused("nothing-found", facts={"visit": visit_id})
    need(case, verb)
    if row.state != "planned":
        raise Refused("changed-meanwhile")
    row.case = case
    return case, row


def _need_stage(case: Case, stage: str) -> None:
    if stage and not any(each.code == stage and each.procedure == SITE_VISIT for each in flow_of(case)):
        raise invalid("stage", "办理流程里没有这一步现场勘查", "The flow has no such visit")


def _need_plan(case: Case, plan: Plan, may: MayGo, *, now: datetime) -> None:
    there = now.astimezone(ZoneInfo(case.hall.timezone))
    no = time_refusal(plan.day, plan.from_at, plan.until_at, now=there, promised=case.due_promised)
    if (no := no or officers_refusal(sorted({*plan.officers}), plan.leader)) is not None:
        raise Refused(no)
    if not {*plan.officers} <= may(case):
        raise invalid("officers", "去的人要是本部门审查办件的人", "Those who go review cases of this department")
    if len(plan.contact) > LONGEST_CONTACT:
        raise invalid("contact", f"{LONGEST_CONTACT} 字以内", f"Up to {LONGEST_CONTACT} characters")


def _need_free(plan: Plan, row: SiteVisit) -> None:
    """Nobody goes to two places at once; two visits of one case are at one place. Whoever plans with one of them
    waits for whoever does so now: their rows are locked, in the order of their ids, and a case's lock is held already.

    :raises Refused: invalid – officers.
    """
    people = {
        one.pk: one for one in Staff.objects.filter(pk__in=plan.officers).order_by("pk").select_for_update(no_key=True)
    }
    there = SiteVisit.officers.through.objects.filter(
        staff__in=people, sitevisit__state="planned", sitevisit__day=plan.day, sitevisit__from_at__lt=plan.until_at,
        sitevisit__until_at__gt=plan.from_at,
    )  # fmt: skip
    if taken := [
        people[key] for key in sorted(set(there.exclude(sitevisit__case=row.case).values_list("staff", flat=True)))
    ]:
        zh, en = "、".join(one.name_zh for one in taken), ", ".join(one.name_en or one.name_zh for one in taken)
        raise invalid("officers", f"这个时间已有别的勘查：{zh}", f"Another visit at that time: {en}")


def _written(case: Case, plan: Plan, *, stage: str, by: Actor, now: datetime, contact: str = "") -> SiteVisit:
    try:
        with transaction.atomic():
            row = SiteVisit.objects.create(
                case=case, stage=stage, day=plan.day, from_at=plan.from_at, until_at=plan.until_at, leader_id=plan.leader,
                contact=plan.contact.strip() or contact or str(case.contact or ""), made_by_id=staff_of(by), made_at=now,
                told_at=now,
            )  # fmt: skip
            row.officers.set({*plan.officers})
    except IntegrityError as twice:  # pressed twice
        raise Refused("changed-meanwhile") from twice
    return row


def _end(row: SiteVisit, state: str, *, why: str, now: datetime) -> None:
    row.state, row.ended_at, row.why = state, now, why
    row.save(update_fields=["state", "ended_at", "why"])


def _why(why: str) -> str:
    if not why.strip() or len(why) > LONGEST_WHY:
        raise invalid("why", f"写明原因，{LONGEST_WHY} 字以内", f"Say why, in up to {LONGEST_WHY} characters")
    return why.strip()


def _facts(row: SiteVisit, plan: Plan) -> dict[str, Any]:
    """For the event: nobody by name."""
    return {
        "visit": row.pk, "stage": row.stage, "day": row.day, "from_at": row.from_at, "until_at": row.until_at,
        "officers": sorted({*plan.officers}), "leader": plan.leader,
    }  # fmt: skip


def _said(row: SiteVisit, plan: Plan) -> dict[str, Any]:
    """Of those who come the department, and how many."""
    department, phone = row.case.department, row.case.hall.phone
    said = {"department_zh": department.name_zh, "department_en": department.name_en, "persons": len({*plan.officers})}
    return {**span_of(row), **said, **({"phone": phone} if phone else {})}
