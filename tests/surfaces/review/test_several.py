"""Several cases at once, papers signed for, and the page of exceptions: over pages, by permission."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Handover
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def accepted(matters: Matters) -> Case:
    case = matters.received()
    return cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_what_is_ticked_is_taken_into_review_and_each_refusal_is_said(matters: Matters, client_of: Any):
    one, two, other = accepted(matters), accepted(matters), matters.in_review()

    answer = client_of("reviewer").post("/review/town/review/hand-over", {"no": [one.no, two.no, other.no, "nothing"]})

    page = answer.content.decode()
    assert (answer.status_code, [Case.objects.get(no=c.no).phase for c in (one, two)]) == (409, ["in_review"] * 2)
    assert ("2 件：已办。" in page, page.count('<span class="mono">')) == (True, 2)
    assert (f">{other.no}</span>" in page, ">nothing</span>" in page) == (True, True)
    again = client_of("reviewer").post("/review/town/review/take", {"no": [one.no, two.no]})
    assert again.status_code == 302
    assert set(Case.objects.exclude(locked_by=None).values_list("no", flat=True)) == {one.no, two.no}


def test_papers_are_signed_for_or_sent_back_from_the_page_of_the_case(matters: Matters, client_of: Any):
    one, two = matters.in_review(), matters.in_review()
    at = f"/review/town/cases/{one.no}/"

    shown, front = client_of("reviewer").get(at).content.decode(), client_of("receiver").get(at).content.decode()
    signed = client_of("reviewer").post("/review/town/review/sign-for", {"no": one.no})
    back = client_of("reviewer").post(f"/review/town/cases/{two.no}/refuse-papers", {"why": "少一份租约"})

    assert (f"{at}sign-for" in shown, "等待签收" in front, f"{at}sign-for" in front) == (True, True, False)
    assert (signed.status_code, back.status_code, Case.objects.get(no=two.no).phase) == (302, 302, "accepted")
    told = client_of("receiver").get(f"/review/town/cases/{two.no}/").content.decode()
    assert ("少一份租约" in told, f"/review/town/cases/{two.no}/give" in told) == (True, True)
    given = client_of("receiver").post(f"/review/town/cases/{two.no}/give")
    assert (given.status_code, Handover.objects.filter(signed_at=None, refused_at=None).count()) == (302, 1)


def test_the_page_of_exceptions_is_the_supervisors(matters: Matters, client_of: Any):
    matters.in_review()

    codes = {
        who: client_of(who).get("/review/town/exceptions").status_code for who in ("supervisor", "reviewer", "receiver")
    }

    assert codes == {"supervisor": 200, "reviewer": 403, "receiver": 403}
    for verb in ("take", "hand-over", "sign-for"):
        assert client_of("receiver").post(f"/review/town/review/{verb}", {"no": "x"}).status_code == 403
