"""How old whoever applies is stands in their document: another answer opens no case, and changes none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from tests.matters import ANSWERS, Matters
from tests.town import CLERK, TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
AGE: dict[str, Any] = {
    "id": "age", "text_zh": "申请人几岁？", "text_en": "How old is the applicant?",
    "options": [
        {"id": "grown", "text_zh": "16 周岁以上", "text_en": "16 or older"},
        {"id": "minor", "text_zh": "未满 16 周岁", "text_en": "Under 16"},
    ],
}  # fmt: skip


@pytest.fixture
def asking(matters: Matters) -> Matters:
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "questions": [*item.handling["questions"], AGE]}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    return matters


def opened(asking: Matters, number: str, age: str | None) -> Case:
    kind = "resident_id" if len(number) == 18 else "passport"
    person = identity.enrol(name="测试娃", id_type=kind, id_number=number, by=CLERK, now=TUESDAY_NINE)
    asked: dict[str, Any] = {
        "hall": asking.town.hall,
        "item_code": "pension",
        "person_id": person.pk,
        "channel": "window",
    }
    said = ANSWERS | ({"age": age} if age else {})
    return cases.open_case(cases.Opening(**asked, answers=said), by=CLERK, now=TUESDAY_NINE)


def born(year: int, month: int = 3, day: int = 10) -> str:
    return generate_resident_id("441900", date(year, month, day), 7)


@pytest.mark.parametrize(
    ("number", "age", "taken"),
    [
        (born(2010, 3, 11), "grown", False),  # sixteen tomorrow
        (born(2010, 3, 10), "grown", True),  # today
        (born(2008, 3, 11), "minor", True),  # eighteen tomorrow
        (born(2008, 3, 10), "minor", False),  # today
        (born(2018), "minor", True),
        ("E7654321", "grown", True),  # a document that says no age
    ],
)
def test_another_age_than_the_document_says_opens_nothing(asking: Matters, number: str, age: str, taken: bool) -> None:
    if taken:
        assert opened(asking, number, age).answers["age"] == age
        return
    with pytest.raises(Refused, match="invalid") as refused:
        opened(asking, number, age)
    assert (refused.value.facts["field"], Case.objects.count()) == ("answers", 0)


def test_nor_is_it_answered_so_later(asking: Matters) -> None:
    case = opened(asking, born(2018), None)

    with pytest.raises(Refused, match="invalid"):
        cases.change(case_no=case.no, answers={"age": "grown"}, by=CLERK, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert (case.answers, case.revision) == (ANSWERS, 0)
    assert cases.change(case_no=case.no, answers={"age": "minor"}, by=CLERK, now=TUESDAY_NINE).answers["age"] == "minor"
