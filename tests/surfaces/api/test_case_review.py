"""What the review says of a case, by the API: for staff who look at cases, and for no other key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.cases.models import CaseMaterial
from tests.surfaces.api.casework import FORM_TYPE, Casework, form, photo
from tests.surfaces.api.test_cases_rights import key_for
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
STOP = {"kind": "hearing", "basis": "《听证办法》第三条", "expected_days": 10}


def review_of(work: Casework, no: str, who: str) -> Any:
    return work.calls("get", f"/cases/{no}", who).json()["review"]


def test_an_approver_reads_what_was_said_before_deciding(work: Casework) -> None:
    no = work.in_review()
    work.done("propose-stop", no, "reviewer", STOP)
    waits = review_of(work, no, "approver")["stop_proposed"]
    work.done("stop-clock", no, "approver")
    work.done("resume-clock", no, "reviewer", {"result": "没有异议"})
    work.done("opine", no, "reviewer", {"says": "grant", "text": "条件符合"})

    seen = review_of(work, no, "approver")

    assert (waits["kind"], waits["basis"], waits["expected_days"]) == ("hearing", "《听证办法》第三条", 10)
    assert [(each["stage"], each["says"], each["text"]) for each in seen["opinions"]] == [
        ("review", "grant", "条件符合")
    ]
    assert [(each["kind"], each["result"]) for each in seen["stops"]] == [("hearing", "没有异议")]
    assert (seen["stop_proposed"], seen["consultations"]) == (None, [])
    assert [each["state"] for each in seen["handovers"]] in ([], ["signed"], ["waits"])


def test_what_is_asked_of_the_head_is_seen_until_the_head_answers(work: Casework) -> None:
    no = work.in_review()
    before = work.calls("get", f"/cases/{no}", "head").json()["due"]

    asked = work.done("extend", no, "approver", {"days": 3, "reason": "情况复杂"})
    waits = work.calls("get", "/worklists/extension", "head").json()["data"]
    seen = review_of(work, no, "head")["extension_asked"]
    refused = work.done("refuse-extension", no, "head", {"why": "不必"})
    again = work("refuse-extension", no, "head", {"why": "不必"})
    work.done("extend", no, "approver", {"days": 5, "reason": "情况复杂"})
    extended = work.done("extend", no, "head", {"days": 5, "reason": "情况复杂"})

    assert (asked["due"], "extension_asked" in asked["flags"]) == (before, True)
    assert [each["case_no"] for each in waits] == [no]
    assert (seen["days"], seen["reason"]) == (3, "情况复杂")
    assert (refused["review"]["extension_asked"], again.json()["type"]) == (None, "wrong-state")
    assert ("extension_asked" in extended["flags"], extended["due"] == before) == (False, False)


def test_nobody_else_is_told(work: Casework) -> None:
    no = work.in_review()
    work.done("opine", no, "reviewer", {"says": "note", "text": "内部备注"})
    key_for(work, "window", "clerk")

    told = {who: work.calls("get", f"/cases/{no}", who) for who in ("channel", "manage", "window")}

    assert {who: answer.json()["review"] for who, answer in told.items()} == dict.fromkeys(told)
    assert not any("内部备注" in answer.content.decode() for answer in told.values())


def handed_in(work: Casework, no: str, code: str, colour: str) -> None:
    body = form(photo(colour), requirement=code, channel="upload")
    assert work.calls("post", f"/cases/{no}/materials", "channel", body, content_type=FORM_TYPE).status_code == 201


def fine(*codes: str) -> list[dict[str, object]]:
    return [{"material": code, "ok": True} for code in codes]


def sent(work: Casework) -> str:
    """Sent with its papers, as a channel does."""
    no = work.opened()
    for code, colour in (("id", "white"), ("lease", "red"), ("photo", "blue")):
        handed_in(work, no, code, colour)
    work.done("submit", no, "channel")
    return no


def test_what_was_changed_since_it_was_examined_is_marked_for_staff_masked(work: Casework) -> None:
    no = sent(work)
    first = work.seen(no, "pre_reviewer")["changed"]
    wrong = {"field": "name", "ok": False, "reason": "店名不对"}
    work.done("return", no, "pre_reviewer", {"verdicts": [wrong, *fine("id", "lease", "photo")]})
    said = {"answers": {"food": "yes"}, "form": {"name": "新书店", "address": "二号路 9 号", "phone": "13900139002"}}
    assert work.calls("patch", f"/cases/{no}", "channel", said).status_code == 200
    work.done("submit", no, "channel")

    seen = work.seen(no, "pre_reviewer")

    assert (first, work.seen(no)["changed"]) == (None, None)
    assert work.calls("get", f"/cases/{no}", "manage").json()["changed"] is None
    changed = seen["changed"]
    assert [(each["question"], each["was"], each["now"]) for each in changed["answers"]] == [("food", "no", "yes")]
    assert [(each["field"], each["was"], each["now"]) for each in changed["fields"]] == [
        ("name", "小镇书店", "新书店"), ("address", "一号路****", "二号路****"), ("phone", None, "139****9002"),
    ]  # fmt: skip
    assert (changed["papers"], seen["form"]["address"]) == ([], "二号路 9 号")


def test_a_page_that_came_since_is_named_with_its_paper(work: Casework) -> None:
    no = sent(work)
    (lease,) = [each for each in work.seen(no, "pre_reviewer")["requirements"] if each["code"] == "lease"]
    wrong = {"material": lease["materials"][0]["id"], "ok": False, "reason": "看不清"}
    work.done("return", no, "pre_reviewer", {"verdicts": [wrong, *fine("id", "photo")]})
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=5))
    handed_in(work, no, "lease", "green")
    work.done("submit", no, "channel")

    changed = work.seen(no, "pre_reviewer")["changed"]

    came = CaseMaterial.objects.get(code="lease", gone_at=None)
    assert [(each["requirement"], each["materials"]) for each in changed["papers"]] == [("lease", [came.pk])]
    assert (changed["answers"], changed["fields"]) == ([], [])
