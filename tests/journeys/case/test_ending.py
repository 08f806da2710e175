"""A case that is taken back or ended: its booking is given back without a strike, and its paper lists what is to be fetched."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import charging, ending, expecting, folders
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.rules.paper_texts import SAID
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import PaperFolder
from banshi.rooms.messaging.models import Message
from tests.journeys.case.test_expecting import booked, looked_over  # noqa: F401 – a fixture
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def said(case: Case, kind: str) -> Any:
    facts = facts_of(CasePaper.objects.get(case=case, kind=kind))
    return [(each.name, each.why) for each in facts.materials], "".join(SAID[kind](facts).paragraphs)


def terminated(case: Case, matters: Matters) -> Case:
    return charging.terminate(
        case_no=case.no, reason="重复", second_by=int(matters.by["second_supervisor"].id or 0), second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["withdraw", "terminate"])
def test_what_the_hall_still_has_is_listed_to_be_fetched(matters: Matters, how: str):
    case = matters.in_review()
    folder = folders.make(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    there = list(folder.papers.order_by("id").values_list("code", "originals", "copies"))
    first = next(code for code, originals, _copies in there if originals)
    delivery.give_back(
        folder_id=folder.pk,
        hall=case.hall,
        codes=[first],
        signed=True,
        why="needed",
        by=matters.by["receiver"],
        now=TUESDAY_NINE,
    )

    if how == "withdraw":
        ending.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    else:
        terminated(case, matters)

    listed, words = said(case, "withdrawal" if how == "withdraw" else "termination")
    left = [code for code, originals, copies in there if copies or (originals and code != first)]
    assert [name for name, _why in listed] == [name[0] for name in cases.names(left, case)]
    assert ("已经退回" in words, "领回" in words, case.hall.address_zh in words) == (False, bool(left), bool(left))


def test_where_everything_went_back_nothing_is_listed(matters: Matters):
    case = matters.in_review()
    folder = folders.make(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    PaperFolder.objects.filter(pk=folder.pk).update(place="back", spot="", holder=None, ended_at=TUESDAY_NINE)

    ending.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    listed, words = said(case, "withdrawal")
    assert (listed, "领回" in words) == ([], False)


@pytest.mark.parametrize("how", ["withdraw", "terminate"])
def test_its_booking_is_given_back_and_counts_against_nobody(matters: Matters, booked: Any, how: str):  # noqa: F811
    case, code = looked_over(matters), booked.code
    Slot.objects.filter(pk=booked.slot_id).update(taken=1)
    expecting.brings(appointment=code, by=matters.applicant, now=TUESDAY_NINE)
    messages = Message.objects.count()

    if how == "withdraw":
        ending.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    else:
        terminated(case, matters)

    row = Appointment.objects.get(code=code)
    told = list(Message.objects.order_by("id")[messages:])
    assert (row.state, row.by_hall, LedgerEntry.objects.count()) == ("cancelled", True, 0)
    assert [each.key for each in told] == ["case_withdrawn" if how == "withdraw" else "case_terminated"]
    assert told[0].params["starts_at"] == row.starts_at.isoformat()


def test_what_was_cancelled_before_is_left_alone(matters: Matters, booked: Any):  # noqa: F811
    case, code = looked_over(matters), booked.code
    Slot.objects.filter(pk=booked.slot_id).update(taken=1)
    expecting.brings(appointment=code, by=matters.applicant, now=TUESDAY_NINE)
    booking.cancel(code=code, by=matters.applicant, now=TUESDAY_NINE)

    done = ending.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    assert (done.phase, Appointment.objects.get(code=code).by_hall) == ("withdrawn", False)
    assert "starts_at" not in Message.objects.get(key="case_withdrawn").params
