"""The issue window: made, laid ready, handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.journeys.case import conclude, courier
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.delivery.queries import trail
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def test_a_result_is_made_laid_ready_and_handed_over(matters: Matters, client_of):
    case = matters.decided()
    at, client = f"/issue/town/cases/{case.no}/", client_of("issuer")
    assert case.no in client.get("/issue/town/").content.decode()

    phases = []
    for step, form in [("make", {}), ("shelve", {"place": "A-3"})]:
        assert f'action="{at}{step}"' in client.get(at).content.decode()
        client.post(at + step, form)
        phases.append(Case.objects.get().phase)
    code = Delivery.objects.get().code
    page = client.get(at).content.decode()
    wrong = client.post(at + "hand-over", {"code": "x"})
    done = client.post(at + "hand-over", {"code": code})

    assert phases == ["issuing", "ready"]
    assert code not in page
    assert "取件码不对" in wrong.content.decode()
    assert (wrong.status_code, done.status_code, Case.objects.get().phase) == (409, 302, "closed")


def test_who_decided_does_not_make_it(matters: Matters, client_of):
    from banshi.rooms.identity.models import Role

    case = matters.decided()
    Role.objects.create(
        staff=matters.staff["approver"], role="issue_clerk", scope_kind="hall", scope="town", given_at=case.opened_at,
        given_by="system",
    )  # fmt: skip

    answer = client_of("approver").post(f"/issue/town/cases/{case.no}/make")

    assert (answer.status_code, Case.objects.get().phase) == (409, "decided")


def test_a_refusal_is_handed_over_by_card_and_the_case_is_closed(matters: Matters, client_of):
    case = matters.decided(grant=False)
    client = client_of("issuer")
    listed = client.get("/issue/town/").content.decode()
    shown = client.get(f"/issue/town/cases/{case.no}/").content.decode()
    unseen = client.post(f"/issue/town/cases/{case.no}/by-card", {"why": "no-message"})

    client.post(f"/issue/town/cases/{case.no}/by-card", {"compared": "1", "why": "no-message"})

    over = client.get(f"/issue/town/cases/{case.no}/").content.decode()
    assert listed.index(case.no) > listed.index('id="in-ready"')
    assert ("打印决定书" in shown, "凭证件" in shown, unseen.status_code) == (True, True, 422)
    assert (Case.objects.get().phase, Case.objects.get().outcome) == ("closed", "refused")
    assert "打印送达回执" in over


def test_a_place_that_is_none_is_refused_on_the_page(matters: Matters, client_of):
    case = matters.decided()
    client = client_of("issuer")
    client.post(f"/issue/town/cases/{case.no}/make")

    assert client.post(f"/issue/town/cases/{case.no}/shelve", {"place": ""}).status_code == 422


def test_who_only_looks_does_not_issue(matters: Matters, client_of):
    case = matters.decided()

    assert client_of("reviewer").get("/issue/town/").status_code == 403
    assert client_of("reviewer").post(f"/issue/town/cases/{case.no}/make").status_code == 403


def test_of_what_is_to_be_posted_no_code_is_said_to_go_out(matters: Matters, client_of):
    case = matters.decided()
    to = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")
    courier.wish(case_no=case.no, how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)
    at, client = f"/issue/town/cases/{case.no}/", client_of("issuer")

    client.post(at + "make")
    page = client.post(at + "shelve", {"place": "A-3"}, follow=True).content.decode()

    assert ("已放好，待寄，已通知申请人。" in page, "取件码已发给申请人" in page) == (True, False)


def test_where_no_code_was_sent_the_page_says_why_and_asks_for_the_card(matters: Matters, client_of):
    case = matters.decided()
    matters.account.person_evidence = 0
    matters.account.save()
    at, client = f"/issue/town/cases/{case.no}/", client_of("issuer")

    client.post(at + "make")
    page = client.post(at + "shelve", {"place": "A-3"}, follow=True).content.decode()

    assert "可以领了，已通知申请人带证件来。" in page
    assert ("不发取件码，凭证件领取" in page, "取件码输错次数过多" in page, 'name="code"' in page) == (
        True,
        False,
        False,
    )
    assert f'action="{at}by-card"' in page


def test_the_paper_of_a_result_taken_as_a_file_stays_to_be_fetched_once(matters: Matters, client_of):
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="D-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    client, at = client_of("issuer"), f"/issue/town/cases/{case.no}/"

    home, unseen = client.get("/issue/town/").content.decode(), client.post(at + "paper-out", {})
    done, again = (client.post(at + "paper-out", {"compared": "1"}) for _ in range(2))

    assert (case.no in home, "D-1" in home) == (True, True)
    assert (unseen.status_code, done.status_code, again.status_code) == (422, 302, 409)
    assert case.no not in client.get("/issue/town/").content.decode()
    assert [step.what for step in trail(case)][-2:] == ["handed_electronic", "handed_counter"]


def test_two_who_hand_over_one_paper_hand_it_over_once(committed_matters: Matters):
    matters = committed_matters
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="D-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.receive_electronically(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    done = together(4, lambda _: conclude.hand_paper(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE))

    assert sorted(str(getattr(each, "slug", "")) for each in done) == ["", "code-used", "code-used", "code-used"]


def test_who_waits_in_the_hall_is_called_called_again_and_let_go(matters: Matters, client_of):
    """One press, to the window this browser called to last; the board shows number and window."""
    case, client = matters.decided(), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"
    client.post(at + "make")
    Case.objects.update(wait_until=TUESDAY_NINE + timedelta(hours=2))
    client.post(at + "shelve", {"place": "A-3"})

    offered = client.get(at).content.decode()
    client.post(at + "call", {"window": "02"})
    called = client.get(at).content.decode()
    shown = client.get("/screens/town/facts").json()["fetch"]
    away = client.post(at + "missed", follow=True).content.decode()

    assert (f'action="{at}call"' in offered, f'action="{at}missed"' in offered) == (True, False)
    assert "叫到 02 号窗口" in called
    assert '<option value="02" selected' in called
    assert [(each["number"], each["window"]) for each in shown] == [(f"…{case.no[-4:]}", "02")]
    assert "放回原处了" in away
    assert '<option value="02" selected' in away
    assert (client.get("/screens/town/facts").json()["fetch"], Case.objects.get().phase) == ([], "ready")


def test_a_result_nobody_waits_for_is_called_for_by_nobody(matters: Matters, client_of):
    case, client = matters.decided(), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"
    client.post(at + "make")
    client.post(at + "shelve", {"place": "A-3"})

    assert f'action="{at}call"' not in client.get(at).content.decode()
    assert client.post(at + "call", {"window": "02"}).status_code == 409
