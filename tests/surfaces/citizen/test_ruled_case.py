"""What an applicant reads where rules decided, and where they left it to a person."""

from __future__ import annotations

import pytest

from banshi.journeys.case import by_rule
from banshi.rooms.cases.models import Case, CasePaper
from tests.matters import Matters
from tests.rules_of_shop import ruled, sure
from tests.signers import sealing
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
PERSON = "这件事情况清楚的可以按规则秒批。这一件由人来看。"
SAMPLE = "这件事可以按规则秒批，其中一部分抽出来由人核查，这一件抽到了。"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def page(phone: Phone, case: Case) -> str:
    answer = phone.get(f"/cases/{case.no}/")
    assert answer.status_code == 200
    return text(answer)


def test_sent_and_granted_it_says_how_fast_by_which_rules_and_gives_the_result(shop):
    matters, me = ruled(shop[0]), shop[1]
    case = sure(matters)

    answer = me.post(f"/cases/{case.no}/check/")

    said = page(me, case)
    assert answer["Location"] == f"/cases/{case.no}/"
    for words in (
        "已秒批，决定书在文书里。",
        "按规则秒批",
        "1 秒内批准",
        "不卖吃的",
        "店面是自己的",
        "规则判定记录",
        "开店许可证",
        "这件事办完了，文书都留在这里。",
    ):
        assert words in said, words
    assert "大厅收到材料" not in said


def test_what_the_rules_left_open_says_that_a_person_looks_and_not_which_rule(shop):
    matters, me = ruled(shop[0]), shop[1]
    case = sure(matters, answers={"premises": "own", "food": "yes"})

    me.post(f"/cases/{case.no}/check/")

    said = page(me, case)
    assert (said.count(PERSON), said.count("不卖吃的")) == (1, 0)


def test_a_sample_is_called_one(shop):
    matters, me = ruled(shop[0], sample_percent=100), shop[1]
    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)

    said = page(me, case)

    assert (said.count(SAMPLE), said.count(PERSON)) == (1, 0)


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_where_rules_decide_nothing_nobody_hears_of_them(shop, mode):
    matters, me = ruled(shop[0], mode), shop[1]
    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)

    assert page(me, case).count("秒批") == 0


def test_the_record_of_the_rules_is_a_paper_of_theirs(shop):
    matters, me = ruled(shop[0]), shop[1]
    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)
    number = CasePaper.objects.get(case=case, kind="rule_trace").number

    answer = me.get(f"/cases/{case.no}/documents/{number}")

    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")


def test_a_file_that_waits_for_its_seal_offers_no_way_to_fetch_it(shop, settings, tmp_path):
    sealing(settings, tmp_path)
    matters, me = ruled(shop[0]), shop[1]
    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)

    said = page(me, case)
    choosing = me.get(f"/cases/{case.no}/ways")

    assert case.phase == "issuing"
    assert "结果是电子文件：盖好章就在这里，很快就好。不用选领取方式，也不用去领。" in said
    assert [words for words in ("取件码", "寄给我", "出件窗口", "制好并送达") if words in said] == []
    assert choosing["Location"] == f"/cases/{case.no}/"


def test_what_a_person_makes_of_a_grant_by_rule_is_chosen_as_ever(shop):
    matters, me = ruled(shop[0], electronic=False), shop[1]
    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)

    assert (case.phase, "结果是电子文件" in page(me, case)) == ("decided", False)
