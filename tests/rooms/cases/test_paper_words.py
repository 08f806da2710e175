"""What official papers say: each kind, with much known and with little."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from banshi.rooms.cases.rules.papers import KINDS, Facts, Named, numbered, sheet, words

LITTLE = Facts(applicant="李梅", item="户外广告设置", case_no="DC-2026-000123", on=date(2026, 3, 10))
MUCH = replace(
    LITTLE,
    hall="东城政务服务中心",
    department="东城区城市管理局",
    organisation=True,
    agent="王强",
    phone="0769-22330000",
    received_on=date(2026, 3, 9),
    accepted_on=date(2026, 3, 10),
    due_notice=date(2026, 3, 16),
    due_supplement=date(2026, 3, 31),
    due_promised=date(2026, 3, 17),
    due_statutory=date(2026, 4, 7),
    promised="5 个工作日",
    statutory="20 个工作日",
    materials=(Named("申请书", "原件 1 份"),),
    missing=(Named("平面图", "没有标明尺寸"), Named("照片")),
    reason="设置地点在禁止设置的范围内",
    law="《广告法》第四十二条",
    body="东城区交通运输局",
    procedure="专家评审",
    days_stopped="10 个工作日",
    result="户外广告设置许可证",
)
DEFERRED = (Named("房屋租赁合同", by=date(2026, 3, 17)),)


def all_of(kind, facts):
    """Every word of it, as one text."""
    return json.dumps(sheet(kind, facts, number="12", verify_url="u", verify_code="c"), ensure_ascii=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("facts", [LITTLE, MUCH], ids=["little", "much"])
def test_each_paper_speaks_of_what_is_known_and_of_nothing_else(kind, facts):
    said = words(kind, facts)

    text = all_of(kind, facts)
    assert re.findall(r"None|最迟于 ?[^ \d]|（）|：。|，，|。。|于 ?提出|自 ?起|进行，|为，|长。", text) == []
    assert [line for line in said.paragraphs if not line.endswith("。")] == []
    assert [label for label, value in said.rows if not value] == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_has_a_title_in_both_languages_and_a_mark_of_its_own(kind):
    known = KINDS[kind]

    assert (known.code, bool(re.fullmatch("[一-鿿]+", known.title_zh)), known.title_en[0].isupper()) == (
        kind,
        True,
        True,
    )
    assert [other for other, each in KINDS.items() if each.number_mark == known.number_mark] == [kind]


def test_a_number_has_the_full_year_in_hexagonal_brackets_and_no_leading_noughts():
    assert numbered("acceptance", year=2026, no=12, before="东城城管") == "东城城管受理〔2026〕12 号"


def test_a_person_and_a_body_are_addressed_as_such():
    person, body = (words("refusal", replace(MUCH, organisation=kind)).paragraphs[0] for kind in (False, True))

    assert person == "你于 2026 年 3 月 9 日提出的“户外广告设置”申请，经审查，决定不予批准。"
    assert body.startswith("你单位于")


@pytest.mark.parametrize("kind", KINDS)
def test_the_ways_to_have_a_decision_looked_at_again_stand_on_decisions_and_non_acceptance(kind):
    remedy = words(kind, MUCH).remedy

    assert bool(remedy) == (
        kind in ("non_acceptance", "grant", "refusal", "termination", "lapse_notice", "promise_untrue", "revocation")
    )
    assert not remedy or ("六十日内依法申请行政复议" in remedy and "六个月内直接向有管辖权的人民法院" in remedy)


def test_who_decides_on_review_is_named_only_where_it_is_known():
    known = words("refusal", replace(MUCH, reconsider_at="东城区人民政府", court="东城区人民法院")).remedy

    assert "六十日内向东城区人民政府申请行政复议" in known
    assert "直接向东城区人民法院提起行政诉讼" in known


def test_a_one_time_notice_lists_everything_once():
    said = words("one_time_notice", MUCH)

    assert said.listed == (("1", "平面图", "没有标明尺寸"), ("2", "照片", ""))
    assert (
        said.paragraphs[1]
        == "补正最迟于 2026 年 3 月 31 日，补正时间不计入办理期限。到期没有补正的，本次申请终止，可以重新申请。"
    )


def test_an_acceptance_tells_both_days():
    rows = dict(words("acceptance", MUCH).rows)

    assert rows["承诺办结日期"] == "2026 年 3 月 17 日（5 个工作日）"
    assert rows["法定办结日期"] == "2026 年 4 月 7 日（20 个工作日）"


def test_a_provisional_day_is_said_to_be_one():
    said = words("acceptance", replace(MUCH, provisional=True))

    assert dict(said.rows)["承诺办结日期"] == "2026 年 3 月 17 日（5 个工作日），暂定"
    assert said.paragraphs[-1].startswith("暂定的日期跨入放假安排尚未公布的年份")


def test_the_day_of_the_law_is_provisional_by_itself():
    """The promised day is of this year, the law's of the next, whose holidays nobody knows."""
    rows = dict((said := words("acceptance", replace(MUCH, law_provisional=True))).rows)

    assert (rows["承诺办结日期"], rows["法定办结日期"]) == (
        "2026 年 3 月 17 日（5 个工作日）", "2026 年 4 月 7 日（20 个工作日），暂定"
    )  # fmt: skip
    assert said.paragraphs[-1].startswith("暂定的日期跨入放假安排尚未公布的年份")


def test_an_acceptance_with_promises_lists_them_and_is_signed():
    said = words("acceptance", replace(MUCH, deferred=DEFERRED))

    assert said.listed == (("1", "房屋租赁合同", "最迟于 2026 年 3 月 17 日"),)
    assert said.signs == ("承诺人（申请人）", "受理人")
    assert said.paragraphs[1].startswith("你单位承诺在列出的日期前补交")


def test_silence_counts_as_acceptance_and_says_why():
    law = "《中华人民共和国行政许可法》第三十二条"

    said = words("acceptance", replace(MUCH, deemed=True, law=law))

    assert said.paragraphs[0].endswith(f"期限内没有告知需要补正的内容，自收到材料之日起即为受理（{law}）。")


@pytest.mark.parametrize("permit", [True, False])
def test_what_silence_means_is_told_of_permits_alone_with_the_law(permit):
    said = [words("receipt", replace(MUCH, permit=permit)).paragraphs[0]]
    said.append(words("supplement_receipt", replace(MUCH, permit=permit)).paragraphs[1])

    assert ["逾期不告知的，视为受理，自收到材料之日起算" in each for each in said] == [permit, permit]
    assert ["行政许可法" in each for each in said] == [permit, permit]


def test_without_a_day_to_say_it_by_nothing_is_said_of_silence():
    assert "视为受理" not in words("receipt", replace(MUCH, due_notice=None)).paragraphs[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_goes_out_in_the_name_of_the_hall_or_of_the_department(kind):
    signer = sheet(kind, MUCH, number="", verify_url="", verify_code="")["signer"]

    assert signer == {"hall": "东城政务服务中心", "department": "东城区城市管理局"}[KINDS[kind].signed_by]


def test_a_paper_of_a_hall_whose_department_is_not_known_is_the_halls():
    facts = replace(MUCH, department="")

    assert sheet("grant", facts, number="", verify_url="", verify_code="")["signer"] == "东城政务服务中心"


def test_reasons_in_several_lines_are_several_paragraphs():
    said = words("refusal", replace(MUCH, reason="第一，地点不对。\n\n第二，尺寸不对", law=""))

    assert said.paragraphs[1:] == ("理由：第一，地点不对。", "第二，尺寸不对。")


def test_a_special_procedure_names_on_what_ground_it_is_held():
    said = words("special_procedure", replace(MUCH, reason="建设工程消防验收规定第十二条", law=""))

    assert said.paragraphs[-1] == "依据：建设工程消防验收规定第十二条。"


def test_a_certificate_bears_the_name_of_what_was_granted():
    said = words("licence", replace(MUCH, stated=(("设置地点", "东城大道 1 号"),), valid_until=date(2027, 3, 9)))

    assert said.title == "户外广告设置许可证"
    assert said.rows == (
        ("设置地点", "东城大道 1 号"),
        ("发证日期", "2026 年 3 月 10 日"),
        ("有效期至", "2027 年 3 月 9 日"),
    )


def test_only_papers_of_two_copies_say_so():
    assert {kind for kind in KINDS if "一式两份" in words(kind, MUCH).foot} == {
        k for k in KINDS if KINDS[k].copies == 2
    }


def test_a_slip_counts_paper_and_says_of_files_that_they_are_files():
    files = replace(LITTLE, materials=(Named("申请书", "网上提交"), Named("照片", "扫描 2 个文件")))

    said = [words("handover_slip", each).paragraphs[0] for each in (MUCH, files)]

    assert said == ["下列材料已经移交，纸质材料已经当面点清。", "下列材料都是电子材料，随办件移交，没有纸质材料。"]


def test_a_certificate_names_its_holder_once():
    stated = (("经营者姓名", "李小明"), ("名称", "小明早餐店"))
    facts = replace(MUCH, applicant="李小明", stated=stated)

    said, other = (
        sheet("licence", each, number="", verify_url="", verify_code="")
        for each in (facts, replace(facts, applicant="王五"))
    )

    assert (said["holder_label"], said["holder"]) == ("经营者姓名", "李小明")
    assert said["rows"][0] == ["名称", "小明早餐店"]
    assert (other["holder_label"], other["rows"][:2]) == ("持有人", [list(row) for row in stated])
