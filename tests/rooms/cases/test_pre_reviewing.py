"""预审: papers and fields of the form are sent back at once, and a field comes again only when it says something else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import translation

from banshi.foundation.words import words
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

    row = ToldField.objects.get(code="address")
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


# --- What somebody examined, and what it says since --------------------------------------------------------------


def mended(matters: Matters, case: Case, **form: str) -> Case:
    cases.change(case_no=case.no, form={"address": "一号路 2 号 3 楼", **form}, by=matters.applicant, now=TUESDAY_NINE)
    return submit(matters, case)


def test_the_form_as_it_was_sent_back_is_kept_and_nobody_reads_it_in_the_table(matters: Matters):
    case = mended(matters, back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS), name="别的店")

    kept = queries.earlier_of(case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT why FROM cases_told_field WHERE code = '*'")
        (raw,) = cursor.fetchone()

    assert kept is not None
    assert (dict(kept.form), dict(kept.answers)) == (
        {**queries.form_of(case), "address": FORM["address"], "name": FORM["name"]},
        case.answers,
    )
    assert FORM["address"] not in raw
    assert [row.code for row in ToldField.objects.exclude(code="*")] == ["address"]


def test_what_stood_at_the_last_return_counts_and_not_at_one_before(matters: Matters):
    case = mended(matters, back(matters, sent(matters), cases.Verdict("lease", True), ADDRESS))
    case = back(matters, case, cases.Verdict("name", False, "和执照不一致", "field"))

    kept = queries.earlier_of(case)

    assert kept is not None
    assert kept.form["address"] == "一号路 2 号 3 楼"


def test_a_notice_keeps_the_form_too(matters: Matters):
    case = matters.received(papers=("id",))
    missing = [cases.Missing("lease", "要租约全部页"), cases.Missing("photo", "要店面照片")]
    assert queries.earlier_of(case) is None

    cases.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.change(case_no=case.no, form={"name": "别的店"}, by=matters.applicant, now=TUESDAY_NINE)

    kept = queries.earlier_of(Case.objects.get())
    assert kept is not None
    assert kept.form["name"] == FORM["name"]


def test_who_looks_again_reads_what_was_told_and_what_became_of_it(matters: Matters):
    case = back(matters, sent(matters), ADDRESS, LEASE)
    assert queries.told_before(case) == []

    cases.add_material(case_no=case.no, code="lease", channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    case = mended(matters, case)

    assert [(each.told.code, each.told.reason, each.now) for each in queries.told_before(case)] == [
        ("lease", "少了签名页", "changed"), ("address", "写到门牌号", "changed"),
    ]  # fmt: skip


def test_what_a_window_takes_as_it_was_is_said_to_be_so(matters: Matters):
    case, by = matters.received(papers=("id", "lease", "photo")), matters.by["receiver"]
    missing = [cases.Missing("name", "店名和招牌不一致", kind="field")]
    cases.give_notice(case_no=case.no, missing_now=missing, by=by, now=TUESDAY_NINE)

    case = cases.supplement(case_no=case.no, by=by, now=TUESDAY_NINE)

    assert [(each.told.code, each.now) for each in queries.told_before(case)] == [("name", "same")]


def test_a_told_paper_that_still_is_as_it_was_is_not_called_lacking(matters: Matters):
    case = back(matters, sent(matters), LEASE)

    with pytest.raises(Refused) as same:
        submit(matters, case)

    assert (same.value.slug, same.value.facts["codes"], "lacking" in same.value.facts) == (
        "material-missing",
        ["lease"],
        False,
    )
    with translation.override("zh-hans"):
        assert words(same.value) == ("告知的还没有补", "还是告知时的那份，还没有补：租约。重新交来再提交。")
    id_card = case.materials.get(code="id", gone_at=None)
    cases.take_back_paper(case_no=case.no, material_id=id_card.pk, by=matters.applicant, now=TUESDAY_NINE)
    with pytest.raises(Refused) as both, translation.override("zh-hans"):
        submit(matters, case)
    with translation.override("zh-hans"):
        assert words(both.value)[1] == "还缺：身份证。还是告知时的那份，还没有补：租约。"
