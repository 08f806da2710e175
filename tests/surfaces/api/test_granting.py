"""核定内容 over HTTP: named by the guide, said with the decision, read from its documents."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_what_is_granted_is_said_with_the_decision_and_stands_on_the_documents(work):
    work.matters.grants()
    no = work.in_review()
    work.done("opine", no, "reviewer", {"says": "grant", "text": ""})

    guide = work.calls("post", "/items/pension/guide", "channel", {"answers": {}}).json()
    lacking = work("decide", no, "approver", {"grant": True})
    work.done("decide", no, "approver", {"grant": True, "granted": {"loan": "3000", "until": "2026-12-31"}})
    work.done("issue", no, "issuer")

    given = work.calls("get", f"/cases/{no}/documents", "channel").json()
    documents = {each["kind"]: each["granted"] for each in given["data"]}
    stated = [("核定额度（元）", "3000.00"), ("期限至", "2026 年 12 月 31 日"), ("送达地址", "****2 号")]
    assert [each["code"] for each in guide["grants"]] == ["loan", "until", "at"]
    assert (lacking.status_code, lacking.json()["facts"]["field"]) == (422, "granted.loan")
    assert [[(each["label"], each["value"]) for each in documents[kind]] for kind in ("grant", "licence")] == [
        stated, stated,
    ]  # fmt: skip
    assert documents["acceptance"] == []
