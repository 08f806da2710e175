"""A child is served: its guardians at the window, the case they open, and the papers that name them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship, Person
from tests.matters import Matters
from tests.surfaces.desk.served import FILLED, press, serve
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
LAW = "由监护人代孩子办理"


def a_child(town: Town, i: int = 3) -> Person:
    """The i-th person of the town is a child of seven."""
    while len(town.people) < i:
        town.person(len(town.people))
    number = generate_resident_id("441900", date(2018, 5, 6), 7)
    made = identity.enrol(name="测试娃", id_type="resident_id", id_number=number, by=CLERK, now=TUESDAY_NINE)
    town.people.append(made)
    return Person.objects.get(pk=made.pk)


def served(town: Town, *, compared: bool = True) -> Any:
    ticket = serve(town, 3)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def entered(clerk: Client, ticket: Any, guardian: Person, **more: str) -> Any:
    form = {"name": guardian.name, "id_type": guardian.id_type, "id_number": guardian.id_number, "relation": "parent"}
    return clerk.post(f"/desk/cases/{ticket.ref}/guardian/enter", form | {"paper": "户口簿"} | more)


def opened(clerk: Client, ticket: Any) -> Case:
    assert clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension", "anyway": "yes"}).status_code == 302
    return Case.objects.latest("id")


def test_a_guardian_with_the_papers_opens_a_case_and_stands_on_its_receipt(clerk: Client, matters: Matters) -> None:
    town, mother = matters.town, matters.town.person(0)
    child = a_child(town)
    ticket = served(town)

    before = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    answer = entered(clerk, ticket, mother)
    case = opened(clerk, ticket)
    press(clerk, ticket, case, "accept", **FILLED, **{"here-id": "on", "here-lease": "on", "here-photo": "on"})

    case.refresh_from_db()
    row = Guardianship.objects.get()
    assert (LAW in before, answer.status_code) == (True, 302)
    assert (case.person_id, case.guardian_id, case.contact) == (child.pk, row.pk, "+8613800130000")
    papers = [facts_of(paper).guardian for paper in case.papers.order_by("id")]
    assert papers == [mother.name] * 2


def test_of_two_guardians_the_one_who_is_here_acts(clerk: Client, matters: Matters) -> None:
    town = matters.town
    a_child(town)
    ticket = served(town)
    for parent in (town.person(0), town.person(1)):
        entered(clerk, ticket, parent)
    first, second = Guardianship.objects.order_by("id")

    cases = []
    for row in (first, second):
        clerk.post(f"/desk/cases/{ticket.ref}/guardian/here", {"guardian": row.pk})
        cases.append(opened(clerk, ticket).guardian_id)

    assert cases == [first.pk, second.pk]


def test_no_guardian_is_entered_before_the_childs_document_was_compared(clerk: Client, matters: Matters) -> None:
    a_child(matters.town)
    ticket = served(matters.town, compared=False)

    answer = entered(clerk, ticket, matters.town.person(0))

    assert (answer.status_code, Guardianship.objects.count()) == (422, 0)
    assert "先核对孩子的证件" in answer.content.decode()


def test_what_was_typed_stays_where_it_is_refused(clerk: Client, matters: Matters) -> None:
    a_child(matters.town)
    ticket = served(matters.town)

    answer = entered(clerk, ticket, matters.town.person(0), paper=" ")

    assert (answer.status_code, f'value="{matters.town.person(0).name}"' in answer.content.decode()) == (422, True)


def test_a_guardian_of_another_child_is_not_found(clerk: Client, matters: Matters) -> None:
    town, mother = matters.town, matters.town.person(0)
    a_child(town)
    other = identity.enrol(name="别家娃", id_type="passport", id_number="E7654321", by=CLERK, now=TUESDAY_NINE)
    row = identity.prove_guardian(
        child_id=other.pk, relation="parent", name=mother.name, id_type=mother.id_type, id_number=mother.id_number,
        paper="户口簿", born=date(2018, 1, 1), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    ticket = served(town)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/guardian/end", {"guardian": row.pk, "why": "不是"})

    row.refresh_from_db()
    assert (answer.status_code, row.ended_at) == (404, None)


def test_contested_it_rests_and_ended_it_is_over(clerk: Client, matters: Matters) -> None:
    town = matters.town
    a_child(town)
    ticket = served(town)
    entered(clerk, ticket, town.person(0))
    row = Guardianship.objects.get()
    found = []
    for verb in ("contest", "uphold", "end"):
        clerk.post(f"/desk/cases/{ticket.ref}/guardian/{verb}", {"guardian": row.pk, "why": "父亲有异议"})
        found.append(opened(clerk, ticket).guardian_id)

    assert found == [None, row.pk, None]


def test_nobody_of_age_is_asked_for_a_guardian(clerk: Client, matters: Matters) -> None:
    ticket = serve(matters.town, 1)

    assert 'id="guardians"' not in clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
