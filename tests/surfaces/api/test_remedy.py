"""救济途径 over HTTP: of an item in each hall, and beside how a case ended."""

from __future__ import annotations

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.rooms.places.actions import publish_policy
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
NAMES = {
    "reconsider_zh": "小镇人民政府",
    "reconsider_en": "Town Government",
    "court_zh": "小镇人民法院",
    "court_en": "Town Court",
}
SAID = {
    "reconsideration": "小镇人民政府", "reconsideration_en": "Town Government", "court": "小镇人民法院", "court_en": "Town Court",
}  # fmt: skip


def test_a_refused_case_says_to_whom_one_turns_and_one_that_goes_on_does_not(work):
    hall = work.matters.town.hall
    publish_policy(hall=hall, document={"remedy": NAMES}, by=SYSTEM, now=TUESDAY_NINE)
    no = work.in_review()
    before = work.calls("get", f"/cases/{no}", "channel").json()["remedy"]
    work.done("opine", no, "reviewer", {"says": "refuse", "text": "不符合规划"})
    work.done("decide", no, "approver", {"grant": False, "reason": "不符合规划"})

    after = work.calls("get", f"/cases/{no}", "channel").json()["remedy"]
    item = work.calls("get", "/items/pension", "channel").json()["remedies"]

    assert (before, after) == (None, SAID)
    assert item == [{"hall": hall.code, **SAID}]
