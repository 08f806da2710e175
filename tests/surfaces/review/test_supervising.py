"""督办 over pages: several urged at once, a case handed on to who may take it; everybody else is refused."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases.models import Case
from tests.matters import Matters
from tests.rooms.cases.test_consulting import answer, ask, police
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def test_ticked_cases_are_urged_and_whoever_has_them_sees_why(matters: Matters, client_of: Any):
    case, gone = matters.in_review(), matters.decided()
    Case.objects.filter(pk=case.pk).update(due_promised=TUESDAY_NINE.date())
    page = client_of("supervisor").get("/review/town/exceptions").content.decode()

    sent = client_of("supervisor").post("/review/town/exceptions/urge", {"no": [case.no], "note": "今天要办结"})
    twice = client_of("supervisor").post("/review/town/exceptions/urge", {"no": [case.no, gone.no], "note": "快"})

    assert (f'value="{case.no}"' in page, sent.status_code, twice.status_code) == (True, 302, 409)
    assert "已经催办过了" in twice.content.decode()
    assert "已催办" in client_of("reviewer").get("/review/town/review").content.decode()
    assert "今天要办结" in client_of("reviewer").get(f"/review/town/cases/{case.no}/").content.decode()


def test_a_case_is_handed_on_to_who_may_take_it_and_to_nobody_else(matters: Matters, client_of: Any):
    police(matters)
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"
    page = client_of("supervisor").get(at).content.decode()
    to = {who: {"to": matters.staff[who].pk, "why": "休假"} for who in ("reviewer", "receiver", "case-police")}

    refused = [client_of("supervisor").post(at + "hand-on", to[who]).status_code for who in ("receiver", "case-police")]
    done = client_of("supervisor").post(at + "hand-on", to["reviewer"])
    held = Case.objects.get().locked_by_id
    other = client_of("supervisor").post(at + "hand-to-department", {"department": "police", "why": "归公安"})

    assert (f'<option value="{matters.staff["reviewer"].pk}">' in page, refused, done.status_code) == (
        True,
        [422, 422],
        302,
    )
    assert (held, other.status_code, Case.objects.get().department.code) == (
        matters.staff["reviewer"].pk,
        302,
        "police",
    )


def test_only_who_supervises_urges_or_hands_on(matters: Matters, client_of: Any):
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"

    codes = [
        client_of("reviewer").post(where, {"note": "x", "why": "x"}).status_code
        for where in ("/review/town/exceptions/urge", at + "urge", at + "hand-on", at + "hand-to-department")
    ]

    assert codes == [403] * 4


def test_an_answer_stands_where_whoever_asked_looks(matters: Matters, client_of: Any):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)
    answer(row, officer)

    page = client_of("reviewer").get("/review/town/consults").content.decode()

    assert (case.no in page, "答复了你的" in page, "公安局" in page) == (True, True, True)
