"""Whence a value of a form comes, as its pages say it: which case, when, how far it is trusted; or that it was typed."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.frames.case_fields import known_of, lines_of, said_value
from banshi.frames.staff.cases import filled
from banshi.journeys.case import changing, consenting
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.queries import case_by_no
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.library import actions as library
from tests.journeys.case.test_learning import LATER, issued, matters  # noqa: F401 – a fixture
from tests.matters import FORM, Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
ADDRESS = {"element": "residence-address", "now": TUESDAY_NINE}


def said(case: Any) -> dict[str, tuple[str, bool]]:
    groups = filled(case, whole=True, today=LATER.date())
    return {line.label: (line.source, line.typed) for _, lines in groups for line in lines}


def test_the_applicant_reads_which_case_said_it_and_when(matters: Matters) -> None:  # noqa: F811
    first = issued(matters)
    second = matters.opened(LATER, form={"name": FORM["name"]})
    consenting.agree(case_no=second.no, consent=True, by=matters.applicant, now=LATER)
    second = case_by_no(second.no)

    known = known_of(second, account_id=matters.account.pk, today=LATER.date())
    lines = {line.field.code: line.source for line in lines_of(second, known=known, today=LATER.date())}

    assert lines["address"] == f"来自办件 {first.no}，3月10日 周二 · 大厅核对过"


def test_of_an_authority_its_trust_and_the_day_are_said(matters: Matters) -> None:  # noqa: F811
    library.learn(person_id=matters.person.pk, value=FORM["address"], trust="A", source="import:police", **ADDRESS)
    case = matters.received()

    assert said(case)["地址"] == ("来自证照库，3月10日 周二 · 主管部门提供", False)


def test_what_was_typed_otherwise_is_told_to_whoever_reviews(matters: Matters) -> None:  # noqa: F811
    library.learn(person_id=matters.person.pk, value="九号路 9 号", trust="A", source="import:police", **ADDRESS)
    case = matters.received()

    assert (said(case)["地址"], said(case)["店名"]) == (("", True), ("", False))


def carried_over(matters: Matters, **typed: str) -> Any:  # noqa: F811
    """Received, with an address that was filled in from the record with consent, and what they typed afterwards."""
    library.learn(person_id=matters.person.pk, value=FORM["address"], trust="A", source="import:police", **ADDRESS)
    case = matters.opened(form={"name": FORM["name"]})
    consenting.agree(case_no=case.no, consent=True, by=matters.applicant, now=TUESDAY_NINE)
    if typed:
        changing.change(case_no=case.no, form=typed, by=matters.applicant, now=TUESDAY_NINE)
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]
    return cases.receive(case_no=case.no, materials=counted, by=matters.by["receiver"], now=TUESDAY_NINE)


def line_of(case: Any, *, whole: bool = True) -> Any:
    groups = filled(case_by_no(case.no), whole=whole, today=LATER.date())
    return next(line for _, lines in groups for line in lines if line.label == "地址")


def test_whoever_reviews_reads_what_was_carried_over_and_whence(matters: Matters) -> None:  # noqa: F811
    line = line_of(carried_over(matters))

    assert (line.carried, line.changed) == ("来自证照库，3月10日 周二 · 主管部门提供", False)
    assert (line.source, line.typed) == ("", False)


def test_whoever_reviews_reads_that_the_applicant_changed_it(matters: Matters) -> None:  # noqa: F811
    line = line_of(carried_over(matters, address="二号路 9 号"))

    assert (line.carried, line.changed) == ("来自证照库，3月10日 周二 · 主管部门提供", True)


def test_what_was_typed_is_not_said_to_be_carried_over(matters: Matters) -> None:  # noqa: F811
    library.learn(person_id=matters.person.pk, value=FORM["address"], trust="A", source="import:police", **ADDRESS)

    assert line_of(matters.received()).carried == ""


def test_a_case_is_no_record_of_itself(matters: Matters) -> None:  # noqa: F811
    case = issued(matters)

    assert said(case_by_no(case.no))["地址"] == ("", False)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("date", "2028-12-31", "2028年12月31日"),
        ("date", "12月31", "12月31"),  # as it was typed, where it is no day
        ("id_number", "91350100M000100Y43", "91350100M000100Y43"),  # of a firm: it stands on its licence for everybody
        ("id_number", "91350100M000100Y44", "*" * 14 + "0Y44"),  # a digit that is none: nobody knows whose
        ("id_number", "441900199001010015", "*" * 14 + "0015"),
    ],
)
def test_a_value_is_read_as_people_read_it_and_no_persons_number_stands_open(kind: str, value: str, read: str) -> None:
    field = Field.model_validate(
        {"code": "x", "label_zh": "栏", "label_en": "X", "type": kind, "group_zh": "组", "group_en": "G"}
    )

    assert said_value(field, value) == read
