"""督办: what lies too long is urged (催办), or handed on to somebody else (转办) – both by whoever supervises, both recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.ground import invalid, locked, need, need_running, staff_of, step, today_of
from banshi.rooms.cases.actions.handing import LONGEST_WHY
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.duties import urge_refusal
from banshi.rooms.catalogue.models import Department

_GIVER = {
    "zh": "移交材料的人不转办，换一位督办人员",
    "en": "Who gave the papers does not hand the case on: another supervisor does",
}


def urge(*, case_no: str, note: str, by: Actor, now: datetime) -> Case:
    """催办: the note stands on the work list and the page of whoever has it, until they have done their part. Of two who urge
    at once one does: the case is locked.

    :raises Refused: nothing-found, wrong-state, invalid – without a note; urged-already – once a working day.
    """
    why = _why("note", note)
    staff_of(by)
    with transaction.atomic():
        case = locked(case_no)
        need(case, "urge")
        today = today_of(case, now)
        if (no := urge_refusal(case.urged_on, today=today, calendar=work_calendar())) is not None:
            raise Refused(no)
        step(case, "urge", by=by, now=now, why=why, urged_on=today)
    return case


def hand_on(*, case_no: str, to: int, may: bool | Callable[[Case], bool], why: str, by: Actor, now: datetime) -> Case:
    """转办 to a colleague: whoever had it has it no more, and it is kept for them until the end of the next working day.

    :param may: they have the right to take its next step here, and it is not kept from them (the door's to know, and
        asked of the case as it is once it is locked).
    :raises Refused: nothing-found, wrong-state, invalid – of them, or without why.
    """
    said = _why("why", why)
    staff_of(by)
    with transaction.atomic():
        case = locked(case_no)
        if not (may(case) if callable(may) else may):
            raise invalid("to", "这位同事办不了这一步", "This colleague cannot take this step")
        facts = {"from": case.locked_by_id, "to": to}
        step(
            case, "hand_on", by=by, now=now, facts=facts, why=said, locked_by_id=to, locked_until=_kept_until(case, now)
        )  # fmt: skip
    return case


def hand_to_department(*, case_no: str, department: str, may: bool, why: str, by: Actor, now: datetime) -> Case:
    """转办 to another department: nobody works on it; its papers are to be given and signed for again, an opinion of the
    department that had it binds no more, and the limits run on.

    :param may: somebody of it reviews cases here. :raises Refused: nothing-found, wrong-state, invalid – of the department, or
        without why; clock-stopped; same-person – who gave its papers; changed-meanwhile – it is asked about the case, and has
        not answered.
    """
    said = _why("why", why)
    with transaction.atomic():
        case = locked(case_no)
        need(case, "hand_to_department")
        need_running(case)  # else it lies at the front with a procedure that nobody there can end, and no day counts
        other = Department.objects.filter(code=department).exclude(pk=case.department_id).first()
        if other is None or not may:
            raise invalid("department", "没有可以转给的这个部门", "No department it can be handed on to")
        if case.consultations.filter(department=other, answered_at=None).exists():
            raise Refused("changed-meanwhile")
        _take_slip_back(case, said, by=by, now=now)
        facts = {"from": case.department.code, "department": other.code}
        step(
            case, "hand_to_department", by=by, now=now, facts=facts, why=said, department_id=other.pk, proposed="",
            proposed_by_id=None, extension_asked_by_id=None,
        )  # fmt: skip
        case.department = other
    return case


def _take_slip_back(case: Case, why: str, *, by: Actor, now: datetime) -> None:
    """A slip that waits for a signature is signed for by nobody any more. :raises Refused: same-person – who gave the papers."""
    row = case.handovers.filter(signed_at=None, refused_at=None).first()
    if row is not None:
        if row.given_by_id == staff_of(by):
            raise Refused("same-person", facts={"reason": _GIVER})
        row.refused_by_id, row.refused_at, row.why = staff_of(by), now, why
        row.save(update_fields=["refused_by", "refused_at", "why"])


def _why(field: str, said: str) -> str:
    """:raises Refused: invalid."""
    if not said.strip() or len(said) > LONGEST_WHY:
        raise invalid(field, f"写明原因，{LONGEST_WHY} 字以内", f"Say why, in up to {LONGEST_WHY} characters")
    return said.strip()


def _kept_until(case: Case, now: datetime) -> datetime:
    """The end of the hall's next working day."""
    day = work_calendar().next_working_day(today_of(case, now)) + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(case.hall.timezone))
