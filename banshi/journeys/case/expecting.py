"""待收件: a booked time brings the papers of a case that passed the pre-review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import may_follow
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.identity import queries as people


def brings(*, appointment: str, by: Actor, now: datetime) -> None:
    """A time was just booked: the case of the same account, person, matter and hall is expected then, instead of at a time that
    was given up. Nothing where there is none; the oldest where there are several.
    """
    booked = Appointment.objects.filter(code=appointment, state="booked").first()
    if booked is None:
        return
    for row in _waiting(booked.account_id, booked.person_id, booked.item_id, booked.hall_id):
        with transaction.atomic():
            if _expect(row.no, booked.code, by=by, now=now):
                return


def answers(*, account_id: int | None, person_id: int, item_id: int, hall_id: int) -> dict[str, str]:
    """The situation of the case that a booking would bring papers for; empty where there is none."""
    found = next(_waiting(account_id, person_id, item_id, hall_id), None)
    return dict(found.answers) if found is not None else {}


def _waiting(account_id: int | None, person_id: int, item_id: int, hall_id: int) -> Iterator[Case]:
    """Cases of the same account, person, matter and hall that wait for their papers, the oldest first."""
    me = people.proven_person(account_id)
    rows = Case.objects.filter(
        person_id=person_id, item_id=item_id, hall_id=hall_id, phase__in=["pre_passed", "await_receipt"]
    )
    for row in rows.order_by("id"):
        if may_follow(row, account_id=account_id, person_ids=[me] if me else []):
            yield row


def _expect(case_no: str, code: str, *, by: Actor, now: datetime) -> bool:
    case = cases.lock(case_no)
    if deliveries.drop_of(case) is not None or deliveries.sent_papers_of(case) is not None:
        return False  # its papers are with the hall already, or on their way
    if case.phase == "await_receipt":
        if Appointment.objects.filter(code=case.appointment, state="booked").exists():
            return False
        case = cases.expect_no_more(case_no=case_no, by=by, now=now)
    if case.phase != "pre_passed":
        return False
    cases.expect(case_no=case_no, appointment=code, by=by, now=now)
    return True
