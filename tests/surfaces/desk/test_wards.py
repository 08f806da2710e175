"""A guardian is served: the children they told of online, the papers that are shown, and a case of a child's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.documents import generate_resident_id
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship, Person
from tests.matters import Matters
from tests.surfaces.desk.served import serve
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
CHILD = {"name": "测试娃", "id_type": "resident_id", "id_number": generate_resident_id("441900", date(2018, 5, 6), 7)}
GROWN = generate_resident_id("441900", date(2000, 5, 6), 7)
PAPER = {"paper": "户口簿"}


def served(town: Town, *, compared: bool = True) -> Any:
    """The first person of the town, at this window."""
    ticket = serve(town, 0)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def declared(town: Town, guardian: int = 0) -> Guardianship:
    """What somebody said online, no paper seen."""
    who = town.person(guardian)
    return identity.declare_guardian(guardian_id=who.pk, relation="parent", **CHILD, by=CLERK, now=TUESDAY_NINE)


def ward(clerk: Client, ticket: Any, verb: str, **form: Any) -> Any:
    return clerk.post(f"/desk/cases/{ticket.ref}/ward/{verb}", form)


def opened(clerk: Client, ticket: Any) -> Case:
    assert clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension", "anyway": "yes"}).status_code == 302
    return Case.objects.latest("id")


def page(clerk: Client, ticket: Any) -> str:
    return clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()


def test_what_was_declared_online_is_proven_here_and_the_next_case_is_the_childs(
    clerk: Client, matters: Matters
) -> None:
    row, ticket = declared(matters.town), served(matters.town)

    before = page(clerk, ticket)
    answer = ward(clerk, ticket, "prove", guardian=row.pk, **PAPER)
    case = opened(clerk, ticket)
    after = page(clerk, ticket)

    row.refresh_from_db()
    assert ("本人声明，尚未核验" in before, answer.status_code, row.paper) == (True, 302, "户口簿")
    assert (row.proven_at is not None, case.person_id, case.guardian_id) == (True, row.child_id, row.pk)
    assert case.contact == "+8613800130000"
    assert case.no in after
    assert (CHILD["name"] in after, "下一件给孩子办" in after) == (False, True)


def test_a_child_nobody_told_of_is_entered_with_the_papers(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)

    answer = ward(clerk, ticket, "enter", **CHILD, relation="parent", **PAPER)

    row = Guardianship.objects.get()
    assert (answer.status_code, row.guardian_id, row.proven_at is not None) == (302, ticket.person_id, True)
    assert opened(clerk, ticket).person_id == row.child_id


def test_the_next_case_is_their_own_again_once_they_say_so(clerk: Client, matters: Matters) -> None:
    row, ticket = declared(matters.town), served(matters.town)
    ward(clerk, ticket, "prove", guardian=row.pk, **PAPER)
    ward(clerk, ticket, "for")

    assert opened(clerk, ticket).person_id == ticket.person_id


@pytest.mark.parametrize(
    ("verb", "form", "told"),
    [
        ("prove", {"paper": " "}, "材料"),
        ("enter", CHILD | {"relation": "parent", "paper": ""}, "材料"),
        ("enter", CHILD | {"relation": "parent", "id_number": "123"} | PAPER, "证件号"),
        ("enter", CHILD | {"relation": "parent", "id_number": GROWN} | PAPER, "已满 18 周岁"),
        ("enter", CHILD | {"relation": "aunt"} | PAPER, "关系"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    clerk: Client, matters: Matters, verb: str, form: dict[str, str], told: str
) -> None:
    row, ticket = declared(matters.town), served(matters.town)
    people = Person.objects.count()

    answer = ward(clerk, ticket, verb, guardian=row.pk, **form)

    row.refresh_from_db()
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert (Guardianship.objects.count(), row.proven_at, Person.objects.count()) == (1, None, people)


def test_nothing_is_proven_before_the_card_was_compared(clerk: Client, matters: Matters) -> None:
    row, ticket = declared(matters.town), served(matters.town, compared=False)

    answer = ward(clerk, ticket, "prove", guardian=row.pk, **PAPER)

    row.refresh_from_db()
    assert (answer.status_code, row.proven_at) == (422, None)


def test_somebody_elses_child_is_not_found(clerk: Client, matters: Matters) -> None:
    matters.town.person(0)
    row = declared(matters.town, guardian=1)
    ticket = served(matters.town)

    answers = [ward(clerk, ticket, "prove", guardian=row.pk, **PAPER), ward(clerk, ticket, "steal", guardian=row.pk)]
    ward(clerk, ticket, "for", guardian=row.pk)

    row.refresh_from_db()
    assert [each.status_code for each in answers] == [404, 404]
    assert (row.proven_at, opened(clerk, ticket).person_id) == (None, ticket.person_id)


def test_a_contested_or_ended_one_gives_nothing(clerk: Client, matters: Matters) -> None:
    row, ticket = declared(matters.town), served(matters.town)
    ward(clerk, ticket, "prove", guardian=row.pk, **PAPER)
    case = opened(clerk, ticket)
    found = []
    for act in (identity.contest_guardian, identity.end_guardian):
        act(guardianship_id=row.pk, why="父亲有异议", by=CLERK, now=TUESDAY_NINE)
        found.append(clerk.get(f"/desk/cases/{ticket.ref}/{case.no}/").status_code)
        found.append(opened(clerk, ticket).person_id == ticket.person_id)

    assert found == [404, True, 404, True]


@pytest.mark.parametrize("children", [1, 3])
def test_the_page_costs_the_same_however_many_children(
    clerk: Client, matters: Matters, django_assert_num_queries: Any, children: int
) -> None:
    ticket = served(matters.town)
    for i in range(children):
        number = generate_resident_id("441900", date(2018, 5, 6), 7 + 2 * i)
        identity.declare_guardian(
            guardian_id=matters.town.person(0).pk, relation="parent", **{**CHILD, "id_number": number}, by=CLERK,
            now=TUESDAY_NINE,
        )  # fmt: skip
    page(clerk, ticket)

    with django_assert_num_queries(17):
        page(clerk, ticket)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ended_and_proven_in_the_same_instant_it_is_one_of_them(matters: Matters) -> None:
    row = declared(matters.town)

    def act(i: int) -> object:
        if i:
            return identity.end_guardian(guardianship_id=row.pk, why="撤回", by=CLERK, now=TUESDAY_NINE)
        return identity.prove_ward(
            guardianship_id=row.pk, guardian_id=row.guardian_id, paper="户口簿", by=CLERK, now=TUESDAY_NINE
        )

    proven, ended = together(2, act)

    row.refresh_from_db()
    assert (ended, row.ended_at is not None) == (None, True)
    assert isinstance(proven, Refused) is (row.proven_at is None)
