"""The fee on the page of a case: supervisors let it off, two of them; nobody takes money there."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.fees.models import Charge, Waiver

pytestmark = pytest.mark.django_db


def test_two_supervisors_let_a_fee_off(matters: Any, client_of: Any):
    case = matters.owing()
    at = f"/review/town/cases/{case.no}/"
    first, second = client_of("supervisor"), client_of("second_supervisor")

    alone = first.post(f"{at}waive", {"reason": "低保家庭", "second": "case-second-supervisor"})
    agreed = second.post(f"{at}agree", {"verb": "waive"})
    offered = first.get(at).content.decode()
    done = first.post(f"{at}waive", {"reason": "低保家庭", "second": "case-second-supervisor"})

    assert (alone.status_code, agreed.status_code, done.status_code) == (409, 302, 302)
    assert 'name="second"' in offered
    waiver = Waiver.objects.get()
    assert (waiver.reason, waiver.by, waiver.second_by) == (
        "低保家庭", matters.staff["supervisor"], matters.staff["second_supervisor"],
    )  # fmt: skip
    assert f"{at}waive" not in first.get(at).content.decode()


def test_a_decision_at_the_page_asks_for_the_fee(matters: Any, client_of: Any):
    from banshi.rooms.cases import actions as cases
    from tests.town import TUESDAY_NINE

    matters.costs()
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)

    client_of("approver").post(f"/review/town/cases/{case.no}/decide", {"grant": "yes"})

    page = client_of("approver").get(f"/review/town/cases/{case.no}/").content.decode()
    assert Charge.objects.get().case_no == case.no
    assert ("80.00" in page, 'name="means"' in page, f"{case.no}/waive" in page) == (True, False, False)


def test_two_supervisors_have_the_fee_computed_anew(matters: Any, client_of: Any):
    case = matters.owing_by_copy("3")
    at = f"/review/town/cases/{case.no}/"
    first, second = client_of("supervisor"), client_of("second_supervisor")
    said = {"fee-copies": "2", "reason": "份数写错了", "second": "case-second-supervisor"}

    alone = first.post(f"{at}reassess", said)
    second.post(f"{at}agree", {"verb": "reassess", "fee-copies": "2"})
    offered = first.get(at).content.decode()
    wrong = first.post(f"{at}reassess", {**said, "fee-copies": "many"})
    done = first.post(f"{at}reassess", said)

    assert (alone.status_code, wrong.status_code, done.status_code) == (409, 422, 302)
    assert 'name="fee-copies" value="3"' in offered
    assert offered.split("同意的是：")[1].split("</p>")[0].strip().endswith("2")
    assert list(Charge.objects.order_by("id").values_list("state", "fen")) == [("released", 3000), ("due", 2000)]
    assert client_of("approver").post(f"{at}reassess", said).status_code == 403


def test_a_fee_that_comes_to_nothing_stands_on_the_page(matters: Any, client_of: Any):
    case = matters.owing_by_copy("3", included=3)

    page = client_of("approver").get(f"/review/town/cases/{case.no}/").content.decode()

    assert ('id="no-fee"' in page, "不用缴费" in page or "Nothing to pay" in page) == (True, True)
