"""The page of a department that is asked about another's case: the papers named, nothing else of it; who may, and who not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Consultation
from tests.matters import Matters
from tests.rooms.cases.test_consulting import answer, ask, police
from tests.rooms.cases.test_flow import FLOW, follows
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
FORM = {"department": "police", "question": "这里能开店吗？", "paper": ["lease"], "due_on": "2026-03-12"}


@pytest.fixture
def asked(matters: Matters) -> Consultation:
    police(matters)
    return ask(matters, matters.in_review())


def test_a_reviewer_asks_and_the_other_department_answers_over_pages(matters: Matters, client_of: Any):
    police(matters)
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"

    sent = client_of("reviewer").post(at + "consult", FORM)
    row = Consultation.objects.get()
    theirs = client_of("case-police").get("/review/town/consults").content.decode()
    page = client_of("case-police").get(f"/review/town/consults/{row.pk}/").content.decode()
    done = client_of("case-police").post(f"/review/town/consults/{row.pk}/answer", {"says": "note", "text": "要验收"})

    assert (sent.status_code, done.status_code) == (302, 302)
    assert (case.no in theirs, "这里能开店吗？" in page, "租约" in page, "身份证" in page) == (True, True, True, False)
    assert ("小镇书店" in page, matters.person.name in page) == (False, False)
    story = client_of("reviewer").get(at).content.decode()
    assert ("要验收" in story, "已征求意见" in story) == (True, False)


def test_a_day_that_is_none_keeps_what_was_typed(matters: Matters, client_of: Any):
    police(matters)
    case = matters.in_review()

    answer = client_of("reviewer").post(f"/review/town/cases/{case.no}/consult", FORM | {"due_on": "soon"})

    assert (answer.status_code, "这里能开店吗？" in answer.content.decode()) == (422, True)
    assert Consultation.objects.count() == 0


def test_the_case_itself_and_other_pages_stay_closed_to_whoever_is_asked(matters: Matters, client_of: Any, asked: Any):
    case = asked.case
    other = cases.add_material(case_no=case.no, code="id", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE)
    at = f"/review/town/consults/{asked.pk}/"

    closed = [
        client_of("case-police").get(f"/review/town/cases/{case.no}/"),
        client_of("case-police").get(f"{at}pages/{other.pk}"),
        client_of("case-police").post(f"/review/town/cases/{case.no}/opine", {"says": "grant"}),
        client_of("reviewer").get(at),  # another department's to answer
    ]

    assert [answer.status_code for answer in closed] == [404] * 4
    assert [client_of(who).get(at).status_code for who in ("receiver", "issuer", "approver")] == [403] * 3


def test_whoever_is_asked_sees_on_their_work_list_how_many_wait(matters: Matters, client_of: Any, asked: Any):
    waiting = client_of("case-police").get("/review/town/review").content.decode()
    answer(asked, Actor(ActorKind.STAFF, str(matters.staff["case-police"].pk), "town"))
    answered = client_of("case-police").get("/review/town/review").content.decode()

    badge = re.compile(r'href="/review/town/consults">征求意见\s*<span class="badge">1</span>')
    assert (bool(badge.search(waiting)), bool(badge.search(answered))) == (True, False)
    assert "/review/town/consults" in answered  # to be read again


def test_an_answer_can_be_read_again_by_who_gave_it(matters: Matters, client_of: Any, asked: Any):
    client, at = client_of("case-police"), f"/review/town/consults/{asked.pk}/"
    client.post(at + "answer", {"says": "note", "text": "要验收"})

    listed = client.get("/review/town/consults").content.decode()

    assert (at in listed, "要验收" in client.get(at).content.decode()) == (True, True)


def test_only_papers_that_came_are_offered_to_be_shown(matters: Matters, client_of: Any):
    police(matters)
    case = matters.in_review()

    page = client_of("reviewer").get(f"/review/town/cases/{case.no}/").content.decode()

    offered = [code for code in ("id", "lease", "photo", "plan") if f'name="paper" value="{code}"' in page]
    assert (offered, page.count("只有纸质")) == (["id", "lease", "photo"], 3)


def test_what_the_flow_asks_is_named_to_the_reviewer_and_chosen_first(matters: Matters, client_of: Any):
    """The department has no matter of its own in this hall, and is asked all the same."""
    police(matters)
    follows(FLOW)
    case = matters.in_review()
    at = f"/review/town/cases/{case.no}/"

    before = " ".join(client_of("reviewer").get(at).content.decode().split())
    client_of("reviewer").post(at + "consult", FORM)
    after = client_of("reviewer").get(at).content.decode()

    assert ("还没有发起： 问公安<br>" in before, '<option value="police" selected>公安局</option>' in before) == (
        True,
        True,
    )
    assert ("还没有发起" in after, '<option value="police" selected>' in after) == (False, False)


def test_a_refused_question_keeps_the_department_that_was_chosen(matters: Matters, client_of: Any):
    police(matters)
    follows(FLOW)
    case = matters.in_review()

    answer = client_of("reviewer").post(
        f"/review/town/cases/{case.no}/consult", FORM | {"department": "", "due_on": "x"}
    )

    page = answer.content.decode()
    assert (answer.status_code, '<option value="police">公安局</option>' in page) == (422, True)
    assert page.count('<details class="deed" open open') == 0


def test_who_decides_reads_what_nobody_began_with_and_which_department_says_no(matters: Matters, client_of: Any):
    officer = police(matters)
    follows(FLOW)
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    at = f"/review/town/cases/{case.no}/"

    nobody = client_of("approver").get(at).content.decode()
    row = ask(matters, case)
    cases.release(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)
    asked = client_of("approver").get(at).content.decode()
    answer(row, officer, text="在学校<旁边>")
    said_no = client_of("approver").get(at).content.decode()

    assert [("不能准予：问公安" in page, "还没有人发起：问公安" in page) for page in (nobody, asked, said_no)] == [
        (True, True), (True, False), (False, False),
    ]  # fmt: skip
    assert ["公安局建议不予：在学校&lt;旁边&gt;" in page for page in (asked, said_no)] == [False, True]


def test_the_last_word_of_a_department_counts(matters: Matters, client_of: Any):
    officer, case = police(matters), matters.in_review()
    answer(ask(matters, case), officer)
    answer(ask(matters, case), officer, says="grant", text="")
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    page = client_of("approver").get(f"/review/town/cases/{case.no}/").content.decode()

    assert "公安局建议不予" not in page


def test_the_story_says_which_department_was_asked_and_which_answered(matters: Matters, client_of: Any):
    officer, case = police(matters), matters.in_review()
    answer(ask(matters, case), officer)

    page = client_of("reviewer").get(f"/review/town/cases/{case.no}/").content.decode()

    story = re.sub("<[^>]+>", " ", page[page.index("办理经过") :])
    assert " ".join(story.split()).count("公安局") == 2
