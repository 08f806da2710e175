"""What the review says of a case, by the API: for staff who look at cases, and for no other key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.surfaces.api.casework import Casework
from tests.surfaces.api.test_cases_rights import key_for

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
