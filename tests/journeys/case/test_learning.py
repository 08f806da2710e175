"""一表一库: what a granted case said is known from then on, with the case as its source, and stands in the next form."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import charging, conclude
from banshi.journeys.case.carried import of_library
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.library.models import Fact
from banshi.rooms.library.queries import facts_of
from tests.matters import FORM, SHOP, Matters, matters_of
from tests.surfaces.citizen.cases import retell
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
LATER = at("2026-03-20 09:00")


@pytest.fixture
def matters(town: Town) -> Matters:
    """The shop's address is the applicant's, and kept; its name is an element that is not."""
    matters = matters_of(town)
    for code, sources in (("residence-address", "library;earlier;applicant"), ("business-name", "library;applicant")):
        DataElement.objects.create(
            code=code, name_zh=code, name_en=code, type="address", sensitivity="personal", source_precedence=sources
        )
    elements = {"address": "residence-address", "name": "business-name"}
    fields = [{**field, "element": elements.get(field["code"], "")} for field in SHOP["fields"]]
    retell(matters, fields=fields)
    return matters


def issued(matters: Matters, now: Any = TUESDAY_NINE, **more: Any) -> Any:
    case = matters.decided(now, **more)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=now)
    return case


def test_what_was_granted_is_known_and_carried_over(matters: Matters) -> None:
    case = issued(matters)

    known = facts_of(person_id=matters.person.pk, today=LATER.date())
    again = matters.opened(LATER)
    carried = of_library(handling_of_case(again).fields, again, today=LATER.date())

    fact = known["residence-address"]
    assert list(known) == ["residence-address"]
    assert (fact.value, fact.trust, fact.source) == (FORM["address"], "B", f"case:{case.no}")
    assert {code: (each.source, each.value) for code, each in carried.items()} == {
        "address": ("library", FORM["address"])
    }


def test_what_is_known_already_is_not_said_again_and_what_changed_is(matters: Matters) -> None:
    issued(matters)
    issued(matters, LATER)
    again = Fact.objects.count()

    issued(matters, LATER, form={**FORM, "address": "二号路 9 号"})

    assert (again, Fact.objects.count()) == (1, 2)
    assert facts_of(person_id=matters.person.pk, today=LATER.date())["residence-address"].value == "二号路 9 号"


def test_of_what_was_refused_nothing_is_known(matters: Matters) -> None:
    matters.decided(grant=False)

    assert Fact.objects.count() == 0


def test_what_was_learned_from_a_case_that_was_terminated_is_known_no_more(matters: Matters) -> None:
    first = issued(matters)
    second = issued(matters, LATER, form={**FORM, "address": "九号路 9 号"})
    moved = facts_of(person_id=matters.person.pk, today=LATER.date())["residence-address"].value

    charging.terminate(
        case_no=second.no, reason="材料是假的", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=LATER,
    )  # fmt: skip

    known = facts_of(person_id=matters.person.pk, today=LATER.date())["residence-address"]
    assert (moved, known.value, known.source) == ("九号路 9 号", FORM["address"], f"case:{first.no}")
