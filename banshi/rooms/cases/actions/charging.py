"""缴费: what a granted case asks for before its result is made; paid, or let off. The money itself is the room of fees'."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from banshi.kernel.actors import Actor
from banshi.kernel.money import yuan
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    need,
    staff_of,
    step,
    tell,
    tell_all,
    today_in,
    today_of,
    until,
)
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries.handling import cost_of, fee_of, form_of, handling_of_case
from banshi.rooms.cases.queries.papers import facts_of
from banshi.rooms.cases.queries.second import Word, values_index, word_holds
from banshi.rooms.cases.rules.duties import second_refusal
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.catalogue.rules.costs import hangs_on
from banshi.rooms.catalogue.rules.guided import cleaned, form_faults
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

LONGEST_REASON = 300
ASKED_BY = ("decide", "decide_at_once", "reassess")  # what asks for a fee; each is reminded of once
BATCH = 500  # told in one statement


def issue_day(case: Case, now: datetime) -> dict[str, Any]:
    """Columns of T6: until when the result is issued and delivered, if that may begin today (行政许可法 44 条)."""
    return until("issue_due_on", handling_of_case(case).limits.issue_days, begun=today_of(case, now))


def pay_day(case: Case, now: datetime) -> dict[str, Any]:
    """Columns of the day until when it should be paid for, if it is granted today."""
    return until("fee_due_on", policy_of(case.hall_id, now=now).fees.pay_working_days, begun=today_of(case, now))


def ask_fee(case: Case, event: CaseEvent, *, fen: int, now: datetime) -> None:
    """缴费通知书, beside the step of this event; it takes the place of those before. The case is locked."""
    assert case.fee_due_on is not None
    before = case.papers.filter(kind="payment_notice").order_by("-id").first()
    give(
        case, "payment_notice", event=event, now=now, fees=_lines(case, fen), amount=yuan(fen), pay_by=case.fee_due_on,
        replaces=before.printed if before is not None and fen == fee_of(case) else "",
    )  # fmt: skip
    template = "case_fee_anew" if event.verb == "reassess" else "case_fee_due"
    tell(case, template, event=event, now=now, amount=yuan(fen), day=case.fee_due_on.isoformat())


def reassess(
    *,
    case_no: str,
    form: Mapping[str, str],
    paid: int,
    reason: str,
    second_by: int,
    second_may: bool | Word,
    by: Actor,
    now: datetime,
) -> Case:
    """重新核定: a field that the fee hangs on is put right, until the result is made. What is owed beside what was paid is asked
    for by a notice of its own; where nothing is, the days to issue begin today, or go on.

    :param paid: fen. :param second_may: `second_by` agreed to these very values.
    :raises Refused: nothing-found, wrong-state, invalid, form-invalid, same-person.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise invalid(
            "reason", f"写明理由，{LONGEST_REASON} 字以内", f"Give the reason, in up to {LONGEST_REASON} characters"
        )
    with transaction.atomic():
        case = locked(case_no)
        need(case, "reassess")
        before, was_due = fee_of(case), case.fee_due_on is not None
        form = put_right(case, form, now=now)
        may = word_holds(case, second_may, about=values_index(form))
        if no := second_refusal(first=staff_of(by), second=second_by, may=may):
            raise Refused(no)
        owes = fee_of(case) - paid
        columns = pay_day(case, now) | {"issue_due_on": None} if owes > 0 else {"fee_due_on": None}
        columns |= issue_day(case, now) if owes <= 0 and was_due else {}
        event = step(
            case, "reassess", by=by, now=now, why=reason, form=case.form, revision=case.revision, fee_reminded_at=None, **columns,
            facts={"fen_before": before, "fen": owes + paid, "fields": sorted(form), "second_by": second_by},
        )  # fmt: skip
        if owes > 0:
            ask_fee(case, event, fen=owes, now=now)
        elif was_due:
            tell(case, "case_fee_less", event=event, now=now, **_ready(case, now))
    return case


def put_right(case: Case, form: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """In the case, which is not saved. :returns: what was changed, as it is kept.

    :raises Refused: invalid – nothing the fee hangs on; form-invalid.
    """
    handling, there = handling_of_case(case), form_of(case)
    kept = cleaned(handling, case.answers, {**there, **form})
    changed = {code: str(kept.get(code, "")) for code in form if kept.get(code) != there.get(code)}
    if not changed or not set(changed) <= hangs_on(handling):
        raise invalid("form", "改一栏计费的数", "Change a field that the fee is computed by")
    wrong = [
        each
        for each in form_faults(handling, case.answers, {**there, **form}, today_of(case, now))
        if each.code in form
    ]
    if wrong:
        raise invalid(wrong[0].code, wrong[0].zh, wrong[0].en)
    case.form = json.dumps(kept, ensure_ascii=False)
    case.revision += 1
    return changed


def said_of(case: Case, values: Mapping[str, str]) -> str:
    """The values in words: 份数：2."""
    fields = {each.code: each for each in handling_of_case(case).fields}
    said = []
    for code, value in values.items():
        field = fields[code]
        option = next((each.text_zh for each in field.options if each.id == value), value)
        said.append(f"{field.label_zh}：{option}")
    return "；".join(said)[:LONGEST_REASON]


def fee_paid(*, case_no: str, how: str, receipt_no: str, fen: int, by: Actor, now: datetime) -> CasePaper:
    """缴清: the days to issue begin today.

    :param how: in words, as the receipt says it. :param fen: what came. :returns: the receipt.
    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        event = _settled(case, "pay", by=by, now=now, facts={"fen": fen, "receipt": receipt_no})
        paper = give(
            case, "fee_receipt", event=event, now=now, fees=_lines(case, fen), amount=yuan(fen), paid_how=how,
            receipt_no=receipt_no,
        )  # fmt: skip
        tell(case, "case_fee_paid", event=event, now=now, amount=yuan(fen), **_ready(case, now))
    return paper


def _ready(case: Case, now: datetime) -> dict[str, Any]:
    """By when the result is there: who waits in the hall is told the time that was promised, as the page says it."""
    if case.wait_until is not None and case.wait_until > now:
        return {"at": case.wait_until.isoformat()}
    return {"day": _day(case.issue_due_on)}


def fee_waived(*, case_no: str, reason: str, second_by: int, by: Actor, now: datetime) -> Case:
    """减免: nothing has to be paid; the days to issue begin today. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        case = locked(case_no)
        event = _settled(case, "waive", by=by, now=now, why=reason, facts={"fen": fee_of(case), "second_by": second_by})
        tell(case, "case_fee_waived", event=event, now=now, **_ready(case, now))
    return case


def _settled(case: Case, verb: str, *, by: Actor, now: datetime, **said: Any) -> CaseEvent:
    need(case, verb)
    return step(case, verb, by=by, now=now, fee_due_on=None, **issue_day(case, now), **said)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _lines(case: Case, fen: int) -> tuple[Named, ...]:
    """What is paid for, as papers list it; of a further notice also what was paid before. :param fen: what it is about."""
    cost, before = cost_of(case), fee_of(case) - fen
    if cost is None:
        return ()
    said = [cost.how_zh or f"{yuan(fee_of(case))} 元", *([cost.basis_zh] if cost.basis_zh else [])]
    paid = (Named("此前已缴", f"{yuan(before)} 元"),) if before > 0 else ()
    return (Named(cost.text_zh[:200], "，".join(said)), *paid)


def remind_unpaid(*, now: datetime) -> int:
    """Some working days before the last day to pay, once. Late or twice it comes to the same. Who is due is found, told and
    marked a batch at a time, in as many statements as one takes; a case that somebody pays for at this moment is left to the
    next run. :returns: how many were reminded.
    """
    due, done = _soon_due(now), 0
    while due is not None and (told := _remind(due, now=now)):
        done += told
    return done


def _soon_due(now: datetime) -> Q | None:
    """The cases whose payers are to be reminded today, hall by hall: each has its own day and its own policy."""
    calendar, found = work_calendar(), Q(pk__in=[])
    halls = list(Hall.objects.filter(Exists(_unpaid().filter(hall=OuterRef("pk")))).order_by("id"))
    for hall in halls:
        today, before = today_in(hall, now), policy_of(hall.pk, now=now).fees.remind_working_days
        last = calendar.add_working_days(
            today, before + 1
        )  # one is reminded before this day, if the day to pay is earlier
        found |= Q(hall=hall, fee_due_on__gte=today, fee_due_on__lt=last)
    return found if halls else None


def _unpaid() -> QuerySet[Case]:
    return Case.objects.filter(fee_due_on__isnull=False, fee_reminded_at=None)


def _remind(due: Q, *, now: datetime) -> int:
    """:returns: how many; 0: nobody is left."""
    asked_at = CaseEvent.objects.filter(case=OuterRef("pk"), verb__in=ASKED_BY).order_by("-seq").values("seq")[:1]
    with transaction.atomic():
        rows = _unpaid().filter(due).select_for_update(skip_locked=True, no_key=True, of=("self",))
        cases = list(
            rows.select_related("hall", "item")
            .annotate(asked_at=Subquery(asked_at))
            .order_by("fee_due_on", "id")[:BATCH]
        )
        asked = _asked(cases)
        tell_all(
            [(case, case.asked_at, {"amount": asked[case.pk], "day": _day(case.fee_due_on)}) for case in cases],
            "case_fee_remind", now=now,
        )  # fmt: skip
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(fee_reminded_at=now)
    return len(cases)


def _asked(cases: Sequence[Case]) -> dict[int, str]:
    """What the last notice of each asks for, in yuan."""
    rows = CasePaper.objects.filter(case__in=cases, kind="payment_notice").order_by("id")
    said = {paper.case_id: facts_of(paper).amount for paper in rows}
    return {case.pk: said.get(case.pk) or yuan(fee_of(case)) for case in cases}
