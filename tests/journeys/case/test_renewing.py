"""A draft begun anew by what holds today: what is filled in from the record is traced, and only who may change it begins it
anew."""

from __future__ import annotations

import pytest

from banshi.journeys.case import renewing
from banshi.journeys.case.carried import of_case
from banshi.rooms.cases.queries import case_by_no, form_of
from banshi.rooms.library import queries
from tests.journeys.case.test_consenting import HOME, agree, draft, received, told
from tests.journeys.case.test_learning import matters  # noqa: F401 – a fixture
from tests.matters import FORM, SHOP, Matters
from tests.surfaces.citizen.cases import retell
from tests.town import TUESDAY_NINE


@pytest.mark.django_db
def test_what_a_newer_version_asks_for_is_carried_over_with_its_trace(matters: Matters) -> None:  # noqa: F811
    told(matters)
    name, address, _phone = SHOP["fields"]
    retell(matters, fields=[name, {**address, "show_if": {"eq": ["food", "yes"]}}])
    case = draft(matters)
    agree(matters, case)
    retell(matters, fields=[name, {**address, "element": HOME}])
    account, today = matters.account.pk, TUESDAY_NINE.date()

    renewing.renew(
        case_no=case.no, by=matters.applicant, now=TUESDAY_NINE,
        known=lambda asked: of_case(asked, case_by_no(case.no), account_id=account, today=today),
    )  # fmt: skip
    received(matters, case_by_no(case.no))

    assert form_of(case_by_no(case.no))["address"] == FORM["address"]
    assert [each.became for each in queries.fact_uses_of(matters.person.pk)] == ["kept"]
