"""What is on record is offered beside the form, fills it in with consent alone, and each use is read on one's own record."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import case_by_no, cases_of, form_of
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity.models import Account
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import FactConsent, FactUse
from banshi.surfaces.citizen import bundle_form, case_form
from tests import bundles
from tests.matters import FORM, SHOP, Matters
from tests.surfaces.citizen.cases import applicant, fields, retell
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HOME = "residence-address"
AGREE = "我同意：用已有的记录填写这张表，仅用于这件事"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    """Proven to be the matters' person, whose address an authority knows; the shop's address is theirs."""
    matters, me = applicant(open_town)
    Account.objects.filter(pk=matters.account.pk).update(
        person=matters.person, person_evidence=3, person_at=TUESDAY_NINE
    )
    DataElement.objects.create(
        code=HOME, name_zh="现住址", name_en="Present address", type="address", sensitivity="personal",
        source_precedence="library;earlier;applicant",
    )  # fmt: skip
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1]["element"] = HOME
    retell(matters, fields=fields)
    library.learn(
        person_id=matters.person.pk, element=HOME, value=FORM["address"], trust="A", source="import:police",
        now=TUESDAY_NINE,
    )  # fmt: skip
    return matters, me


def draft(matters: Matters) -> Case:
    return matters.opened(form={"name": FORM["name"]})


def post(me: Phone, case: Case, go: str, **typed: str) -> Any:
    return me.client.post(f"/cases/{case.no}/form/", {"go": go, **typed})


def received(matters: Matters, case: Case) -> None:
    counted = [cases.Counted(code) for code in ("id", "lease", "photo")]
    cases.receive(case_no=case.no, materials=counted, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_it_is_offered_and_no_field_is_hidden(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)

    page = text(me.get(f"/cases/{case.no}/form/"))

    assert (AGREE in page, 'name="f-address"' in page) == (True, True)
    assert FORM["address"] not in page


def test_agreed_to_it_stands_in_the_form_beside_what_was_typed(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)

    said = fields(me.get(f"/cases/{case.no}/form/")) | {"f-name": "小镇书店二"}
    answer = me.client.post(f"/cases/{case.no}/form/", said | {"go": "agree"})

    assert (answer.status_code, form_of(case_by_no(case.no))["name"]) == (302, "小镇书店二")
    page = text(me.get(f"/cases/{case.no}/form/"))
    assert (FORM["address"] in page, "来自证照库" in page, "撤回同意" in page) == (True, True, True)
    assert FactConsent.objects.get().words == "own-1"


def test_taken_back_it_is_gone_again(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)
    post(me, case, "agree")

    post(me, case, "take-back")

    assert form_of(case_by_no(case.no)).get("address") is None
    assert AGREE in text(me.get(f"/cases/{case.no}/form/"))


def test_whoever_is_not_proven_is_offered_nothing_and_may_agree_to_nothing(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)
    Account.objects.filter(pk=matters.account.pk).update(person=None, person_evidence=0, person_at=None)

    page, answer = text(me.get(f"/cases/{case.no}/form/")), post(me, case, "agree")

    assert (AGREE in page, answer.status_code, FactConsent.objects.count()) == (False, 409, 0)


def test_each_use_stands_on_my_record_and_among_all_uses(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)
    post(me, case, "agree")
    received(matters, case)

    pages = [text(me.get("/me/record/")), text(me.get("/me/uses/"))]

    for page in pages:
        assert ("现住址" in page, case.no in page, "按记录递交" in page, AGREE in page) == (True, True, True, True)
    assert FactUse.objects.count() == 1


def test_nobody_else_reads_it(shop: tuple[Matters, Phone], theirs: Phone) -> None:
    matters, me = shop
    case = draft(matters)
    post(me, case, "agree")
    received(matters, case)

    pages = [text(theirs.get("/me/record/")), text(theirs.get("/me/uses/"))]

    assert [case.no in page for page in pages] == [False, False]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_uses_costs_the_same_however_many(
    shop: tuple[Matters, Phone], count: int, django_assert_num_queries: Any
) -> None:
    from banshi.rooms.library import queries
    from banshi.surfaces.citizen.facts_used import facts_used

    matters, me = shop
    for _ in range(count):
        case = draft(matters)
        post(me, case, "agree")
        received(matters, case)
    uses = queries.fact_uses_of(matters.person.pk)

    with django_assert_num_queries(2):
        assert len(facts_used(uses, today=TUESDAY_NINE.date())) == count


def test_what_is_wrong_leads_to_a_question_of_its_matter(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = draft(matters)
    library.learn(
        person_id=matters.person.pk, element=HOME, value="九号路", trust="B", source=f"case:{case.no}", now=TUESDAY_NINE
    )

    assert f'href="/items/{case.item.code}/ask"' in text(me.get("/me/record/"))


@pytest.mark.parametrize("go", ["agree", "take-back"])
@pytest.mark.parametrize("whole", [False, True])
def test_sent_elsewhere_in_that_moment_it_leads_to_what_was_sent(
    shop: tuple[Matters, Phone], monkeypatch: pytest.MonkeyPatch, go: str, whole: bool
) -> None:
    """On another telephone, between what is kept and what is pressed."""
    matters, me = shop
    if whole:
        bundles.sign_of(matters.town)
    case = cases_of(bundles.opened(matters))[0] if whole else draft(matters)
    here, there = (bundle_form, f"/bundles/{case.bundle.no}/") if case.bundle else (case_form, f"/cases/{case.no}/")
    kept = here.write

    def then_it_is_sent(*args: Any, **more: Any) -> Any:
        found = kept(*args, **more)
        Case.objects.update(phase="pre_review", submitted_at=TUESDAY_NINE)
        return found if whole else (case_by_no(case.no), found[1])

    monkeypatch.setattr(here, "write", then_it_is_sent)
    answer = me.client.post(f"{there}form/", {"go": go})

    assert (answer.status_code, answer["Location"], FactConsent.objects.count()) == (302, there, 0)
