"""The pages of those who work cases: lists, the case, each step and each refusal; who may see which."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.html import escape

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.catalogue.models import Department
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def sent(matters: Matters) -> Case:
    """Sent online with all its papers."""
    case = matters.opened()
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def test_a_case_goes_from_pre_review_to_decision_over_pages(matters, client_of):
    case = sent(matters)
    at = f"/review/town/cases/{case.no}/"
    right = {f"ok-{code}": "ok" for code in ("id", "lease", "photo")}

    steps = [
        ("pre_reviewer", "pass", right, "pre_passed"), ("receiver", "receive", {}, "received"),
        ("receiver", "accept", right, "accepted"), ("reviewer", "hand-over", {}, "in_review"),
        ("reviewer", "opine", {"says": "grant"}, "in_review"), ("approver", "decide", {"grant": "yes"}, "decided"),
    ]  # fmt: skip
    for who, step, form, phase in steps:
        page = client_of(who).get(at)
        assert page.status_code == 200
        assert f'action="{at}{step}"' in page.content.decode(), step
        answer = client_of(who).post(at + step, form)
        case.refresh_from_db()
        assert (answer.status_code, answer.url, case.phase) == (302, at, phase), step


def test_what_is_wrong_goes_back_all_at_once(matters, client_of):
    case = sent(matters)
    form = {"ok-id": "ok", "ok-lease": "bad", "why-lease": "没有签字", "ok-photo": "ok"}

    client_of("pre_reviewer").post(f"/review/town/cases/{case.no}/return", form)

    case.refresh_from_db()
    assert case.phase == "pre_returned"
    assert case.materials.get(code="lease").why == "没有签字"


def test_a_paper_nobody_looked_at_keeps_it_and_is_named(matters, client_of):
    case = sent(matters)

    answer = client_of("pre_reviewer").post(f"/review/town/cases/{case.no}/pass", {"ok-id": "ok", "ok-lease": "ok"})

    assert answer.status_code == 422
    assert "店面照片" in answer.content.decode()
    case.refresh_from_db()
    assert case.phase == "pre_review"


def test_a_refusal_without_a_reason_keeps_what_was_typed(matters, client_of):
    case = matters.received()

    answer = client_of("receiver").post(f"/review/town/cases/{case.no}/refuse", {"reason": "", "body": "市场监管局"})

    assert answer.status_code == 422
    assert "市场监管局" in answer.content.decode()


def test_who_accepted_finds_no_decision_to_take(matters, client_of):
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    offered = {
        who: f"/review/town/cases/{case.no}/decide"
        in client_of(who).get(f"/review/town/cases/{case.no}/").content.decode()
        for who in ("approver", "reviewer", "receiver")
    }

    assert offered == {"approver": True, "reviewer": False, "receiver": False}


def test_a_further_notice_is_given_with_somebody_who_agreed(matters, client_of):
    case = matters.received(papers=("id", "photo"))
    by = matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有签字")], by=by, now=TUESDAY_NINE)
    cases.add_material(case_no=case.no, code="lease", channel="paper", by=by, now=TUESDAY_NINE)
    cases.supplement(case_no=case.no, by=by, now=TUESDAY_NINE)
    at = f"/review/town/cases/{case.no}/"
    told = {"ok-id": "bad", "why-id": "过期了", "second": "case-supervisor"}

    alone = client_of("receiver").post(at + "notice", told)
    client_of("supervisor").post(at + "agree", {"verb": "notice"})
    together = client_of("receiver").post(at + "notice", told)

    assert (alone.status_code, "过期了" in alone.content.decode(), together.status_code) == (409, True, 302)
    case.refresh_from_db()
    assert (case.phase, case.notices) == ("supplement", 2)


def test_somebody_elses_case_says_who_has_it(matters, client_of):
    case = matters.in_review()
    cases.take(case_no=case.no, by=matters.by["approver"], now=TUESDAY_NINE)

    answer = client_of("reviewer").post(f"/review/town/cases/{case.no}/opine", {"says": "note", "text": "看过"})

    assert answer.status_code == 409
    assert escape(matters.staff["approver"].name_zh) in answer.content.decode()


def given_back(matters):
    return cases.refuse_papers(
        case_no=matters.in_review().no, why="少一份租约", by=matters.by["reviewer"], now=TUESDAY_NINE
    )


@pytest.mark.parametrize("name", ["pre-review", "acceptance", "to-hand-over", "review", "approval", "supervision"])
def test_a_list_is_read_in_as_many_queries_for_one_case_as_for_three(
    matters, client_of, django_assert_num_queries, name
):
    makes = {
        "pre-review": sent, "acceptance": lambda m: m.received(), "to-hand-over": given_back, "review": lambda m: m.in_review(),
        "approval": lambda m: cases.opine(
            case_no=m.in_review().no, says="grant", by=m.by["reviewer"], now=TUESDAY_NINE
        ),
        "supervision": lambda m: m.received(),
    }  # fmt: skip
    who = {
        "pre-review": "pre_reviewer", "acceptance": "receiver", "to-hand-over": "receiver", "review": "reviewer",
        "approval": "approver",
        "supervision": "supervisor",
    }[name]  # fmt: skip
    makes[name](matters)
    client = client_of(who)
    client.get(f"/review/town/{name}")

    def counted() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"/review/town/{name}")
        assert answer.status_code == 200
        return len(found)

    one = counted()
    makes[name](matters)
    makes[name](matters)
    assert counted() == one


def test_another_departments_case_is_not_there_in_any_way(matters, client_of):
    other = Department.objects.create(code="police", name_zh="公安局", name_en="Police")
    case = matters.in_review()
    Case.objects.filter(id=case.pk).update(department=other)
    number = CasePaper.objects.filter(case=case).order_by("id")[0].number
    client = client_of("reviewer")  # of hrss

    at = f"/review/town/cases/{case.no}/"
    found = [client.get(at).status_code, client.get(f"{at}papers/{number}").status_code,
             client.get(f"{at}files/1").status_code, client.post(f"{at}opine", {"says": "grant"}).status_code]  # fmt: skip

    assert found == [404, 404, 404, 404]
    assert case.no not in client.get("/review/town/review").content.decode()


def test_another_halls_staff_see_nothing(matters, client_of):
    case = matters.received()
    from tests.surfaces.office.editing import signed_in, staff_with

    client = signed_in(staff_with("elsewhere", "reviewer", scope="other"))

    assert client.get(f"/review/town/cases/{case.no}/").status_code == 403
    assert client.get(f"/review/other/cases/{case.no}/").status_code == 404


def test_a_paper_is_a_pdf_that_nobody_keeps(matters, client_of):
    case = matters.received()
    number = CasePaper.objects.get(case=case).number

    answer = client_of("receiver").get(f"/review/town/cases/{case.no}/papers/{number}")

    assert answer.content[:5] == b"%PDF-"
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_case_is_found_by_its_last_digits(matters, client_of):
    case = matters.received()

    answer = client_of("receiver").get("/review/town/find", {"no": case.no[-6:]})

    assert (answer.status_code, answer.url) == (302, f"/review/town/cases/{case.no}/")


def test_a_clock_is_stopped_and_let_go_on(matters, client_of):
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"
    stop = {"kind": "inspection", "basis": "规程", "days": "3"}

    wrong = client_of("reviewer").post(at + "propose-stop", {**stop, "days": "x"})
    visit = client_of("reviewer").post(at + "propose-stop", {**stop, "kind": "site_visit"})
    offered = client_of("reviewer").get(at).content.decode()
    client_of("reviewer").post(at + "propose-stop", stop)
    runs = Case.objects.get().stopped_at is None
    shown = client_of("approver").get(at).content.decode()
    client_of("approver").post(at + "stop-clock")
    stands = Case.objects.get().stopped_at
    client_of("reviewer").post(at + "resume-clock", {"result": "符合"})

    assert (visit.status_code, "site_visit" in offered, 'value="auction"' in offered) == (422, False, True)
    assert (wrong.status_code, runs, stands is not None, Case.objects.get().stopped_at) == (422, True, True, None)
    assert ("检验" in shown, f"{at}refuse-stop" in shown) == (True, True)


def test_an_approver_sends_a_procedure_back(matters, client_of):
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"
    client_of("reviewer").post(at + "propose-stop", {"kind": "hearing", "basis": "规程", "days": "3"})

    own = client_of("reviewer").post(at + "stop-clock").status_code
    client_of("approver").post(at + "refuse-stop", {"why": "不必听证"})

    after = Case.objects.get()
    assert (own, after.proposed, after.stopped_at) == (403, "", None)


def test_an_extension_and_a_shared_end(matters, client_of):
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"

    extended = client_of("head").post(at + "extend", {"days": "5", "reason": "案情复杂"})
    client_of("second_supervisor").post(at + "agree", {"verb": "terminate"})
    ended = client_of("supervisor").post(at + "terminate", {"reason": "重复", "second": "case-second-supervisor"})

    assert (extended.status_code, ended.status_code, Case.objects.get().phase) == (302, 302, "terminated")


def test_a_hearing_of_nonsense_is_refused_with_the_page(matters, client_of):
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"
    nonsense = {"kind": "?", "basis": "x" * 5000, "days": "-1", "says": "?", "text": "y" * 9000, "code": "?",
                "second": "?" * 500, "reason": "", "verb": "?"}  # fmt: skip

    found = {
        step: client_of(who).post(at + step, nonsense).status_code
        for who, step in [("reviewer", "propose-stop"), ("reviewer", "opine"), ("reviewer", "settle"), ("head", "extend"),
                          ("approver", "propose-extension"), ("head", "refuse-extension"),
                          ("supervisor", "agree"), ("supervisor", "terminate"), ("receiver", "accept"), ("receiver", "notice")]
    }  # fmt: skip

    assert {step: status for step, status in found.items() if status not in (404, 409, 422)} == {}


def test_an_old_clock_shows_red(matters, client_of):
    matters.in_review(TUESDAY_NINE - timedelta(days=20))

    assert 'data-light="red"' in client_of("reviewer").get("/review/town/review").content.decode()
