"""At the issue window the result of a firm goes to whoever acts for it: their card, chosen among those on record."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.identity import actions as identity
from tests.firms import member
from tests.matters import Matters
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db


def ready(matters: Matters) -> Case:
    firm = member(matters.person).organisation_id
    case = matters.decided(channel="window", account_id=None, contact="13800130002", organisation_id=firm)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def test_the_card_of_the_legal_representative_opens_it_with_a_trace(matters: Matters, client_of: Any) -> None:
    case, client, head = ready(matters), client_of("issuer"), matters.town.person(3)
    legal, limited = member(head, "legal"), member(matters.town.person(4), items=("medical",))
    at = f"/issue/town/cases/{case.no}/"

    page = client.get(at).content.decode()
    done = client.post(at + "by-card", {"compared": "1", "why": "by-card", "member": legal.pk})

    assert (f'value="{legal.pk}"' in page, "法定代表人" in page, f'value="{limited.pk}"' in page) == (True, True, False)
    case.refresh_from_db()
    assert (done.status_code, case.phase) == (302, "closed")
    assert facts_of(case.papers.get(kind="delivery_receipt")).taker == head.name
    assert Entry.objects.filter(action="looked", subject=f"person:{head.pk}").exists()


def test_nobody_elses_card_opens_it_and_whose_it_was_is_said(matters: Matters, client_of: Any) -> None:
    case, client = ready(matters), client_of("issuer")
    limited, gone = member(matters.town.person(3), items=("medical",)), member(matters.town.person(4))
    identity.end_member(member_id=gone.pk, by=CLERK, now=TUESDAY_NINE)
    form = {"compared": "1", "why": "by-card"}

    tried = [
        client.post(f"/issue/town/cases/{case.no}/by-card", form | more)
        for more in ({}, {"member": limited.pk}, {"member": gone.pk}, {"member": "x"})
    ]

    assert [answer.status_code for answer in tried] == [422] * 4
    assert (Case.objects.get().phase, "选一下核对的是谁的证件" in tried[0].content.decode()) == ("ready", True)


def test_the_card_of_a_member_is_enough_where_agents_bring_the_code(matters: Matters, client_of: Any) -> None:
    case, other = ready(matters), matters.town.person(3)
    member(other)
    typed = {"agent": other.name, "id_type": other.id_type, "id_number": other.id_number, "kind": "", "compared": "1"}

    done = client_of("issuer").post(f"/issue/town/cases/{case.no}/by-agent", typed | {"code": ""})

    assert (done.status_code, Case.objects.get().phase) == (302, "closed")
