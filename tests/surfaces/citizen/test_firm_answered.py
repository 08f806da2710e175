"""Whoever answers that a firm applies is asked for the firm, and no natural person is taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Person
from tests.firms import CODE, NAME, member
from tests.matters import SHOP
from tests.surfaces.citizen.cases import ANSWERS, applicant, retell
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
FORM = {
    "id": "form", "text_zh": "申请人是？", "text_en": "The applicant is",
    "options": [
        {"id": "trader", "text_zh": "个体工商户", "text_en": "A sole trader"},
        {"id": "firm", "text_zh": "企业", "text_en": "A firm"},
    ],
}  # fmt: skip
TYPED = {"who": "new", "name": NAME, "id_type": "uscc", "id_number": CODE, "phone": ""}


@pytest.fixture
def asked(town: Town) -> Any:
    """Who applies is asked, and how to begin with an answer."""
    matters, phone = applicant(town)
    retell(matters, questions=[*SHOP["questions"], FORM])
    return matters, phone, lambda said: f"/matters/pension/begin?{ANSWERS}&a=form:{said}&hall=town"


def test_the_credit_code_is_asked_for_at_once(asked: Any) -> None:
    _, phone, begin = asked

    firm, trader = (phone.client.get(begin(said)).context for said in ("firm", "trader"))

    assert (firm["form"]["id_type"].value(), firm["who_chosen"]) == ("uscc", "new")
    assert (trader["form"]["id_type"].value(), trader["who_chosen"]) == (None, str(phone.person.pk))


def test_the_organisation_they_act_for_is_chosen_first(asked: Any) -> None:
    matters, phone, begin = asked
    Account.objects.filter(pk=matters.account.pk).update(person=matters.person, person_evidence=3)
    made = member(Person.objects.get(pk=matters.person.pk), "legal")

    shown = phone.client.get(begin("firm")).context

    assert (shown["firm_chosen"], shown["who_chosen"]) == (str(made.organisation_id), f"org-{made.organisation_id}")


def test_a_natural_person_is_not_taken_for_a_firm_and_the_firm_is(asked: Any) -> None:
    matters, phone, begin = asked
    person = {"id_type": "resident_id", "id_number": str(matters.person.id_number), "name": "周晓明"}

    def post(said: str, **typed: Any) -> Any:
        answers = ["premises:rented", "food:no", f"form:{said}"]
        return phone.client.post(begin(said), {"a": answers, "hall": "town", **typed})

    chosen, typed = post("firm", who=matters.person.pk), post("firm", **TYPED | person)
    done, trader = post("firm", **TYPED), post("trader", who=matters.person.pk, anyway="1")

    assert ["前面选了申请人是企业" in answer.content.decode() for answer in (chosen, typed)] == [True, True]
    assert [answer.status_code for answer in (chosen, typed, done, trader)] == [422, 422, 302, 302]
    assert [case.person.id_type for case in Case.objects.order_by("id")] == ["uscc", "resident_id"]


def test_a_person_becomes_no_firms_applicant_by_another_answer_nor_in_any_other_way(asked: Any) -> None:
    matters, phone, _ = asked
    case = matters.opened(answers={"premises": "rented", "food": "no", "form": "trader"})

    page = phone.client.post(f"/cases/{case.no}/situation/", {"answer": "form:firm"})
    with pytest.raises(Refused) as opened:
        matters.opened(answers={"premises": "rented", "food": "no", "form": "firm"}, anyway=True)

    case.refresh_from_db()
    assert ("申请人却是个人" in page.content.decode(), case.answers["form"]) == (True, "trader")
    assert (opened.value.slug, opened.value.facts["field"]) == ("invalid", "organisation")


def test_a_firm_that_is_registered_here_or_typed_by_its_code_applies(asked: Any) -> None:
    matters, _, _ = asked
    answers = {"premises": "rented", "food": "no", "form": "firm"}
    typed = identity.enrol(name=NAME, id_type="uscc", id_number=CODE, now=TUESDAY_NINE)

    by_code = matters.opened(person_id=typed.pk, answers=answers, anyway=True)
    firm = member(Person.objects.get(pk=matters.person.pk), "legal").organisation_id
    by_member = matters.opened(organisation_id=firm, answers=answers, anyway=True)

    assert [each.answers["form"] for each in (by_code, by_member)] == ["firm", "firm"]
