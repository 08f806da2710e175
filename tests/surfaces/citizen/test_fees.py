"""What is owed on the page of a case, paid by telephone: the till's address, its word, the receipt. And nobody else's money."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import paying
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.fees.models import Payment
from banshi.rooms.fees.ports import Told
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, sign_in, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(open_town: Town, settings: Any, tmp_path: Any) -> tuple[Matters, Phone, Case]:
    settings.BANSHI_TILL_FOLDER = tmp_path
    matters, me = applicant(open_town)
    return matters, me, matters.owing()


def test_what_is_owed_is_paid_by_telephone_and_the_receipt_is_there(shop: tuple[Matters, Phone, Case]):
    _matters, me, case = shop
    at = f"/cases/{case.no}/"
    before = text(me.get(at))

    begun = me.post(f"{at}pay")
    page = text(me.get(f"{at}pay"))
    payment = Payment.objects.get()
    till = Client().get(f"/demo/till/{payment.reference}/")
    Client().post(f"/demo/till/{payment.reference}/", {"how": "silent"})
    looked = me.post(f"{at}pay/look")

    assert ("缴费" in before, "80.00" in before, "镇价〔2026〕1号" in before) == (True, True, True)
    assert (begun.status_code, begun.url, till.status_code) == (302, f"{at}pay", 200)
    assert "去收银台付款" in page
    assert (looked.status_code, looked.url) == (302, at)
    receipt = CasePaper.objects.get(case=case, kind="fee_receipt")
    after = text(me.get(at))
    assert receipt.number in after
    pdf = me.get(f"{at}documents/{receipt.number}")
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert me.get(f"{at}pay").status_code == 302  # nothing to pay any more


def test_before_anything_came_it_is_said_so(shop: tuple[Matters, Phone, Case]):
    _matters, me, case = shop
    me.post(f"/cases/{case.no}/pay")

    answer = me.post(f"/cases/{case.no}/pay/look")

    assert answer.url == f"/cases/{case.no}/pay"
    assert "还没有到账" in text(me.get(answer.url))


def test_a_till_that_is_down_is_said_on_the_page(shop: tuple[Matters, Phone, Case], settings: Any):
    _matters, me, case = shop
    settings.BANSHI_TILL_DOWN = True

    answer = me.post(f"/cases/{case.no}/pay")

    assert answer.status_code == 409
    assert "收银台没有回应" in text(answer)


def test_what_goes_back_is_shown(shop: tuple[Matters, Phone, Case]):
    matters, me, case = shop
    payment = paying.by_till(case_no=case.no, way="qr", by=matters.applicant, now=TUESDAY_NINE)
    paying.told(reference=payment.reference, said=Told("paid", 1), now=TUESDAY_NINE)

    assert "原路退回中" in text(me.get(f"/cases/{case.no}/"))


def test_nobody_else_pays_or_looks(shop: tuple[Matters, Phone, Case], open_town: Town):
    _matters, _me, case = shop
    other = sign_in(open_town, 2)

    assert [other.get(f"/cases/{case.no}/pay").status_code, other.post(f"/cases/{case.no}/pay").status_code,
            other.post(f"/cases/{case.no}/pay/look").status_code] == [404, 404, 404]  # fmt: skip
    assert Client().post(f"/cases/{case.no}/pay").status_code in (302, 303)
    assert not Payment.objects.exists()


def test_a_fee_that_comes_to_nothing_is_said_so(open_town: Town):
    matters, me = applicant(open_town)
    case = matters.owing_by_copy("3", included=3)

    page = text(me.get(f"/cases/{case.no}/"))

    assert ("费用核算为零，不用缴费。" in page, "不用缴费" in page, "去缴费" in page) == (True, True, False)
    assert case.fee_due_on is None
