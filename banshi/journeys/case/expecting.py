"""待收件: a booked time brings the papers of a case that passed the pre-review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import alone, today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import WANTS_MORE, acted_for, acts_in, firm_of, may_follow, wants_more
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import SentPapers, Stay
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall

MISSED_AFTER: Final = timedelta(days=1)  # the time that was booked: whoever is late on its day is served
LOST_AFTER: Final = timedelta(days=30)  # it was posted
MOST: Final = 500  # in one run; what is done leaves the list


def brings(*, appointment: str, by: Actor, now: datetime) -> None:
    """A time was just booked: the case of the same account, person, matter and hall is expected then, instead of at a time that
    was given up; or one of an organisation that the person acts for. Nothing where there is none; the oldest where there are
    several.
    """
    booked = Appointment.objects.filter(code=appointment, state="booked").first()
    if booked is None:
        return
    for row in _waiting(booked.account_id, booked.person_id, booked.item_id, booked.hall, now=now):
        with transaction.atomic():
            if _expect(row.no, booked.code, by=by, now=now):
                return


def named(case: Case, *, number_index: str, item: str, hall: str, now: datetime) -> None:
    """Somebody says which case their booking is to bring: whether it can. The case is locked, until it is `expected`.

    :param number_index: of the document it is booked on; :param hall: its code.
    :raises Refused: invalid – of somebody else, another matter or hall; wrong-state – not looked over, or expected at another
        time, in a cabinet or by post already.
    """
    wanted = [
        (OTHERS_CASE, _comes_for(case, number_index, now=now)),
        (OTHER_MATTER, case.item.code == item),
        (OTHER_HALL, case.hall.code == hall),
    ]
    for reason, holds in wanted:
        if not holds:
            raise Refused("invalid", facts={"field": "case", "reason": reason})
    if not _can_come(case):
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": CASE.needs("expect")})


def _comes_for(case: Case, number_index: str, *, now: datetime) -> bool:
    """Whether the document is of whoever applies, or of somebody who acts for the organisation that does."""
    if case.person.number_index == number_index:
        return True
    today = today_in(case.hall, now)
    comes = people.person_by_index(number_index) if firm_of(case) is not None else None
    return comes is not None and acts_in(case, comes, today=today) is not None


OTHERS_CASE = {"zh": "不是同一个人的办件", "en": "A case of somebody else"}
OTHER_MATTER = {"zh": "不是同一个事项的办件", "en": "A case of another matter"}
OTHER_HALL = {"zh": "不是同一个大厅的办件", "en": "A case of another hall"}


def expected(case: Case, *, appointment: str, by: Actor, now: datetime) -> None:
    """A case that was `named` in this transaction comes with that booking."""
    _expect(case.no, appointment, by=by, now=now)


def goes_along(*, given_up: str, booked: str, by: Actor, now: datetime) -> None:
    """What was cancelled is booked again: the case it was to bring comes with the new one."""
    with transaction.atomic():
        waits = Case.objects.filter(Q(phase="await_receipt") | WANTS_MORE, appointment=given_up).order_by("id")
        for no in waits.values_list("no", flat=True):
            _expect(no, booked, by=by, now=now)


def answers(*, account_id: int | None, person_id: int, item_id: int, hall: Hall, now: datetime) -> dict[str, str]:
    """The situation of the case that a booking would bring papers for; empty where there is none."""
    found = next(_waiting(account_id, person_id, item_id, hall, now=now), None)
    return dict(found.answers) if found is not None else {}


def _waiting(account_id: int | None, person_id: int, item_id: int, hall: Hall, *, now: datetime) -> Iterator[Case]:
    """Cases of the same account, person, matter and hall that wait for their papers, the oldest first; of an organisation's,
    where the account is proven to be of somebody who acts for it, and who comes does, too."""
    me, today = people.proven_person(account_id), today_in(hall, now)
    firms = acted_for(person_id, today=today)
    waits = Q(phase__in=["pre_passed", "await_receipt"]) | WANTS_MORE
    rows = Case.objects.filter(waits, item_id=item_id, hall=hall)
    for row in rows.filter(Q(person_id=person_id) | firms).select_related("person").order_by("id"):
        if row.organisation_id is None and row.person_id == person_id:
            follows = may_follow(row, account_id=account_id, person_ids=[me] if me else [])
        else:
            follows = me is not None and acts_in(row, me, today=today) is not None
        if follows:
            yield row


def _expect(case_no: str, code: str, *, by: Actor, now: datetime) -> bool:
    case = cases.lock(case_no)
    if not _can_come(case):
        return False
    if wants_more(case):  # its phase stays, its day runs on: who comes at a booked time hands it in there
        case.appointment = code
        case.save(update_fields=["appointment"])
        return True
    if case.phase == "await_receipt":
        case = cases.expect_no_more(case_no=case_no, by=by, now=now)
    cases.expect(case_no=case_no, appointment=code, by=by, now=now)
    return True


def give_back(*, now: datetime) -> int:
    """A booked time that nobody came at, a parcel that nobody saw for long: the case waits again for whoever applied, who hears
    what comes next, and goes with what was never brought if nothing does (cases.forgetting).

    Of whoever books again, or whose papers come, at the same instant either the one is first or the other: the case is held.
    :returns: how many.
    """
    done = 0
    for no in _in_vain(now=now).order_by("id").values_list("no", flat=True)[:MOST]:
        with alone(no, what="expected in vain"):
            case = cases.lock(no)
            if not _in_vain(now=now).filter(pk=case.pk).exists():
                continue
            posted = deliveries.sent_papers_of(case)
            waybill = delivery.call_off(case=case, now=now).waybill if posted is not None else ""
            case = cases.expect_no_more(case_no=no, waybill=waybill, by=SYSTEM, now=now)
            event = case.events.order_by("-seq")[0]
            cases.tell(case, "case_passed", event=event, now=now)
            done += 1
    return done


def _in_vain(*, now: datetime) -> QuerySet[Case]:
    """Cases expected at a time that is over since a day, or in a parcel that was posted long ago; what lies here is none."""
    posted = SentPapers.objects.filter(case=OuterRef("pk"), off_at=None)
    coming = posted.filter(Q(came_at__isnull=False) | Q(said_at__gte=now - LOST_AFTER))
    booked = Appointment.objects.filter(code=OuterRef("appointment"), ends_at__gte=now - MISSED_AFTER)
    lies = Stay.objects.filter(case=OuterRef("pk"), kind="drop", out_at=None)
    rows = Case.objects.filter(phase="await_receipt", counts_from=None)
    return rows.exclude(Exists(coming)).exclude(Exists(lies)).exclude(~Exists(posted) & Exists(booked))


def _can_come(case: Case) -> bool:
    """Looked over, or something of it is missing still; and its papers neither with the hall already, nor on their way, nor
    expected at a time that stands."""
    if wants_more(case):
        return case.brought_on is None and deliveries.sent_now(case) is None and not _booked(case)
    if deliveries.drop_of(case) is not None or deliveries.sent_papers_of(case) is not None:
        return False
    if case.phase == "await_receipt":
        return not _booked(case)
    return case.phase == "pre_passed"


def _booked(case: Case) -> bool:
    return Appointment.objects.filter(code=case.appointment, state="booked").exists()
