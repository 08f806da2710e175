"""The form of a case: saved as one goes, with a script or without; two tabs never overwrite each other unseen."""

from __future__ import annotations

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, fields, retell
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


@pytest.fixture
def case(shop: tuple[Matters, Phone]) -> Case:
    return shop[0].opened()


def path(case: Case, more: str = "") -> str:
    return f"/cases/{case.no}/form/{more}"


def saved(case: Case) -> dict[str, object]:
    return form_of(Case.objects.get(pk=case.pk))


def test_without_a_script_all_of_it_is_saved_and_leads_on_to_the_papers(me, case):
    said = fields(me.get(path(case))) | {"f-name": "新书店", "f-phone": "13800138001", "go": "on"}

    answer = me.client.post(path(case), said)

    assert answer["Location"] == f"/cases/{case.no}/papers/"
    assert saved(case) == {"name": "新书店", "address": "一号路 2 号", "phone": "+8613800138001"}


def test_what_is_wrong_stands_at_its_field_and_is_kept_all_the_same(me, case):
    said = fields(me.get(path(case))) | {"f-name": "", "f-phone": "12", "go": "on"}

    answer = me.client.post(path(case), said)

    page = text(answer)
    assert answer.status_code == 422
    assert ("缺店名" in page, "这不是有效的电话号码" in page, "还有 2 处要看一看" in page) == (True, True, True)
    assert 'value="12"' in page
    assert saved(case)["phone"] == "12"


def test_it_may_be_left_half_filled(me, case):
    said = fields(me.get(path(case))) | {"f-name": "", "go": "later"}

    answer = me.client.post(path(case), said)

    assert answer["Location"] == f"/cases/{case.no}/"
    assert saved(case) == {"address": "一号路 2 号"}


def test_a_field_is_saved_as_it_is_left_and_its_line_is_that_of_a_fresh_page(me, case):
    said = fields(me.get(path(case)))

    answer = me.client.post(path(case, "0"), {"f-name": "新书店", "w-0": said["w-0"]}, headers={"HX-Request": "true"})

    fresh = text(me.get(path(case)))
    part = text(answer).strip().replace("已保存", "")
    assert saved(case)["name"] == "新书店"
    assert fields(answer)["w-0"] == fields(me.get(path(case)))["w-0"]
    assert part.split('<span class="saved', 1)[0].strip() in fresh


def test_a_wrong_field_is_kept_and_told_at_once(me, case):
    said = fields(me.get(path(case)))

    answer = me.client.post(path(case, "2"), {"f-phone": "12", "w-2": said["w-2"]}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "这不是有效的电话号码" in text(answer)


def test_a_second_tab_that_wrote_the_same_field_is_told_and_shows_both(me, case):
    first, second = (fields(me.get(path(case))) for _ in range(2))
    me.client.post(path(case, "0"), {"f-name": "甲书店", "w-0": first["w-0"]}, headers={"HX-Request": "true"})

    answer = me.client.post(path(case, "0"), {"f-name": "乙书店", "w-0": second["w-0"]}, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert ("甲书店" in text(answer), 'value="乙书店"' in text(answer)) == (True, True)
    assert saved(case)["name"] == "甲书店"

    again = fields(answer)
    me.client.post(path(case, "0"), {"f-name": "乙书店", "w-0": again["w-0"]}, headers={"HX-Request": "true"})
    assert saved(case)["name"] == "乙书店"


def test_two_tabs_that_wrote_different_fields_both_count(me, case):
    first, second = (fields(me.get(path(case))) for _ in range(2))

    me.client.post(path(case), first | {"f-name": "甲书店", "go": "later"})
    answer = me.client.post(path(case), second | {"f-address": "三号路", "go": "later"})

    assert answer.status_code == 302
    assert saved(case) == {"name": "甲书店", "address": "三号路"}


def test_a_whole_form_from_an_old_tab_shows_both_and_loses_nothing(me, case):
    first, second = (fields(me.get(path(case))) for _ in range(2))
    me.client.post(path(case), first | {"f-name": "甲书店", "go": "later"})

    answer = me.client.post(path(case), second | {"f-name": "乙书店", "f-address": "三号路", "go": "on"})

    page = text(answer)
    assert answer.status_code == 409
    assert ("甲书店" in page, 'value="乙书店"' in page) == (True, True)
    assert saved(case) == {"name": "甲书店", "address": "三号路"}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("money", "1250000"),
        ("number", " 8"),
        ("phone", "138 0013 8000"),
        ("id_number", "11010519491231002x"),
        ("date", "2026-03-01"),
    ],
)
@pytest.mark.parametrize("first", ["0", ""])
def test_what_one_tab_wrote_twice_clashes_with_nothing(shop, me, kind, typed, first):
    """A field is saved as it is left and the whole form with the press that left it: whichever comes first is not another."""
    retell(shop[0], fields=[
        {"code": "it", "label_zh": "某项", "label_en": "It", "type": kind, "group_zh": "店", "group_en": "Shop"},
    ])  # fmt: skip
    case = shop[0].opened(form={})
    said = fields(me.get(path(case))) | {"f-it": typed, "go": "later"}

    answers = [
        me.client.post(path(case, which), said, headers={"HX-Request": "true"} if which else {})
        for which in sorted(("0", ""), key=lambda each: each != first)
    ]

    assert [answer.status_code for answer in answers] == ([200, 302] if first else [302, 200])
    assert saved(case)["it"]


def test_fields_that_hang_on_another_come_with_it(shop, me):
    retell(shop[0], fields=[
        {"code": "staff", "label_zh": "雇人吗", "label_en": "Staff", "type": "yes_no", "group_zh": "店", "group_en": "Shop"},
        {"code": "many", "label_zh": "雇几个", "label_en": "How many", "type": "number", "show_if": {"eq": ["staff", True]},
         "group_zh": "店", "group_en": "Shop"},
    ])  # fmt: skip
    case = shop[0].opened(form={})
    before = me.get(path(case))

    answer = me.client.post(
        path(case, "0"), {"f-staff": "yes", "w-0": fields(before)["w-0"]}, headers={"HX-Request": "true"}
    )

    assert ("雇几个" in text(before), "雇几个" in text(answer)) == (False, True)
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#case-fields", "outerHTML")


def test_another_answer_asks_for_other_papers_and_keeps_the_form(me, case):
    page = text(me.get(f"/cases/{case.no}/situation/", at="premises"))

    answer = me.client.post(f"/cases/{case.no}/situation/", {"answer": "premises:own"})

    changed = Case.objects.get()
    assert 'value="premises:own"' in page
    assert answer["Location"] == path(case)
    assert changed.answers == {"premises": "own", "food": "no"}
    assert form_of(changed)["name"] == "小镇书店"


@pytest.mark.parametrize("answer", ["premises:castle", "nothing:x", "", ":::"])
def test_an_answer_that_is_none_is_refused(me, case, answer):
    found = me.client.post(f"/cases/{case.no}/situation/?at=premises", {"answer": answer})

    assert (found.status_code, Case.objects.get().answers) == (422, {"premises": "rented", "food": "no"})


def test_a_draft_with_questions_open_goes_to_them_first(shop, me):
    case = shop[0].opened(answers={"premises": "own"})

    assert me.get(path(case))["Location"] == f"/cases/{case.no}/situation/"


def test_what_was_sent_is_changed_no_more(shop, me, case):
    actions.withdraw(case_no=case.no, by=shop[0].applicant, now=TUESDAY_NINE)

    page = me.get(path(case))
    answer = me.client.post(path(case), {"f-name": "晚了"})
    part = me.client.post(path(case, "0"), {"f-name": "晚了", "w-0": "x"}, headers={"HX-Request": "true"})

    assert (page["Location"], answer["Location"]) == (f"/cases/{case.no}/", f"/cases/{case.no}/")
    assert part.status_code in (409, 422)
    assert saved(case)["name"] == "小镇书店"


def test_a_field_that_is_none_is_not_found(me, case):
    assert me.client.post(path(case, "99"), {"f-x": "y"}).status_code == 404


def test_what_was_typed_stays_on_the_page_whatever_keeps_it_from_being_kept(me, case, monkeypatch):
    said = fields(me.get(path(case))) | {"f-name": "新书店", "go": "on"}

    def busy(**_: object) -> Case:
        raise Refused("changed-meanwhile", facts={"case": case.no})

    monkeypatch.setattr("banshi.surfaces.citizen.case_form.changing.change", busy)

    answer = me.client.post(path(case), said)

    assert answer.status_code == 409
    assert 'value="新书店"' in text(answer)
