"""核定内容 on the page of whoever decides: proposed, corrected, and told when it cannot be."""

from __future__ import annotations

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def put_forward(matters) -> Case:
    matters.grants()
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)
    return case


def test_what_is_proposed_stands_in_the_form_and_what_is_masked_does_not(matters, client_of):
    case = put_forward(matters)

    page = client_of("approver").get(f"/review/town/cases/{case.no}/").content.decode()

    form = page.split("核定内容，结果上照此写明")[1].split("</fieldset>")[0]
    assert 'value="2026-09-10"' in form
    assert ("不填：按“地址”" in form, "一号路" in form) == (True, False)


def test_what_cannot_be_is_told_and_what_was_typed_stays(matters, client_of):
    case = put_forward(matters)
    at, approver = f"/review/town/cases/{case.no}/", client_of("approver")

    wrong = approver.post(at + "decide", {"grant": "yes", "g-loan": "6000", "g-until": "2026-10-01"})
    right = approver.post(at + "decide", {"grant": "yes", "g-loan": "4000", "g-until": "2026-10-01"})

    shown = wrong.content.decode()
    assert (wrong.status_code, "不能大于 5000" in shown) == (422, True)
    assert ['value="6000"' in shown, 'value="2026-10-01"' in shown] == [True, True]
    assert right.status_code == 302
    assert [said for _, _, said in facts_of(CasePaper.objects.get(case=case, kind="grant")).granted] == [
        "4000.00", "2026 年 10 月 1 日", "****2 号",
    ]  # fmt: skip
