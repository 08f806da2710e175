"""告知承诺: signed in place of a paper, trusted least, barred where credit is bad, and a paper of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.queries.handling import got_of, wanted_of
from banshi.rooms.cases.rules.by_rule import papers_trusted
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
SAID = {
    "duty_zh": "经营场所应当真实", "duty_en": "It has to be real", "untrue_zh": "撤销登记", "untrue_en": "It is revoked",
    "promise_zh": "已经取得使用权", "promise_en": "I have the right to use it",
}  # fmt: skip


@pytest.fixture(autouse=True)
def the_lease_may_be_promised(matters: Matters) -> None:
    item = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def promise(case: Case, matters: Matters, *, code: str = "lease", consent: bool = True, by: Any = None) -> CaseMaterial:
    return cases.add_material(
        case_no=case.no, code=code, channel="promise", consent=consent, by=by or matters.applicant, now=TUESDAY_NINE
    )


def bad_credit(matters: Matters) -> AbstractContextManager[Any]:
    number = str(matters.person.id_number)
    return override_settings(BANSHI_CREDIT="banshi.gateways.credit.StandIn", BANSHI_CREDIT_BARRED=frozenset({number}))


def refused(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as no:
        call(*args, **given)
    return no.value.slug


def sent(matters: Matters) -> Case:
    case: Case = matters.opened()
    cases.add_material(case_no=case.no, code="id", channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    promise(case, matters)
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def test_a_promise_stands_for_the_paper_is_trusted_least_and_gets_a_sheet_of_its_own(matters: Matters) -> None:
    case = sent(matters)
    row = CaseMaterial.objects.get(case=case, code="lease")
    sheet = words("commitment", facts_of(CasePaper.objects.get(case=case, kind="commitment")))

    assert (case.phase, row.trust, row.channel, row.file, row.verdict) == ("pre_review", "D", "promise", None, "")
    assert sheet.title == "告知承诺书"
    assert [
        text for text in ("经营场所应当真实", "撤销登记", "已经取得使用权") if text not in "".join(sheet.paragraphs)
    ] == []


def test_it_is_one_sheet_however_often_the_case_is_handed_in(matters: Matters) -> None:
    case, clerk = matters.opened(), matters.by["receiver"]
    for code in ("id", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="scan", by=clerk, now=TUESDAY_NINE)
    promise(case, matters, by=clerk)

    cases.receive(case_no=case.no, by=clerk, now=TUESDAY_NINE)
    cases.accept(case_no=case.no, by=clerk, now=TUESDAY_NINE)

    assert CasePaper.objects.filter(case=case, kind="commitment").count() == 1


def test_rules_never_grant_on_a_promise_not_even_one_that_was_looked_at(matters: Matters) -> None:
    case = sent(matters)
    CaseMaterial.objects.filter(case=case).update(verdict="ok")
    CaseMaterial.objects.filter(case=case, code="id").update(trust="A")
    wanted = [each for each in wanted_of(case) if each.code == "id"]

    assert not papers_trusted(wanted, got_of(case, now=TUESDAY_NINE))


@pytest.mark.parametrize(
    ("code", "consent", "said"),
    [("lease", False, "consent-missing"), ("id", True, "invalid"), ("none", True, "invalid")],
)
def test_what_is_not_promised(matters: Matters, code: str, consent: bool, said: str) -> None:
    case = matters.opened()

    assert refused(promise, case, matters, code=code, consent=consent) == said
    assert CaseMaterial.objects.count() == 0


def test_who_has_bad_credit_promises_nothing_also_where_the_record_came_later(matters: Matters) -> None:
    case, clerk = matters.opened(), matters.by["receiver"]
    with bad_credit(matters):
        assert refused(promise, case, matters) == "promise-barred"
    for code in ("id", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="scan", by=clerk, now=TUESDAY_NINE)
    promise(case, matters, by=clerk)
    cases.receive(case_no=case.no, by=clerk, now=TUESDAY_NINE)

    with bad_credit(matters):
        assert refused(cases.accept, case_no=case.no, by=clerk, now=TUESDAY_NINE) == "promise-barred"
    assert cases.accept(case_no=case.no, by=clerk, now=TUESDAY_NINE).phase == "accepted"


def test_the_paper_itself_takes_the_place_of_the_promise_and_not_the_other_way(matters: Matters) -> None:
    case = matters.opened()
    promise(case, matters)

    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE)

    assert [each.channel for each in CaseMaterial.objects.filter(gone_at=None)] == ["upload"]
    assert refused(promise, case, matters) == "invalid"


@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_have_promised_once(matters: Matters) -> None:
    case = matters.opened()

    results = together(4, lambda i: promise(case, matters))

    assert sum(isinstance(each, CaseMaterial) for each in results) == 1
    assert CaseMaterial.objects.filter(gone_at=None).count() == 1


def test_the_table_knows_no_promise_of_better_trust(matters: Matters) -> None:
    row = promise(matters.opened(), matters)

    with pytest.raises(IntegrityError, match="a_promise_is_trust_d_and_nothing_else"), transaction.atomic():
        CaseMaterial.objects.filter(pk=row.pk).update(trust="A")
