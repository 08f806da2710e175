"""The issue window: made, laid ready, handed over."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery
from tests.matters import Matters

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


def test_a_refusal_is_closed_when_it_was_handed_over(matters: Matters, client_of):
    case = matters.decided(grant=False)

    client_of("issuer").post(f"/issue/town/cases/{case.no}/close")

    assert (Case.objects.get().phase, Case.objects.get().outcome) == ("closed", "refused")


def test_a_place_that_is_none_is_refused_on_the_page(matters: Matters, client_of):
    case = matters.decided()
    client = client_of("issuer")
    client.post(f"/issue/town/cases/{case.no}/make")

    assert client.post(f"/issue/town/cases/{case.no}/shelve", {"place": ""}).status_code == 422


def test_who_only_looks_does_not_issue(matters: Matters, client_of):
    case = matters.decided()

    assert client_of("reviewer").get("/issue/town/").status_code == 403
    assert client_of("reviewer").post(f"/issue/town/cases/{case.no}/make").status_code == 403


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
