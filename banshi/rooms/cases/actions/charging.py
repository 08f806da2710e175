"""缴费: what a granted case asks for before its result is made; paid, or let off. The money itself is the room of fees'."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from banshi.kernel.actors import Actor
from banshi.kernel.money import yuan
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.ground import give, locked, need, step, tell, tell_all, today_in, today_of, until
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries.handling import cost_of, fee_of, handling_of_case
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

BATCH = 500  # told in one statement


def issue_day(case: Case, now: datetime) -> dict[str, Any]:
    """Columns of T6: until when the result is issued and delivered, if that may begin today (行政许可法 44 条)."""
    return until("issue_due_on", handling_of_case(case).limits.issue_days, begun=today_of(case, now))


def pay_day(case: Case, now: datetime) -> dict[str, Any]:
    """Columns of the day until when it should be paid for, if it is granted today."""
    return until("fee_due_on", policy_of(case.hall_id, now=now).fees.pay_working_days, begun=today_of(case, now))


def ask_fee(case: Case, event: CaseEvent, *, fen: int, now: datetime) -> None:
    """缴费通知书, beside the decision of this event. The case is locked."""
    assert case.fee_due_on is not None
    give(
        case, "payment_notice", event=event, now=now, fees=_lines(case), amount=yuan(fen), pay_by=case.fee_due_on
    )  # fmt: skip
    tell(case, "case_fee_due", event=event, now=now, amount=yuan(fen), day=case.fee_due_on.isoformat())


def fee_paid(*, case_no: str, how: str, receipt_no: str, by: Actor, now: datetime) -> CasePaper:
    """缴清: the days to issue begin today.

    :param how: in words, as the receipt says it. :returns: the receipt. :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        fen = fee_of(case)
        event = _settled(case, "pay", by=by, now=now, facts={"fen": fen, "receipt": receipt_no})
        paper = give(
            case, "fee_receipt", event=event, now=now, fees=_lines(case), amount=yuan(fen), paid_how=how,
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


def _lines(case: Case) -> tuple[Named, ...]:
    """What is paid for, as papers list it."""
    cost = cost_of(case)
    if cost is None:
        return ()
    said = [cost.how_zh or f"{yuan(fee_of(case))} 元", *([cost.basis_zh] if cost.basis_zh else [])]
    return (Named(cost.text_zh[:200], "，".join(said)),)


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
    decided = CaseEvent.objects.filter(case=OuterRef("pk"), verb="decide").order_by("-seq").values("seq")[:1]
    with transaction.atomic():
        rows = _unpaid().filter(due).select_for_update(skip_locked=True, no_key=True, of=("self",))
        cases = list(
            rows.select_related("hall", "item").annotate(decided=Subquery(decided)).order_by("fee_due_on", "id")[:BATCH]
        )
        tell_all(
            [(case, case.decided, {"amount": yuan(fee_of(case)), "day": _day(case.fee_due_on)}) for case in cases],
            "case_fee_remind", now=now,
        )  # fmt: skip
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(fee_reminded_at=now)
    return len(cases)
