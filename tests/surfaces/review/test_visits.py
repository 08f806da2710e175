"""An on-site visit over pages: arranged and reported by staff, read and asked about by whoever applied; who may, and who not."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import SiteVisit
from tests.matters import Matters
from tests.rooms.cases.site_visits import inspector, plan
from tests.rooms.cases.test_consulting import police
from tests.surfaces.citizen.conftest import browser

pytestmark = pytest.mark.django_db


def form(matters: Matters, **more: Any) -> dict[str, Any]:
    me = matters.by["reviewer"].id
    return {
        "day": "2026-03-10", "from_at": "09:30", "until_at": "11:00", "officer": [me, inspector().pk], "leader": me, **more
    }  # fmt: skip


def test_a_visit_is_arranged_found_reported_and_stands_on_the_page(matters: Matters, client_of: Any):
    case, client = matters.in_review(), client_of("reviewer")
    at = f"/review/town/cases/{case.no}/"

    sent = client.post(at + "plan-visit", form(matters))
    row = SiteVisit.objects.get()
    listed = client.get("/review/town/visits").content.decode()
    waits = client.get("/review/town/waiting").content.decode()
    asked = client.get(at).content.decode()
    done = client.post(at + "report-visit", {"visit": row.pk, "outcome": "faults", "words": "少一个水池"})
    page = client.get(at).content.decode()

    assert (sent.status_code, done.status_code) == (302, 302)
    assert ("一号路 2 号" in listed, f"tel:{row.contact}" in listed, case.no in listed) == (True, True, True)
    assert ("1 次现场勘查要去" in waits, 'value="not_met"' in asked) == (True, True)
    assert ("少一个水池" in page, 'value="not_met"' in page) == (True, False)
    assert SiteVisit.objects.get().outcome == "faults"


def test_an_address_that_was_seen_leaves_a_trace_and_stands_masked_before_its_day(matters: Matters, client_of: Any):
    case, client = matters.in_review(), client_of("reviewer")
    row = plan(matters, case)

    before = client.get("/review/town/visits").content.decode()
    seen = Entry.objects.count()
    SiteVisit.objects.filter(pk=row.pk).update(day="2026-03-10")
    client.get("/review/town/visits")

    assert ("一号路 2 号" in before, str(row.contact) in before) == (False, False)
    assert Entry.objects.count() == seen + 1


def test_it_is_moved_and_called_off(matters: Matters, client_of: Any):
    case, client = matters.in_review(), client_of("reviewer")
    at, row = f"/review/town/cases/{case.no}/", plan(matters, case)

    moved = client.post(at + "move-visit", form(matters, visit=row.pk, day="2026-03-12", why="下雨"))
    last = SiteVisit.objects.get(state="planned")
    off = client.post(at + "cancel-visit", {"visit": last.pk, "why": "不用去了"})

    assert (moved.status_code, off.status_code) == (302, 302)
    assert list(SiteVisit.objects.order_by("id").values_list("state", flat=True)) == ["moved", "cancelled"]


@pytest.mark.parametrize(
    "wrong", [{"day": "soon"}, {"from_at": "x"}, {"officer": []}, {"leader": "x"}, {"stage": "none"}]
)
def test_what_is_no_plan_comes_back_with_why(matters: Matters, client_of: Any, wrong: Any):
    case = matters.in_review()

    answer = client_of("reviewer").post(f"/review/town/cases/{case.no}/plan-visit", form(matters, **wrong))

    assert (answer.status_code, SiteVisit.objects.count()) == (422, 0)


def test_a_refused_form_keeps_who_goes_and_fills_no_other_form(matters: Matters, client_of: Any):
    case, other = matters.in_review(), inspector("case-second-inspector").pk
    row = plan(matters, case)
    wrong = form(matters, visit=row.pk, day="2026-03-12", until_at="09:00", officer=[other], leader=other, why="下雨")

    page = client_of("reviewer").post(f"/review/town/cases/{case.no}/move-visit", wrong).content.decode()
    moving, planning = page.split('action="/review/town/cases/' + case.no + '/move-visit"')[1].split("plan-visit")

    assert (f'value="{other}" checked' in moving, f'value="{other}" selected' in moving) == (True, True)
    assert ('value="2026-03-12"' in moving, 'value="下雨"' in moving) == (True, True)
    assert (f'value="{other}" checked' in planning, 'value="2026-03-12"' in planning) == (False, False)


def test_a_form_to_move_starts_from_the_visit_as_it_stands(matters: Matters, client_of: Any):
    case = matters.in_review()
    plan(matters, case)

    page = client_of("reviewer").get(f"/review/town/cases/{case.no}/").content.decode()
    moving = page.split("/move-visit")[1].split("</form>")[0]

    assert ('value="2026-03-11"' in moving, 'value="09:30"' in moving, moving.count(" checked")) == (True, True, 2)


def test_another_department_and_who_does_not_review_get_nothing(matters: Matters, client_of: Any):
    police(matters)
    case = matters.in_review()
    row = plan(matters, case)
    at = f"/review/town/cases/{case.no}/"
    said = {"visit": row.pk, "outcome": "pass", "words": "看过", "why": "x"}

    theirs = [client_of("case-police").post(at + verb, said).status_code for verb in ("report-visit", "cancel-visit")]
    others = [client_of("issuer").post(at + verb, said).status_code for verb in ("report-visit", "cancel-visit")]

    assert (theirs, others) == ([404, 404], [403, 403])
    assert case.no not in client_of("case-police").get("/review/town/visits").content.decode()


def test_the_applicant_reads_when_they_come_and_asks_for_another_time_once(matters: Matters, client_of: Any):
    case = matters.in_review()
    row = plan(matters, case)
    phone = browser()
    session = phone.session
    session["account"] = matters.account.pk
    session.save()
    at = f"/cases/{case.no}/"

    page = phone.get(at).content.decode()
    asked = phone.post(at + "ask-visit", {"visit": row.pk, "text": "下午行吗"})
    again = phone.post(at + "ask-visit", {"visit": row.pk, "text": "晚上"})
    theirs = client_of("reviewer").get(f"/review/town/cases/{case.no}/").content.decode()
    listed = client_of("reviewer").get("/review/town/visits").content.decode()

    assert ("9:30" in page, "2 人" in page, matters.staff["reviewer"].name_zh in page) == (True, True, False)
    assert (asked.status_code, again.status_code) == (302, 409)
    assert ("下午行吗" in theirs, "下午行吗" in listed, "晚上" in theirs) == (True, True, False)
