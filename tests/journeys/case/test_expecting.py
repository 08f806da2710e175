"""A time that is booked brings a case, unless its papers are with the hall, or on their way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import expecting, sending_in
from banshi.rooms.archive import actions as archive
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import with_of
from banshi.rooms.delivery.models import SentPapers
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.tickets.line import booked as booked_by
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def booked(matters: Matters) -> Any:
    """A time of the applicant's own, for the same matter."""
    row = booked_by(matters.town, starts=at("2026-03-11 09:00"))
    row.person, row.account_id = matters.person, matters.account.pk
    row.save(update_fields=["person", "account_id"])
    return row


def looked_over(matters: Matters) -> Case:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return case


def test_a_booked_time_brings_what_was_looked_over(matters: Matters, booked: Any) -> None:
    case = looked_over(matters)

    expecting.brings(appointment=booked.code, by=matters.applicant, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert (case.phase, case.appointment) == ("await_receipt", booked.code)


def test_papers_that_were_posted_are_waited_for_whatever_is_booked(matters: Matters, booked: Any) -> None:
    case = looked_over(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)

    expecting.brings(appointment=booked.code, by=matters.applicant, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert (case.phase, case.appointment, SentPapers.objects.get().off_at) == ("await_receipt", "", None)


# --- In vain ------------------------------------------------------------------------------------------------------


def expected_then(matters: Matters, booked: Any) -> Case:
    case = looked_over(matters)
    expecting.brings(appointment=booked.code, by=matters.applicant, now=TUESDAY_NINE)
    return case


@pytest.mark.parametrize("state", ["no_show", "cancelled", "served"])
def test_a_day_after_the_time_that_nobody_came_at_it_waits_for_whoever_applied_again(
    matters: Matters, booked: Any, state: str
) -> None:
    case = expected_then(matters, booked)
    Appointment.objects.filter(pk=booked.pk).update(state=state)
    over = booked.ends_at + timedelta(days=1)

    early, done, again = (expecting.give_back(now=now) for now in (over, over + SECOND, over + SECOND))

    case.refresh_from_db()
    told = Message.objects.filter(subject=f"case:{case.no}").values_list("key", flat=True)
    assert (early, done, again) == (0, 1, 0)
    assert (case.phase, case.appointment, with_of(case), list(told)) == ("pre_passed", "", "applicant", ["case_passed"])


def test_what_was_never_brought_goes_with_what_was_never_sent(matters: Matters, booked: Any) -> None:
    case = expected_then(matters, booked)
    expecting.give_back(now=at("2026-03-13 09:00"))

    gone = [archive.forget_unsent(now=at(f"2026-{day} 10:00")) for day in ("09-08", "09-25")]

    case.refresh_from_db()
    assert (gone, case.phase, case.outcome) == ([0, 1], "terminated", "lapsed")


def test_a_parcel_that_nobody_saw_for_long_is_waited_for_no_more(matters: Matters) -> None:
    case = looked_over(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    over = TUESDAY_NINE + timedelta(days=30)

    early, done = expecting.give_back(now=over), expecting.give_back(now=over + SECOND)

    case.refresh_from_db()
    assert (early, done, case.phase, SentPapers.objects.get().off_at) == (0, 1, "pre_passed", over + SECOND)


def test_what_came_is_received_however_long_it_lies(matters: Matters, booked: Any) -> None:
    case = expected_then(matters, booked)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    sending_in.came(case_no=case.no, by=matters.by["receiver"], now=at("2026-03-12 09:00"))

    assert expecting.give_back(now=at("2026-06-12 09:00")) == 0


def test_whoever_books_again_as_it_is_given_back_has_it_expected(committed_matters: Matters) -> None:
    matters = committed_matters
    missed = booked_by(matters.town, starts=at("2026-03-11 09:00"))
    fresh = booked_by(matters.town, starts=at("2026-03-25 09:00"))
    Appointment.objects.filter(pk__in=[missed.pk, fresh.pk]).update(
        person=matters.person, account_id=matters.account.pk
    )
    case = expected_then(matters, missed)
    Appointment.objects.filter(pk=missed.pk).update(state="no_show")
    now = at("2026-03-13 09:00")

    def arrive(n: int) -> None:
        if n:
            expecting.brings(appointment=fresh.code, by=matters.applicant, now=now)
        else:
            expecting.give_back(now=now)

    together(2, arrive)

    case.refresh_from_db()
    assert (case.phase, case.appointment) == ("await_receipt", fresh.code)
