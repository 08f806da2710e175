"""预审: papers and fields of the form are sent back at once, and a field comes again only when it says something else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CasePaper, ToldField
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.messaging.models import Message
from tests.matters import FORM, Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
SEEN = [cases.Verdict("id", True), cases.Verdict("photo", True)]
LEASE = cases.Verdict("lease", False, "少了签名页")
ADDRESS = cases.Verdict("address", False, "写到门牌号", "field")


def slug_of(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return str(refused.value.slug)


def sent(matters: Matters) -> Case:
    case = matters.opened()
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def back(matters: Matters, case: Case, *verdicts: cases.Verdict) -> Case:
    by = matters.by["pre_reviewer"]
    return cases.send_back(case_no=case.no, verdicts=[*SEEN, *verdicts], by=by, now=TUESDAY_NINE)


def submit(matters: Matters, case: Case) -> Case:
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def test_papers_and_fields_go_back_at_once_and_all_that_is_told_names_both(matters: Matters):
    case = back(matters, sent(matters), ADDRESS, LEASE)

    paper = CasePaper.objects.get(case=case, kind="pre_review_opinion")
    assert case.events.get(verb="return").facts == {"wrong": ["lease"], "fields": ["address"]}
    assert [(each.name, each.why) for each in read(paper.facts).missing] == [
        ("租约", "少了签名页"), ("地址", "写到门牌号"),
    ]  # fmt: skip
    assert Message.objects.get(key="case_returned").params["bring"] == [["租约", "Lease"], ["地址", "Address"]]
    assert [(each.code, each.kind, each.name_zh, each.reason) for each in queries.told_missing(case)] == [
        ("lease", "material", "租约", "少了签名页"), ("address", "field", "地址", "写到门牌号"),
    ]  # fmt: skip


def test_a_field_alone_goes_back_once_every_paper_was_looked_at(matters: Matters):
    case, by = sent(matters), matters.by["pre_reviewer"]

    unseen = slug_of(lambda: cases.send_back(case_no=case.no, verdicts=[ADDRESS], by=by, now=TUESDAY_NINE))
    done = back(matters, case, cases.Verdict("lease", True), ADDRESS)

    assert (unseen, done.phase) == ("not-looked-at", "pre_returned")


def test_a_told_field_comes_again_only_when_it_says_something_else(matters: Matters):
    case = back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS)
    cases.change(case_no=case.no, form={"address": FORM["address"]}, by=matters.applicant, now=TUESDAY_NINE)

    with pytest.raises(Refused) as same:
        submit(matters, case)
    cases.change(case_no=case.no, form={"address": "一号路 2 号 3 楼"}, by=matters.applicant, now=TUESDAY_NINE)
    done = submit(matters, case)

    assert (same.value.slug, [each["code"] for each in same.value.facts["fields"]]) == ("form-invalid", ["address"])
    assert (done.phase, queries.told_missing(done)) == ("pre_review", [])


def test_what_was_told_the_time_before_is_told_no_more(matters: Matters):
    case = back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS)
    cases.change(case_no=case.no, form={"address": "一号路 2 号 3 楼"}, by=matters.applicant, now=TUESDAY_NINE)
    case = submit(matters, case)

    case = back(matters, case, cases.Verdict("name", False, "和执照不一致", "field"))
    again = slug_of(lambda: submit(matters, case))
    cases.change(case_no=case.no, form={"name": "小镇书局"}, by=matters.applicant, now=TUESDAY_NINE)

    assert [each.code for each in queries.told_missing(case)] == ["name"]
    assert (again, submit(matters, case).phase) == ("form-invalid", "pre_review")


def test_a_told_field_that_is_emptied_is_not_put_right(matters: Matters):
    case = back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS)

    cases.change(case_no=case.no, form={"address": ""}, by=matters.applicant, now=TUESDAY_NINE)

    with pytest.raises(Refused) as empty:
        submit(matters, case)
    assert [each["code"] for each in empty.value.facts["fields"]] == ["address"]


def test_what_a_told_field_said_is_kept_without_saying_it(matters: Matters):
    back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS)

    row = ToldField.objects.get()
    assert (row.why, len(row.said), FORM["address"] in json.dumps([row.said, row.code])) == ("写到门牌号", 64, False)


@pytest.mark.parametrize(
    "wrong",
    [
        cases.Verdict("lease", False, "不清楚", "field"),  # a paper, and no field
        cases.Verdict("nowhere", False, "不清楚", "field"),
        cases.Verdict("address", False, " ", "field"),
        cases.Verdict("address", False, "长" * 301, "field"),
    ],
)
def test_a_field_that_cannot_be_told_is_refused_and_nothing_is_written(matters: Matters, wrong: cases.Verdict):
    case = sent(matters)

    assert slug_of(lambda: back(matters, case, LEASE, wrong)) == "invalid"
    assert (Case.objects.get().phase, ToldField.objects.count()) == ("pre_review", 0)
    assert set(case.materials.values_list("verdict", flat=True)) == {""}


def test_a_field_is_spoken_of_once(matters: Matters):
    case = sent(matters)

    assert slug_of(lambda: back(matters, case, LEASE, ADDRESS, ADDRESS)) == "invalid"


def test_with_a_field_that_is_wrong_nothing_passes_and_nothing_is_accepted(matters: Matters):
    case, by = sent(matters), matters.by
    right = [*SEEN, cases.Verdict("lease", True)]

    passed = slug_of(
        lambda: cases.pass_on(case_no=case.no, verdicts=[*right, ADDRESS], by=by["pre_reviewer"], now=TUESDAY_NINE)
    )
    fine = cases.pass_on(
        case_no=case.no, verdicts=[*right, cases.Verdict("address", True, kind="field")], by=by["pre_reviewer"],
        now=TUESDAY_NINE,
    )  # fmt: skip
    cases.receive(case_no=case.no, by=by["receiver"], now=TUESDAY_NINE)
    accepted = slug_of(lambda: cases.accept(case_no=case.no, verdicts=[ADDRESS], by=by["receiver"], now=TUESDAY_NINE))

    assert (passed, fine.phase, accepted) == ("invalid", "pre_passed", "invalid")
