"""The matters that the presets model whole: lawful, in both languages, and never a question for nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.hall.demo_seeds import CASE_HALLS
from banshi.journeys.hall.load_handlings import read
from banshi.kernel.conditions import names
from banshi.rooms.cases.rules.flow import Lived, ungated
from banshi.rooms.cases.rules.procedures import OUTSIDE_LAW
from banshi.rooms.catalogue.rules.blanks import OfItem, blank_sheet, result_sheet
from banshi.rooms.catalogue.rules.flow import stages
from banshi.rooms.catalogue.rules.guided import SHOWN, TODAY, Guided, age_of, guided, vouched_by
from banshi.rooms.catalogue.rules.handling import NUMBER, PERMIT, Element, Handling, Limit, Paper
from banshi.rooms.catalogue.rules.national import STATED
from tests.house.test_presets_catalogue import PRESETS, hall_items, items_by_code, rows

FILES = {path.stem: path for path in sorted((PRESETS / "catalogue" / "handling").glob("*.yaml"))}
MOST_PATHS = 1000
# What certificates the authorities' own registers supply, beside those that come of matters modelled here.
REGISTERS = {
    "birth-certificate", "construction-planning-permit", "discharge-permit", "disability-certificate", "divorce-certificate",
    "education-certificate", "high-level-talent", "hukou-book", "kindergarten-preparation-approval", "marriage-certificate",
    "minimum-allowance-certificate", "no-home-certificate", "patent-certificate", "physician-qualification",
    "professional-title", "residence-permit", "resident-id", "skill-certificate", "social-insurance-record",
    "social-security-card", "unemployment-benefit-record", "vehicle-licence", "veteran-card",
}  # fmt: skip
# 行政许可法 Art. 42: twenty working days, forty-five where bodies decide together – or what a law says instead.
OTHERWISE = {
    "environmental-assessment-approval-full-report-new": Limit(value=60, unit="day"),  # 环境影响评价法 Art. 22
    "private-kindergarten-permit-new": Limit(value=90, unit="day"),  # 民办教育促进法 Art. 17: three months
}


# The matters that the reports name, each by the item or items it is: §1.
NAMED = {
    "household-move-join-spouse": "户口迁入", "temporary-id-card-apply": "临时身份证，两小时", "border-pass": "边境通行证",
    "vehicle-inspection-mark-apply": "验车和六年免检", "filing-changed-driver-details": "驾驶人联系方式变更",
    "driving-licence-exchange": "期满换证", "vehicle-number-plate-lost": "补领号牌", "land-and-house-reg": "不动产首次登记",
    "registration-house-sale-transfer": "不动产转移登记", "real-estate-records-query": "查档",
    "provident-fund-withdrawal-buying-home": "公积金提取：购房", "provident-fund-withdrawal-renting-home": "公积金提取：租房",
    "sole-trader-licence-new": "个体户开业，秒批", "business-licence-limited-company-address": "公司住所变更",
    "business-licence-foreign-invested-enterprise-scope": "外商投资企业变更",
    "physician-practice-registration-licensed-physician-change": "医师变更注册", "filing-drawing-reviews-file": "施工图备案",
    "food-permit-new": "食品经营许可", "environmental-assessment-approval-full-report-new": "环评审批",
    "environmental-acceptance-report": "环保验收", "public-rental-housing-eligibility": "公租房",
    "household-move-recruited-talent": "人才入户", "senior-travel-card-top-up": "老人乘车卡充值",
    "rent-invoice-residential-ordinary-invoice": "代开租金发票", "unemployment-benefit-statement": "失业待遇证明",
    "proof-life-pensioners": "领取资格认证", "allowance-elderly-veterans": "老年退役军人补助",
    "staff-degree-study-aid": "职工学历资助",
}  # fmt: skip
# … and those chosen for their shape: joint review, hearing, quota, on-site inspection, several departments.
CHOSEN = {
    "building-works-permit-new", "patent-infringement-disputes-administrative-ruling",
    "car-quota-ordinary-car-lottery-application", "tobacco-retail-permit-new", "private-kindergarten-permit-new",
}  # fmt: skip
BY_RULE = {
    "filing-changed-driver-details", "proof-life-pensioners", "sole-trader-licence-new", "unemployment-benefit-statement",
}  # fmt: skip
# Where a rule asks what nobody but the applicant says, as the law takes their word:
# 市场主体登记管理条例 Art. 17 (申请人对真实性负责), 机动车驾驶证申领和使用规定 (联系方式由本人备案).
ON_THEIR_WORD = {
    "sole-trader-licence-new": {"alone", "no-permit", "few"}, "filing-changed-driver-details": {"reachable"},
}  # fmt: skip
# … and where it asks what is applied for, which is theirs to say: it narrows what the other rules decide.
NARROWED = {"proof-life-pensioners": {"here"}}
MOST_NEED = {"id-card", "senior-travel-card"}  # by whoever has one: most people
FILED = {"filing-changed-driver-details"}  # 备案: what is told is all there is to it
GRANTED = {
    "claim-unemployment-benefit": {"monthly", "months", "from"}, "allowance-elderly-veterans": {"monthly", "from"},
    "unemployment-benefit-statement": {"from", "until", "months", "total"},
    "rent-invoice-residential-ordinary-invoice": {"number", "from", "until", "total", "vat"},
    "public-rental-housing-eligibility": {"way", "area", "amount"}, "points-hukou": {"points", "rank", "until"},
    "car-quota-ordinary-car-lottery-application": {"code", "round", "until"}, "staff-degree-study-aid": {"amount", "until"},
    "senior-travel-card-top-up": {"amount"}, "provident-fund-withdrawal-buying-home": {"amount", "account"},
    "provident-fund-withdrawal-renting-home": {"amount", "account"},
}  # fmt: skip
WRITTEN = (
    "申请", "申请书", "申请表", "申请单", "申报单", "申领表", "备案表", "登记表", "充值单", "预约单", "承诺",
    "承诺书", "委托书", "同意书",
    "声明", "说明", "说明材料", "需要说明的事项",
)  # fmt: skip
OF_OTHERS = {  # by another office, or with what is no form
    "lodging-registration", "reform-consent", "public-version",
}  # fmt: skip
OTHERS = "孩子|子女|儿童|父母|配偶|夫妻|监护人|家庭成员|代理人|经办人|法定代表人|负责人|卖方|承租人|股东"
IN_ONE = {"集体户口首页和本人页", "失业保险待遇核定和发放记录"}  # pages of one book, one record
STAYS_A_BOOK = {"hukou-book"}  # whoever moves away is crossed out in it: it stays with the household
UNITS = {"certificates"}  # of fees: said within a sentence
SHEET = OfItem("事项", "Item", "部门", 1, date(2026, 1, 5))


@cache
def elements() -> tuple[Element, ...]:
    with (PRESETS / "catalogue" / "elements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    return tuple(Element.model_validate({name: row[name] for name in Element.model_fields}) for row in rows)


@cache
def matter(code: str) -> Handling:
    return read(FILES[code], elements())


@cache
def ends(code: str) -> tuple[Guided, ...]:
    """Where every path of answers ends."""
    handling = matter(code)
    found: list[Guided] = []
    left: list[dict[str, str]] = [{}]
    while left:
        answers = left.pop()
        end = guided(handling, answers)
        if end.next_question is None:
            found.append(end)
        else:
            left += [{**answers, end.next_question.id: option.id} for option in end.next_question.options]
    return tuple(found)


def texts(part: object) -> Iterator[tuple[str, str]]:
    """Every text with its twin: Chinese, English."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key.endswith("_zh"):
                yield value, part[f"{key[:-3]}_en"]
            yield from texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each)


def working_days(limit: Limit) -> int:
    """Whole working days in it; what takes hours is done on the day."""
    if limit.unit == "day":
        return limit.value * 5 // 7 or 1
    return limit.value if limit.unit == "working_day" else 1


def test_the_matters_that_the_reports_name_and_a_few_more_are_modelled() -> None:
    assert len(FILES) >= 32
    assert sorted(set(NAMED) | CHOSEN) == sorted({*NAMED, *CHOSEN} & set(FILES))


@pytest.mark.parametrize("code", sorted({*NAMED, *CHOSEN}))
def test_a_named_matter_is_modelled_whole(code: str) -> None:
    """Situations, form, papers with blanks and samples, flow, rules where rules decide, and a result that says something."""
    found = matter(code)
    unsaid = [each.code for each in found.materials if written_by_applicant(each) and each.form is None]

    assert unsaid == []
    assert any(each.form is not None for each in found.materials)
    assert bool(found.situations) == bool(found.questions)  # what is never asked is one situation
    assert [bool(found.fields), bool(found.materials), bool(found.result.name_zh)] == [True, True, True]
    assert [each.act for each in stages(found) if each.act in ("receive", "decide", "issue")][0] == "receive"
    assert bool(found.by_rule) == (code in BY_RULE)
    assert result_sheet(SHEET, found)["rows"][:-1]  # more than its day


@pytest.mark.parametrize("code", FILES)
def test_a_committed_matter_has_a_flow_of_its_own(code: str) -> None:
    """What is neither decided at once nor by rule goes its own way, and says who looks at what."""
    found = matter(code)
    if found.instant or found.by_rule is not None:
        return
    acts = [each.act for each in found.flow]

    assert (acts[:1], acts[-1:], acts.count("review"), acts.count("decide")) == (["receive"], ["issue"], 1, 1)
    assert [each.code for each in found.flow if not each.who_zh] == []


def permits() -> list[str]:
    return [code for code in FILES if items_by_code()[code]["item_type"] == PERMIT]


def test_a_permit_is_granted_without_a_stop_that_the_law_does_not_name() -> None:
    """行政许可法 45: visits and notices of permits end with the opinion, and their days are among those promised."""
    counted = {
        code: kinds
        for code in permits()
        if (kinds := [s.procedure for s in matter(code).flow if s.procedure in OUTSIDE_LAW])
    }

    for code, kinds in counted.items():
        gates = [each for each in matter(code).flow if each.procedure in kinds]
        seen = Lived(proposed=date(2026, 3, 10), counted=frozenset(kinds))
        assert ungated(gates, Lived(counted=frozenset(kinds))), code
        assert not ungated(gates, seen), code
    assert len(counted) == 5


@pytest.mark.parametrize("code", FILES)
def test_what_the_applicant_writes_has_a_blank_and_its_sample(code: str) -> None:
    found = matter(code)

    for paper in (each for each in found.materials if written_by_applicant(each)):
        assert paper.form is not None, paper.code
        empty, filled = (blank_sheet(SHEET, found, paper, filled=each) for each in (False, True))
        assert said(filled) - said(empty) or not said(filled), paper.code


def written_by_applicant(paper: Paper) -> bool:
    return paper.name_zh.endswith(WRITTEN) and paper.code not in OF_OTHERS


def said(sheet: dict[str, Any]) -> set[str]:
    return {row["value"] for group in sheet["groups"] for row in group["rows"] if row["value"]}


@pytest.mark.parametrize("code", FILES)
def test_a_matter_reads_without_a_fault_and_names_its_law(code: str) -> None:
    first = FILES[code].read_text(encoding="utf-8").splitlines()[0]

    assert matter(code).materials  # `read` refuses what has a fault
    assert re.match(r"# .*(法|条例|办法|规定|规则|国发|公交管|民发|人社厅发|教职成厅|建金)", first)


def test_what_is_handled_below_an_item_has_its_code_and_two_digits() -> None:
    """业务办理项编码: the implementation code of the item and its place."""
    below = {code: [each.code for each in matter(code).handling_items] for code in FILES if matter(code).handling_items}

    assert len(below) >= 5
    assert below == {
        code: [f"{items_by_code()[code]['task_code']}{place:02d}" for place, _ in enumerate(found, 1)]
        for code, found in below.items()
    }


@pytest.mark.parametrize("code", FILES)
def test_every_path_ends_in_one_list_without_a_question_too_many(code: str) -> None:
    handling = matter(code)

    assert len(ends(code)) <= MOST_PATHS
    for end in ends(code):
        papers, fields = [each.code for each in end.materials], [each.code for each in end.fields]
        assert len(papers) == len(set(papers)) > 0
        assert len(fields) == len(set(fields)) > 0
        assert any(each.necessity == "required" for each in end.materials)
        assert (end.situation is not None) == bool(handling.situations)


@pytest.mark.parametrize("code", FILES)
def test_every_answer_changes_something(code: str) -> None:
    idle = [
        (question.id, one.id, other.id)
        for question in matter(code).questions
        for place, one in enumerate(question.options)
        for other in question.options[place + 1 :]
        if outcomes(code, question.id, one.id) == outcomes(code, question.id, other.id)
    ]

    assert idle == []


@cache
def outcomes(code: str, question: str, option: str) -> set[tuple[Any, ...]]:
    """What an answer leads to, by the answers before and after it."""
    return {
        (
            tuple((name, given) for name, given in end.answers.items() if name != question),
            end.situation and end.situation.id,
            tuple(each.text_en for each in end.conditions),
            tuple(each.code for each in end.materials),
            tuple(each.code for each in end.fields),
            end.fee is not None,
        )
        for end in ends(code)
        if end.answers.get(question) == option
    }


@pytest.mark.parametrize("code", FILES)
def test_every_text_stands_in_both_languages_in_its_own_signs(code: str) -> None:
    pairs = list(texts(matter(code).model_dump(mode="json")))
    half = [pair for pair in pairs if bool(pair[0]) != bool(pair[1])]
    narrow = [zh for zh, _ in pairs if re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;?!()][\u4e00-\u9fff]", zh)]
    wide = [en for _, en in pairs if re.search(r"[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]", en)]
    filler = [zh for zh, _ in pairs if re.search(r"您|敬请|请(?=提|填|选|在|到)(?<!申请)|系统自动|相关规定", zh)]
    small = [en for _, en in pairs if en[:1].islower() and en not in UNITS]

    assert (half, narrow, wide, filler, small) == ([], [], [], [], [])
    assert [
        zh for zh, _ in pairs if zh and not re.search(r"[\u4e00-\u9fff]|^[\d-]+$", zh)
    ] == []  # or a telephone number


@pytest.mark.parametrize("code", FILES)
def test_limits_are_lawful_and_those_of_the_catalogue(code: str) -> None:
    item, limits = items_by_code()[code], matter(code).limits

    assert (working_days(limits.promised), working_days(limits.statutory)) == (
        int(item["promised_days"]),
        int(item["statutory_days"]),
    )
    assert matter(code).instant == (item["case_kind"] == "1")
    assert (limits.notice_days, limits.issue_days <= 10, limits.supplement_days <= 30) == (5, True, True)
    if item["item_type"] == "01":
        most = OTHERWISE.get(code, Limit(value=45 if matter(code).joint else 20))
        assert working_days(limits.statutory) <= working_days(most)


@pytest.mark.parametrize("code", sorted(BY_RULE))
def test_no_rule_grants_what_only_the_applicant_says(code: str) -> None:
    """Of each rule: who vouches for it? The day, a proven number, a record, a clerk, an authority's paper – or the law asks for
    no more than the applicant's word, and the item says so.
    """
    pack = matter(code).by_rule
    assert pack is not None

    alone = {rule.id for rule in pack.rules if not names(rule.holds) & vouched_for(matter(code))}

    assert alone == ON_THEIR_WORD.get(code, set()) | NARROWED.get(code, set())
    assert {rule.id for rule in pack.rules} - alone or code in FILED
    assert code not in ON_THEIR_WORD or any(re.search("承诺|告知", each.text_zh) for each in matter(code).conditions)


def vouched_for(handling: Handling) -> set[str]:
    """Facts that somebody other than the applicant stands behind."""
    proven = {age_of(each.code) for each in handling.fields if each.element == NUMBER}
    records = {vouched_by(each.code) for each in handling.fields if each.element}
    papers = [
        names(each.needed_if) for each in handling.materials if each.necessity == "required" and each.satisfied_by
    ]
    return {SHOWN, TODAY, *proven, *records, *(fact for each in papers for fact in each)}


@pytest.mark.parametrize("code", sorted({*NAMED, *CHOSEN}))
def test_a_named_matter_is_handled_where_people_work_on_cases(code: str) -> None:
    handled = {hall for hall in CASE_HALLS if code in {row["item"] for row in hall_items(hall)}}

    assert handled


@pytest.mark.parametrize("code", FILES)
def test_the_item_names_the_result_that_is_made(code: str) -> None:
    item, result = items_by_code()[code], matter(code).result

    assert (item["result_zh"], item["result_en"]) == (result.name_zh, result.name_en)


@pytest.mark.parametrize("code", FILES)
def test_what_the_national_list_states_is_stated(code: str) -> None:
    """设定依据 names the law; 时限依据 says what sets the limit, or that no law does; 联办机构 stand where several decide."""
    found = matter(code)
    known, bodies = found.stated.model_dump(), found.stated.bodies_zh
    named = [each for each in STATED if each != "bodies"]

    assert [each for each in named if not (known.get(f"{each}_zh") and known.get(f"{each}_en"))] == []
    assert re.match(r"《.+(法|法典|条例|规定|办法)》", found.stated.basis_zh)
    assert bool(bodies) or not found.joint
    assert re.match(r"《.+》.*：|没有法定时限", found.stated.limits_zh)


@pytest.mark.parametrize("code", GRANTED)
def test_a_result_says_what_it_grants(code: str) -> None:
    """核定内容: an amount, a term, a number – said on the decision and the result."""
    grants = {each.code for each in matter(code).result.grants}

    assert GRANTED[code] <= grants


@pytest.mark.parametrize("code", FILES)
def test_the_page_asks_for_no_paper_that_the_form_does_not(code: str) -> None:
    """What is always needed says so in both, and what some need is no demand on everybody."""
    listed = [each.split(":") for each in items_by_code()[code]["materials"].split(";")]
    asked = {name: each for each in matter(code).materials for name in (each.code, each.name_zh)}
    names = {row["code"]: row["name_zh"] for row in rows("catalogue/materials.csv")}

    papers = {paper: asked.get(paper) or asked.get(names[paper]) for paper, _, _ in listed}
    assert [paper for paper, found in papers.items() if found is None] == []
    assert [
        paper for paper, _, need in listed
        if (found := papers[paper]) and found.needed_if and need != "optional" and paper not in MOST_NEED
    ] == []  # fmt: skip


@pytest.mark.parametrize("code", FILES)
def test_what_the_library_supplies_is_somewhere_issued(code: str) -> None:
    issued = {matter(each).result.certificate_type for each in FILES}

    supplied = {kind for paper in matter(code).materials for kind in paper.satisfied_by}

    assert supplied - REGISTERS - issued == set()


@pytest.mark.parametrize("code", FILES)
def test_an_agents_paper_is_not_taken_from_the_applicants_certificates(code: str) -> None:
    theirs = [
        each for each in matter(code).materials if re.match(r"agent|spouse|guardian-id|family-id|seller", each.code)
    ]

    assert [each.code for each in theirs if each.satisfied_by] == []


@pytest.mark.parametrize("code", FILES)
def test_the_applicants_own_card_stands_for_nobody_elses_paper(code: str) -> None:
    """孩子的, 法定代表人的: whoever applies has another card."""
    theirs = [each for each in matter(code).materials if re.search(OTHERS, each.name_zh)]

    assert [each.name_zh for each in theirs if "resident-id" in each.satisfied_by] == []


@pytest.mark.parametrize("code", FILES)
def test_what_the_result_ends_is_handed_in_and_no_copy_of_it_will_do(code: str) -> None:
    """换领、注销: with a copy out of the library the old sheet stays in the world, and looks as good as ever."""
    found = matter(code)
    gone = {each.type for each in found.result.ends} - STAYS_A_BOOK
    given = [each for each in found.materials if re.search("收回|交回", each.accept_zh)]

    assert [each.code for each in found.materials if gone & set(each.satisfied_by)] == []
    assert [each.code for each in given if each.satisfied_by or each.channels != ("paper",)] == []


@pytest.mark.parametrize("code", FILES)
def test_no_certificate_stands_for_more_than_it_is(code: str) -> None:
    """身份证和简历: the card is in the library, the life is not."""
    more = [each for each in matter(code).materials if re.search("[和及与]", each.name_zh)]

    assert [each.name_zh for each in more if each.satisfied_by and each.name_zh not in IN_ONE] == []


def test_a_small_matter_stays_small() -> None:
    top_up = matter("senior-travel-card-top-up")
    plain, lost = (guided(top_up, {"card": card, "by": by}) for card, by in (("good", "holder"), ("lost", "other")))

    asked = [each.code for each in plain.materials if each.necessity != "optional"]
    assert (len(top_up.questions), asked, len(plain.fields), top_up.instant) == (2, ["senior-travel-card"], 3, True)
    assert [each.code for each in lost.materials if each.necessity != "optional"] == [
        "id-card",
        "agent-letter",
        "agent-id",
    ]


def test_a_temporary_identity_card_is_there_in_two_hours() -> None:
    card = matter("temporary-id-card-apply")

    assert (card.limits.promised, card.limits.statutory) == (Limit(value=2, unit="hour"), Limit(value=3, unit="day"))
    assert card.instant


def test_a_car_of_four_years_needs_no_inspection_but_after_an_accident() -> None:
    calm = guided(matter("vehicle-inspection-mark-apply"), {"vehicle": "small", "age": "exempt", "accident": "none"})
    hurt = guided(matter("vehicle-inspection-mark-apply"), {"vehicle": "small", "age": "exempt", "accident": "some"})

    assert [each.code for each in calm.materials if each.necessity != "optional"] == [
        "vehicle-licence", "insurance-policy", "tax-proof",
    ]  # fmt: skip
    assert [each.code for each in hurt.materials][-1] == "inspection-report"


def test_many_objections_bring_a_hearing() -> None:
    answers = {
        "build": "new", "site": "none", "discharge": "none", "secret": "none", "objections": "many", "industrial": "outside",
        "applicant": "self",
    }  # fmt: skip

    found = guided(matter("environmental-assessment-approval-full-report-new"), answers)

    assert (found.complete, found.situation and found.situation.id) == (True, "hearing")
    assert "hearing-report" in [each.code for each in found.materials]


def test_files_are_no_longer_than_a_person_reads() -> None:
    long = [path.name for path in FILES.values() if len(path.read_text(encoding="utf-8").splitlines()) > 500]

    assert long == []
    assert [each for path in FILES.values() for each in lines_too_long(path)] == []


def lines_too_long(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"{path.name}:{number}" for number, line in enumerate(lines, 1) if len(line) > 160]


def test_done_in_one_go_no_half_asks_at_once_for_what_the_other_makes() -> None:
    """一件事: what one half issues follows in the other, and is no paper that has to be there when both are sent."""
    asked: list[tuple[str, str, str]] = []
    for row in rows("catalogue/matters.csv"):
        halves = dict(each.partition("?")[::2] for each in row["items"].split(";"))
        made = {code: matter(code).result.certificate_type for code in halves if code in FILES}
        for code in made:
            of_others = {kind for other, kind in made.items() if other != code and kind}
            said = dict(each.split("=") for each in halves[code].split("&") if each)
            for end in ends(code):
                if all(end.answers.get(question, option) == option for question, option in said.items()):
                    asked += [
                        (row["code"], code, paper.code) for paper in end.materials
                        if paper.necessity == "required" and of_others & set(paper.satisfied_by)
                    ]  # fmt: skip

    assert sorted(set(asked)) == []


def test_the_cards_of_a_family_are_asked_of_whoever_applies_with_one() -> None:
    rental = "public-rental-housing-eligibility"
    asked = {
        (end.answers["household"], end.answers.get("along"), "family-ids" in {each.code for each in end.materials})
        for end in ends(rental)
    }
    without = {(each, "none", False) for each in ("single", "divorced", "widowed")}
    along = {(each, "family", True) for each in ("single", "divorced", "widowed")}

    assert asked == {("married", None, True), *without, *along}
