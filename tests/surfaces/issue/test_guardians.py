"""At the issue window a child's result goes to its guardian, who brings their own card."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship, Person
from tests.letters import asked
from tests.matters import Matters
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
FORM = {"compared": "1", "why": "by-card"}


def ready(matters: Matters, i: int = 3) -> tuple[Case, Guardianship]:
    """The result of a child lies at the window; its i-th guardian has nothing but a card."""
    child = identity.enrol(name="测试娃", id_type="passport", id_number="E7654321", by=CLERK, now=TUESDAY_NINE)
    row = guarded(child, matters.town.person(i))
    case = matters.decided(
        channel="window", account_id=None, contact="13800130002", person_id=child.pk, guardian_id=row.pk
    )
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE), row


def guarded(child: Person, guardian: Person) -> Guardianship:
    return identity.prove_guardian(
        child_id=child.pk, relation="parent", name=guardian.name, id_type=guardian.id_type, id_number=guardian.id_number,
        paper="户口簿", born=date(2018, 1, 1), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip


def test_a_guardians_card_opens_it_and_the_receipt_says_whose_it_was(matters: Matters, client_of: Any) -> None:
    (case, row), client = ready(matters), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"

    page = client.get(at).content.decode()
    done = client.post(at + "by-card", FORM | {"member": f"guardian-{row.pk}"})

    case.refresh_from_db()
    assert (f'value="guardian-{row.pk}"' in page, "孩子本人的" in page) == (True, True)
    assert (done.status_code, case.phase) == (302, "closed")
    assert facts_of(case.papers.get(kind="delivery_receipt")).taker == row.guardian.name
    assert Entry.objects.filter(action="looked", subject=f"person:{row.guardian_id}").exists()


def test_the_childs_own_card_still_does(matters: Matters, client_of: Any) -> None:
    case, _row = ready(matters)

    client_of("issuer").post(f"/issue/town/cases/{case.no}/by-card", FORM | {"member": "own"})

    assert Case.objects.get().phase == "closed"


def test_whose_card_it_was_is_said_and_nobody_elses_opens_it(matters: Matters, client_of: Any) -> None:
    (case, row), client = ready(matters), client_of("issuer")
    other = identity.enrol(name="别家娃", id_type="passport", id_number="E7654322", by=CLERK, now=TUESDAY_NINE)
    theirs = guarded(other, matters.town.person(4))
    gone = guarded(case.person, matters.town.person(5))
    identity.end_guardian(guardianship_id=gone.pk, why="不是", by=CLERK, now=TUESDAY_NINE)
    resting = guarded(case.person, matters.town.person(6))
    identity.contest_guardian(guardianship_id=resting.pk, why="有争议", by=CLERK, now=TUESDAY_NINE)

    tried = [
        client.post(f"/issue/town/cases/{case.no}/by-card", FORM | more)
        for more in ({}, *({"member": f"guardian-{each.pk}"} for each in (theirs, gone, resting)), {"member": "x" * 90})
    ]

    assert [answer.status_code for answer in tried] == [422] * 5
    assert Case.objects.get().phase == "ready"
    assert row.pk != theirs.pk


def test_a_guardian_who_is_none_any_more_takes_nothing(matters: Matters) -> None:
    case, row = ready(matters)
    identity.end_guardian(guardianship_id=row.pk, why="不是", by=CLERK, now=TUESDAY_NINE)

    with pytest.raises(Refused, match="mandate-missing"):
        conclude.hand_over(
            case_no=case.no, identified=True, member=row.guardian_id, by=matters.by["issuer"], now=TUESDAY_NINE
        )


def test_a_guardian_needs_neither_code_nor_letter_where_agents_do(matters: Matters) -> None:
    case, row = ready(matters)

    conclude.hand_to_agent(
        case_no=case.no, code="", agent=asked(row.guardian), by=matters.by["issuer"], now=TUESDAY_NINE
    )

    case.refresh_from_db()
    assert (case.phase, facts_of(case.papers.get(kind="delivery_receipt")).taker) == ("closed", row.guardian.name)
