"""征求意见: the review asks another department by a day, shows it the papers that it needs, and hears its opinion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import invalid, locked, need, need_lease, staff_of, step, today_of
from banshi.rooms.cases.actions.reviewing import LONGEST_OPINION
from banshi.rooms.cases.models import Case, Consultation, Opinion
from banshi.rooms.cases.queries.handling import wanted_of
from banshi.rooms.cases.rules.consulted import LONGEST_QUESTION, MOST_AT_ONCE, SAYS, day_refusal
from banshi.rooms.catalogue.models import Department

_ASKER = {"zh": "提问的人不答复，由被征求意见的部门答复", "en": "Who asked does not answer: the department asked does"}


def consult(
    *, case_no: str, department: str, question: str, papers: Sequence[str], due_on: date, by: Actor, now: datetime
) -> Consultation:
    """Ask another department. The limits of the case run on.

    :param papers: codes of those that it may see; of the case it sees nothing else.
    :raises Refused: nothing-found, wrong-state, locked, invalid; changed-meanwhile – it is asked already.
    """
    if not question.strip() or len(question) > LONGEST_QUESTION:
        raise invalid(
            "question", f"写明要问什么，{LONGEST_QUESTION} 字以内", f"Say what you ask, in up to {LONGEST_QUESTION} characters"
        )  # fmt: skip
    with transaction.atomic():
        case = locked(case_no)
        need(case, "consult")
        need_lease(case, by=by, now=now)
        asked = _department(case, department)
        if (no := day_refusal(due_on, today=today_of(case, now), promised=case.due_promised)) is not None:
            raise Refused(no)
        codes = [paper.code for paper in wanted_of(case) if paper.code in papers]
        if len(codes) != len(set(papers)):
            raise invalid("papers", "这个办件没有这份材料", "The case has no such paper")
        if case.consultations.filter(answered_at=None).count() >= MOST_AT_ONCE:
            raise invalid(
                "department", f"同时最多问 {MOST_AT_ONCE} 个部门", f"At most {MOST_AT_ONCE} departments at once"
            )
        try:
            with transaction.atomic():
                row = Consultation.objects.create(
                    case=case, department=asked, question=question.strip(), papers=codes, due_on=due_on, asked_at=now,
                    asked_by_id=staff_of(by),
                )  # fmt: skip
        except IntegrityError as twice:  # pressed twice
            raise Refused("changed-meanwhile") from twice
        step(case, "consult", by=by, now=now, facts={"department": asked.code, "due_on": due_on})
    return row


def _department(case: Case, code: str) -> Department:
    """:raises Refused: invalid – there is none, or the case is its own."""
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise invalid("department", "没有这个部门", "No such department")
    if found.pk == case.department_id:
        raise invalid("department", "办件就是这个部门的，不用征求意见", "The case is this department's own")
    return found


def answer_consultation(
    *, consultation_id: int, says: str, text: str = "", department: str, by: Actor, now: datetime
) -> Consultation:
    """The department that was asked says what it thinks, once; whoever reviews weighs it.

    :param says: grant | refuse | note, or pass: it is none of this department's. :param department: whose people answer, ""
        where somebody belongs to none.
    :raises Refused: nothing-found – also for another department's; wrong-state – the case was decided meanwhile;
        changed-meanwhile – somebody answered; same-person; invalid.
    """
    if says not in SAYS:
        raise invalid("says", "意见是准予、不予、备注或不属本部门", "Grant, refuse, note or pass")
    if len(text) > LONGEST_OPINION or (says != "grant" and not text.strip()):
        raise invalid(
            "text", f"写明理由，{LONGEST_OPINION} 字以内", f"Give the reason, in up to {LONGEST_OPINION} characters"
        )
    with transaction.atomic():
        number = Consultation.objects.filter(id=consultation_id).values_list("case__no", flat=True).first()
        if number is None:
            raise Refused("nothing-found", facts={"consultation": consultation_id})
        case = locked(number)
        row = Consultation.objects.select_related("department").get(id=consultation_id)
        if department and row.department.code != department:
            raise Refused("nothing-found", facts={"consultation": consultation_id})
        if row.answered_at is not None:
            raise Refused("changed-meanwhile")
        need(case, "answer_consult")
        if row.asked_by_id == staff_of(by):
            raise Refused("same-person", facts={"reason": _ASKER})
        row.says, row.text, row.answered_at, row.answered_by_id = says, text.strip(), now, staff_of(by)
        row.save(update_fields=["says", "text", "answered_at", "answered_by"])
        if says != "pass":
            Opinion.objects.create(
                case=case, stage="consult", says=says, text=text.strip(), by_id=staff_of(by), at=now
            )  # fmt: skip
        facts = {"department": row.department.code, "says": says, "late": today_of(case, now) > row.due_on}
        step(case, "answer_consult", by=by, now=now, facts=facts)
    return row
