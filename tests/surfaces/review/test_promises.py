"""承诺核查 over pages: the list that is due, the page of a case, each deed by whoever may, and nonsense."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import charging, conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, PromiseCheck
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library.models import Certificate
from tests.matters import Matters
from tests.rooms.cases.test_promising import SAID
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
LIST = "/review/town/promises"


@pytest.fixture(autouse=True)
def the_lease_may_be_promised(matters: Matters) -> None:
    item = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def in_review(matters: Matters) -> Case:
    case, clerk = matters.opened(), matters.by["receiver"]
    for code in ("id", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="scan", by=clerk, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="promise", consent=True, by=clerk, now=TUESDAY_NINE)
    cases.receive(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    cases.accept(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    return cases.hand_over(case_no=case.no, by=clerk, now=TUESDAY_NINE)


def closed(matters: Matters) -> Case:
    case, clerk = in_review(matters), matters.by["issuer"]
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    charging.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE)
    conclude.issue(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=clerk, now=TUESDAY_NINE)
    return conclude.hand_over(case_no=case.no, identified=True, by=clerk, now=TUESDAY_NINE)


UNTRUE = {"code": "lease", "says": "broken", "ground": "untrue", "reason": "现场没有这个店"}


def test_what_is_to_be_checked_is_listed_leads_to_its_case_and_is_gone_once_it_was(
    matters: Matters, client_of: Any
) -> None:
    case = in_review(matters)
    page = f"/review/town/cases/{case.no}/"
    listed = client_of("reviewer").get(LIST).content.decode()

    assert f'href="{page}#promise-checks"' in listed
    assert "租约" in listed
    assert LIST in client_of("reviewer").get("/review/town/review").content.decode()
    assert "1 项承诺待核查" in client_of("reviewer").get("/review/town/waiting").content.decode()
    assert f'action="{page}check-promise"' in client_of("reviewer").get(page).content.decode()
    assert f'action="{page}check-promise"' not in client_of("receiver").get(page).content.decode()
    done = client_of("reviewer").post(page + "check-promise", {"code": "lease", "says": "kept", "reason": "看过"})
    assert (done.status_code, PromiseCheck.objects.get().says) == (302, "kept")
    assert case.no not in client_of("reviewer").get(LIST).content.decode()


def test_what_is_not_so_is_revoked_by_another_approver(matters: Matters, client_of: Any) -> None:
    case = closed(matters)
    page = f"/review/town/cases/{case.no}/"
    client_of("reviewer").post(page + "check-promise", UNTRUE)

    shown = {who: client_of(who).get(page).content.decode() for who in ("reviewer", "approver", "supervisor")}
    listed = client_of("approver").get(LIST).content.decode()
    done = client_of("approver").post(page + "revoke", {"code": "lease"})
    after = client_of("approver").get(page)

    assert {who: f'action="{page}revoke"' in text for who, text in shown.items()} == {
        "reviewer": False, "approver": True, "supervisor": False,
    }  # fmt: skip
    assert f'action="{page}lift-bar"' in shown["supervisor"]
    assert ("现场没有这个店" in shown["approver"], case.no in listed) == (True, True)
    assert (done.status_code, after.status_code, Certificate.objects.get().status) == (302, 200, "ended")
    assert f'action="{page}revoke"' not in after.content.decode()


def test_a_supervisor_lifts_it_with_a_reason(matters: Matters, client_of: Any) -> None:
    case = in_review(matters)
    page = f"/review/town/cases/{case.no}/"
    client_of("reviewer").post(page + "check-promise", UNTRUE)

    none = client_of("supervisor").post(page + "lift-bar", {"code": "lease", "reason": " "})
    done = client_of("supervisor").post(page + "lift-bar", {"code": "lease", "reason": "核错了店"})

    assert (none.status_code, done.status_code) == (422, 302)
    assert PromiseCheck.objects.get().lifted_at is not None


def test_what_was_typed_comes_back_with_the_refusal(matters: Matters, client_of: Any) -> None:
    case = in_review(matters)

    answer = client_of("reviewer").post(
        f"/review/town/cases/{case.no}/check-promise", {**UNTRUE, "ground": "", "reason": "去过三次"}
    )

    assert (answer.status_code, "去过三次" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("code", ["", "x" * 5000, "\x00", "id", "🙂"])
def test_nonsense_changes_nothing(matters: Matters, client_of: Any, code: str) -> None:
    case = in_review(matters)
    page = f"/review/town/cases/{case.no}/"
    sent = {
        "check-promise": ("reviewer", {**UNTRUE, "code": code}), "revoke": ("approver", {"code": code}),
        "lift-bar": ("supervisor", {"code": code, "reason": "x"}),
    }  # fmt: skip

    found = {step: client_of(who).post(page + step, form).status_code for step, (who, form) in sent.items()}

    assert {step: status for step, status in found.items() if status not in (400, 404, 409, 422)} == {}
    assert PromiseCheck.objects.get().says == ""


def test_each_deed_takes_its_permission(matters: Matters, client_of: Any) -> None:
    case = in_review(matters)
    page = f"/review/town/cases/{case.no}/"
    mine = {"check-promise": "reviewer", "revoke": "approver", "lift-bar": "supervisor"}

    for step, who in mine.items():
        for other in {"receiver", "issuer", *mine.values()} - {who}:
            assert client_of(other).post(page + step, UNTRUE).status_code == 403, (step, other)


def test_the_list_asks_as_often_for_three_as_for_one(matters: Matters, client_of: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_of("reviewer"), []
    client.get(LIST)
    for more in (1, 2):
        for _ in range(more):
            in_review(matters)
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1]
