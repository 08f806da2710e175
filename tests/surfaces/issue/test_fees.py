"""The fee at the issue window: nothing is made before it is paid; taken here, a code for a telephone, money handed back."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import charging
from banshi.rooms.fees.models import Payment, Refund
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def till_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_TILL_FOLDER = tmp_path


def test_the_result_waits_for_the_fee_and_is_made_once_it_is_paid_here(matters: Any, client_of: Any):
    case, client = matters.owing(), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"

    before = client.get(at).content.decode()
    no = client.post(f"{at}make")
    paid = client.post(f"{at}fee", {"means": "cash"}, follow=True).content.decode()
    twice = client.post(f"{at}fee", {"means": "cash"})
    made = client.post(f"{at}make")

    assert ("80.00" in before, f"{at}fee" in before, f"{at}make" in before) == (True, True, False)
    assert (no.status_code, twice.status_code, made.status_code) == (409, 409, 302)
    assert (matters.receipt() in paid, f"{at}make" in paid) == (True, True)


def test_a_code_is_shown_for_their_telephone(matters: Any, client_of: Any):
    case = matters.owing()

    page = client_of("issuer").post(f"/issue/town/cases/{case.no}/fee/code", follow=True).content.decode()

    assert Payment.objects.get().way == "qr"
    assert "<svg" in page


def test_what_was_paid_for_a_case_that_ended_is_handed_back_once(matters: Any, client_of: Any):
    case, client = matters.owing(), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"
    client.post(f"{at}fee", {"means": "card"})
    charging.terminate(
        case_no=case.no, reason="重复申请", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip
    refund = Refund.objects.get()
    assert f'value="{refund.pk}"' in client.get(at).content.decode()

    answers = [
        client.post(f"{at}fee/back", {"refund": str(asked)}).status_code for asked in (refund.pk, refund.pk, 1, "x")
    ]

    refund.refresh_from_db()
    assert (answers, refund.done_by) == ([302, 409, 404, 404], str(matters.by["issuer"]))


def test_somebody_of_another_hall_or_without_the_right_takes_no_money(matters: Any, client_of: Any):
    case = matters.owing()
    path = f"/issue/town/cases/{case.no}/fee"

    answers = [client_of(who).post(path, {"means": "cash"}).status_code for who in ("reviewer", "approver", "receiver")]

    assert answers == [403, 403, 403]
    assert (
        signed_in(matters.staff["issuer"]).post(f"/issue/other/cases/{case.no}/fee", {"means": "cash"}).status_code
        == 403
    )
    assert not Payment.objects.exists()
