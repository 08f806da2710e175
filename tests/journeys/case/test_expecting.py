"""A time that is booked brings a case, unless its papers are with the hall, or on their way."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import expecting, sending_in
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import SentPapers
from tests.matters import Matters
from tests.rooms.tickets.line import booked as booked_by
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


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
