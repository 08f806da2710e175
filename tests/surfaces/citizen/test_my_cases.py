"""The case page: how it stands, whose turn it is and until when, what can be done; and nobody else's business."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from banshi.foundation import clock
from banshi.journeys.case import cabinets, conclude
from banshi.journeys.case.drop_slip import code_of
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions
from banshi.rooms.cases.actions import Missing, Verdict
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.queries.untouched import SAME_ZH
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.ports import DoorStuck
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.identity.models import Account
from banshi.rooms.places.actions import publish_policy
from tests.matters import Matters
from tests.rooms.cases.test_consulting import answer, ask, police
from tests.rooms.cases.test_flow import FLOW, follows
from tests.signers import Plain, sealing
from tests.surfaces.citizen.cases import applicant, fields, handed_in, retell
from tests.surfaces.citizen.conftest import Phone, browser, sign_in, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def matters(shop: tuple[Matters, Phone]) -> Matters:
    return shop[0]


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def page(phone: Phone, case: Case) -> str:
    answer = phone.get(f"/cases/{case.no}/")
    assert answer.status_code == 200
    return text(answer)


def names_bodies(matters: Matters) -> None:
    """From now on the hall says to whom one turns."""
    said = {
        "reconsider_zh": "小镇人民政府",
        "reconsider_en": "Town Government",
        "court_zh": "小镇人民法院",
        "court_en": "Town Court",
    }
    publish_policy(hall=matters.town.hall, document={"remedy": said}, by=SYSTEM, now=TUESDAY_NINE)


def sent(matters: Matters, phone: Phone) -> Case:
    case = matters.opened()
    handed_in(phone, case, "id", "lease")
    assert phone.post(f"/cases/{case.no}/check/").status_code == 302
    return Case.objects.get(pk=case.pk)


def ready(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


# --- Check and send ---------------------------------------------------------------------------------------------


def test_what_is_sent_is_looked_at_by_a_day_that_is_told(matters, me):
    case = matters.opened()
    handed_in(me, case, "id", "lease")
    check = text(me.get(f"/cases/{case.no}/check/"))

    answer = me.post(f"/cases/{case.no}/check/")

    shown = page(me, case)
    assert ("小镇书店" in check, "1 个工作日内预审" in check) == (True, True)
    assert answer["Location"] == f"/cases/{case.no}/"
    assert ("正在预审" in shown, "明天" in shown, "小镇大厅" in shown, "申报回执" in shown) == (True, True, True, True)
    assert "已提交，回执在文书里。" in shown


def test_what_is_looked_at_on_the_same_day_is_not_counted_in_days(matters, me):
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "limits": {**item.handling["limits"], "pre_review_days": 0}}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = matters.opened()
    handed_in(me, case, "id", "lease")

    check = text(me.get(f"/cases/{case.no}/check/"))

    assert ("工作日内预审" in check, "提交即表示所填属实。" in check) == (False, True)


def test_missing_papers_lead_to_the_papers(matters, me):
    case = matters.opened()

    answer = me.post(f"/cases/{case.no}/check/")

    assert answer.status_code == 409
    assert f'href="/cases/{case.no}/papers/"' in text(answer)
    assert ("身份证" in text(answer), "租约" in text(answer)) == (True, True)


def test_a_form_that_is_not_right_leads_to_its_fields(matters, me):
    case = matters.opened(form={"name": "小镇书店"})
    handed_in(me, case, "id", "lease")

    answer = me.post(f"/cases/{case.no}/check/")

    assert answer.status_code == 422
    assert f'href="/cases/{case.no}/form/?faults=all"' in text(answer)
    assert "缺地址" in text(me.get(f"/cases/{case.no}/form/", faults="all"))


def test_sent_twice_it_is_sent_once(matters, me):
    case = sent(matters, me)

    again = me.post(f"/cases/{case.no}/check/")

    assert again["Location"] == f"/cases/{case.no}/"
    assert CasePaper.objects.filter(case=case, kind="submission_receipt").count() == 1


# --- To be put right --------------------------------------------------------------------------------------------


def test_what_the_pre_review_found_is_listed_put_right_and_sent_again(matters, me):
    case = sent(matters, me)
    verdicts = [Verdict("id", ok=True), Verdict("lease", ok=False, reason="少了签名页")]
    actions.send_back(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)

    shown = page(me, case)
    handed_in(me, case, "lease")
    answer = me.post(f"/cases/{case.no}/check/")

    assert ("有地方要改" in shown, "少了签名页" in shown, "去修改" in shown) == (True, True, True)
    assert answer.status_code == 302
    assert Case.objects.get(pk=case.pk).phase == "pre_review"
    lease = CaseMaterial.objects.filter(case=case, code="lease", gone_at=None).order_by("id")
    assert [row.verdict for row in lease] == ["", ""]  # what was sent before stays, and is looked at again


def test_a_field_that_the_pre_review_found_wrong_is_marked_in_the_form_until_it_says_something_else(matters, me):
    case = sent(matters, me)
    verdicts = [Verdict(code, ok=True) for code in ("id", "lease", "photo")]
    verdicts.append(Verdict("address", False, "写到门牌号", "field"))
    actions.send_back(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)

    shown, form = page(me, case), text(me.get(f"/cases/{case.no}/form/"))
    unchanged = me.post(f"/cases/{case.no}/check/")
    marked = text(me.get(f"/cases/{case.no}/form/?faults=all"))
    actions.change(case_no=case.no, form={"address": "一号路 2 号 3 楼"}, by=matters.applicant, now=TUESDAY_NINE)
    answer = me.post(f"/cases/{case.no}/check/")

    assert ("有地方要改" in shown, "写到门牌号" in shown, f'href="/cases/{case.no}/form/"' in shown) == (
        True,
        True,
        True,
    )
    assert ("写到门牌号" in form, SAME_ZH in form, SAME_ZH in marked) == (True, False, True)
    assert ("大厅指出 1 处要改：" in form, '<a href="#line-1">地址</a>' in form, "还要填" in form) == (
        True,
        True,
        False,
    )
    assert (unchanged.status_code, answer.status_code) == (422, 302)
    assert Case.objects.get(pk=case.pk).phase == "pre_review"


def test_what_the_hall_misses_is_listed_with_its_day_and_handed_in(matters, me):
    case = matters.received(papers=("id",))
    missing = [Missing("lease", "要租约全部页"), Missing("name", "店名和招牌不一致", kind="field")]
    missing.append(Missing("photo", "要店面照片"))
    actions.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)

    shown = page(me, case)
    form = text(me.get(f"/cases/{case.no}/form/"))
    handed_in(me, case, "lease", "photo")
    unchanged = me.post(f"/cases/{case.no}/check/")
    marked = text(me.get(f"/cases/{case.no}/form/?faults=all"))
    actions.change(case_no=case.no, form={"name": "榕树糖水店"}, by=matters.applicant, now=TUESDAY_NINE)
    check = text(me.get(f"/cases/{case.no}/check/"))
    answer = me.post(f"/cases/{case.no}/check/")

    assert (unchanged.status_code, SAME_ZH in marked) == (422, True)
    assert SAME_ZH not in form + check
    assert ("有材料要补" in shown, "要租约全部页" in shown, "3月24日" in shown) == (True, True, True)
    assert "店名和招牌不一致" in form
    assert "提交补正" in check
    assert answer.status_code == 302
    assert Case.objects.get(pk=case.pk).phase == "received"


# --- At the hall and in the department --------------------------------------------------------------------------


def test_after_the_pre_review_a_time_is_booked_and_brings_the_case(matters, me, open_town):
    case = sent(matters, me)
    verdicts = [Verdict("id", ok=True), Verdict("lease", ok=True)]
    actions.pass_on(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    slot = open_town.slot(quota=3)

    before = page(me, case)
    booked = me.post(f"/book/pension/{slot.pk}/", who=str(me.person.pk))
    after = page(me, case)

    code = Case.objects.get(pk=case.pk).appointment
    assert 'href="/book/pension/?hall=town"' in before
    assert booked["Location"].startswith(f"/a/{code}")
    assert ("大厅等着收材料" in after, f'href="/a/{code}"' in after) == (True, True)


def test_a_booking_that_brings_a_case_says_which_papers_of_it(matters, me, open_town):
    matters.lease_by_hand()
    case = matters.opened()
    handed_in(me, case, "id")
    me.post(f"/cases/{case.no}/check/")
    actions.pass_on(case_no=case.no, verdicts=[Verdict("id", ok=True)], by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    slot = open_town.slot(quota=3)
    booked = me.post(f"/book/pension/{slot.pk}/", who=str(me.person.pk))

    mine = text(me.get(booked["Location"]))
    somebodys = text(browser().get(booked["Location"]))

    wanted = ("租约", "身份证", "平面图", case.no)
    bring = mine.split('id="bring"')[1].split("</section>")[0]
    assert [words in bring for words in wanted] == [True, True, False, True]
    assert case.no not in somebodys


def test_a_booking_that_was_given_up_is_booked_anew(matters, me, open_town):
    case = sent(matters, me)
    verdicts = [Verdict("id", ok=True), Verdict("lease", ok=True)]
    actions.pass_on(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    first, second = open_town.slot(quota=3), open_town.slot(quota=3, starts=at("2026-03-12 09:00"))
    me.post(f"/book/pension/{first.pk}/", who=str(me.person.pk))
    given_up = Case.objects.get(pk=case.pk).appointment
    me.post(f"/a/{given_up}/cancel")

    between = page(me, case)
    me.post(f"/book/pension/{second.pk}/", who=str(me.person.pk))

    now = Case.objects.get(pk=case.pk)
    assert 'href="/book/pension/?hall=town"' in between
    assert (now.phase, now.appointment != given_up) == ("await_receipt", True)


def test_in_review_it_says_who_has_it_and_until_when(matters, me):
    case = matters.in_review()

    shown = page(me, case)

    assert ("部门正在审查" in shown, "人社局" in shown, "3月16日" in shown, "4月7日" in shown) == (
        True,
        True,
        True,
        True,
    )
    assert "暂定：那一年的放假安排还没公布。" in shown
    assert "物料流转凭证" not in shown
    assert "办rev" not in shown  # no clerk's name


def test_in_review_it_says_which_departments_are_asked_and_who_comes(matters, me):
    officer = police(matters)
    follows(FLOW)
    case = matters.in_review(answers={"premises": "rented", "food": "yes"})
    before = page(me, case)
    row = ask(matters, case)
    during = page(me, case)
    answer(row, officer, says="grant", text="")
    after = page(me, case)

    says = ("问公安 还没开始", "问公安 进行中", "店面检验 还没开始")
    plain = [" ".join(re.sub("<[^>]+>", " ", shown).split()) for shown in (before, during, after)]
    assert [[said in shown for said in says] for shown in plain] == [
        [True, False, True], [False, True, True], [False, False, True],
    ]  # fmt: skip
    assert "在此之前" not in page(me, matters.received())


def test_days_on_which_the_clock_stood_are_told(matters, me):
    case = matters.in_review()
    matters.stop(case, kind="appraisal", expected_days=5)
    stopped = page(me, case)
    actions.resume_clock(case_no=case.no, result="看过", by=matters.by["reviewer"], now=TUESDAY_NINE + 2 * DAY)
    stop_the_clock(TUESDAY_NINE + 3 * DAY)

    going = page(me, case)

    assert ("暂停计时" in stopped, "鉴定" in stopped) == (True, True)
    assert ("期间停了 2 天，不计时" in going, "3月18日" in going) == (True, True)


def test_a_procedure_that_takes_longer_says_so_on_the_page_too(matters, me):
    case = matters.in_review()
    matters.stop(case, kind="appraisal", expected_days=1)
    before = page(me, case)
    actions.tell_longer(now=TUESDAY_NINE + 2 * DAY)

    after = page(me, case)

    assert ("比告知的时间长，还没结束。" in before, "比告知的时间长，还没结束。" in after) == (False, True)


def test_a_paper_that_was_to_follow_is_sent_in(matters, me):
    case = matters.received(papers=("id", "lease"))
    day = at("2026-03-13 09:00").date()
    actions.accept(case_no=case.no, deferred=[("photo", day)], by=matters.by["receiver"], now=TUESDAY_NINE)

    shown = page(me, case)
    papers = text(me.get(f"/cases/{case.no}/papers/"))
    handed_in(me, case, "photo")

    assert ("答应后补的材料" in shown, "店面照片" in shown) == (True, True)
    assert (papers.count('name="code" value="photo"'), papers.count('name="code" value="id"')) == (1, 0)
    assert CaseMaterial.objects.filter(case=case, code="photo").count() == 1


def test_a_refusal_is_read_here_which_delivers_it(matters, me):
    case = matters.decided(grant=False)
    paper = CasePaper.objects.get(case=case, kind="refusal")
    address = f"/cases/{case.no}/documents/{paper.number}"
    before, early = page(me, case), me.get(address).status_code

    me.post(f"/cases/{case.no}/receive")

    after = page(me, case)
    assert ("现在看不予批准决定书" in before, "从收到之日算起" in before, early) == (True, True, 404)
    assert (Case.objects.get(pk=case.pk).phase, me.get(address).content[:5]) == ("closed", b"%PDF-")
    assert ("送达回执" in after, "现在看不予批准决定书" in after, address in after) == (True, False, True)


def test_a_refusal_says_why(matters, me):
    shown = page(me, matters.decided(grant=False))

    assert ("不予批准" in shown, "不符合规划" in shown, "不予批准决定书" in shown) == (True, True, True)


def test_beside_a_refusal_stands_to_whom_one_turns_as_its_paper_says_it(matters, me):
    names_bodies(matters)
    refused, granted = matters.decided(grant=False), matters.decided()

    shown, other, item = page(me, refused), page(me, granted), text(me.get("/items/pension"))

    said = facts_of(CasePaper.objects.get(case=refused, kind="refusal"))
    assert (said.reconsider_at, said.court) == ("小镇人民政府", "小镇人民法院")
    assert ("向小镇人民政府申请行政复议" in shown, "向小镇人民法院提起行政诉讼" in shown) == (True, True)
    assert ("申请行政复议" in other, "小镇人民政府" in item, "小镇人民法院" in item) == (False, True, True)


def test_where_no_hall_names_anybody_the_ways_stand_all_the_same(matters, me):
    shown = page(me, matters.decided(grant=False))

    assert ("依法申请行政复议" in shown, "有管辖权的人民法院" in shown) == (True, True)
    assert "六十日内申请行政复议" not in text(me.get("/items/pension"))


# --- The result -------------------------------------------------------------------------------------------------


def test_the_code_stands_large_with_its_place_until_it_is_used(matters, me):
    case = ready(matters)
    code = code_for_applicant(case)

    shown = page(me, case)
    conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert (f"{code[:4]} {code[4:]}" in shown, "A-3" in shown, "一号路" in shown) == (True, True, True)
    assert f"{code[:4]} {code[4:]}" not in page(me, case)


def test_the_result_is_received_as_a_file_once(matters, me):
    case = ready(matters)
    licence = CasePaper.objects.get(case=case, kind="licence")
    early = me.get(f"/cases/{case.no}/documents/{licence.number}")

    answers = [me.post(f"/cases/{case.no}/receive") for _ in range(2)]

    pdf = me.get(f"/cases/{case.no}/documents/{licence.number}")
    assert early.status_code == 404
    assert [each["Location"] for each in answers] == [f"/cases/{case.no}/"] * 2
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == (
        "application/pdf", f'attachment; filename="{licence.number}.pdf"',
    )  # fmt: skip
    assert (pdf.content[:5], pdf["X-Content-Type-Options"], pdf["Cache-Control"]) == (b"%PDF-", "nosniff", "no-store")
    assert "办结" in page(me, case)


def test_a_result_that_is_not_there_is_not_received(matters, me):
    case = matters.in_review()

    assert me.post(f"/cases/{case.no}/receive").status_code == 404
    assert Case.objects.get(pk=case.pk).phase == "in_review"


# --- Take back --------------------------------------------------------------------------------------------------


def test_it_is_taken_back_after_one_question(matters, me):
    case = sent(matters, me)

    asked = text(me.get(f"/cases/{case.no}/withdraw"))
    answers = [me.post(f"/cases/{case.no}/withdraw", reason="不开了") for _ in range(2)]

    assert "撤回这件事？" in asked
    assert [each["Location"] for each in answers] == [f"/cases/{case.no}/"] * 2
    assert ("已撤回" in page(me, case), "撤回确认" in page(me, case)) == (True, True)


def test_after_the_decision_nothing_is_taken_back(matters, me):
    case = matters.decided()

    assert me.get(f"/cases/{case.no}/withdraw")["Location"] == f"/cases/{case.no}/"
    assert me.post(f"/cases/{case.no}/withdraw").status_code == 409
    assert "撤回</a>" not in page(me, case)


def test_a_paper_without_its_seal_yet_says_so(matters, me, settings, tmp_path):
    sealing(settings, tmp_path)
    case = matters.received()
    number = case.papers.get().number
    url = f"/cases/{case.no}/documents/{number}"
    early, name = "正在加盖印章" in page(me, case), me.get(url)["Content-Disposition"]

    actions.seal_due(signer=Plain(), now=TUESDAY_NINE, wall=clock.wall())

    assert (early, name) == (True, f'attachment; filename="{number}-unsealed.pdf"')
    assert "正在加盖印章" not in page(me, case)
    assert me.get(url)["Content-Disposition"] == f'attachment; filename="{number}.pdf"'


# --- Lists ------------------------------------------------------------------------------------------------------


def test_my_cases_stand_newest_first_in_as_many_queries_for_three_as_for_one(
    matters, me, django_assert_max_num_queries
):
    empty = text(me.get("/cases/"))
    matters.opened()
    with django_assert_max_num_queries(20) as one:
        me.get("/cases/")
    later = [matters.opened(TUESDAY_NINE + n * timedelta(minutes=1), anyway=True) for n in (1, 2)]

    with django_assert_max_num_queries(20) as three:
        shown = text(me.get("/cases/"))

    assert "还没有办件" in empty
    assert len(one.captured_queries) == len(three.captured_queries)
    assert shown.index(later[1].no) < shown.index(later[0].no)


def test_many_cases_are_turned_over(matters, me):
    for n in range(21):
        matters.opened(TUESDAY_NINE + n * timedelta(minutes=1), anyway=True)

    first, second = text(me.get("/cases/")), text(me.get("/cases/", page=2))

    assert (first.count('href="/cases/4419'), second.count('href="/cases/4419')) == (20, 1)
    assert 'href="?page=2"' in first


def test_the_first_page_and_my_own_lead_to_what_waits_for_me(matters, me):
    matters.in_review(TUESDAY_NINE - DAY)
    case = matters.opened(anyway=True)

    home, own = text(me.get("/")), text(me.get("/me/"))

    assert f'href="/cases/{case.no}/"' in home
    assert 'href="/cases/"' in own


# --- Whose ------------------------------------------------------------------------------------------------------

ADDRESSES = (
    "", "form/", "situation/", "papers/", "papers/{material}", "check/", "withdraw", "documents/{number}",
)  # fmt: skip
DEEDS = (
    "form/", "form/0", "situation/", "papers/", "papers/held", "papers/{material}/take-back", "papers/{material}/move",
    "check/", "withdraw", "receive",
)  # fmt: skip


@pytest.fixture
def all_of_it(matters: Matters, me: Phone) -> dict[str, str]:
    case = matters.opened()
    handed_in(me, case, "id", "lease")
    actions.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    return {
        "no": case.no,
        "material": str(CaseMaterial.objects.order_by("id")[0].pk),
        "number": CasePaper.objects.get().number,
    }


def filled(address: str, of: dict[str, str]) -> str:
    return f"/cases/{of['no']}/" + address.format(**of)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_foreign_account_finds_nothing(all_of_it, open_town, address):
    theirs = sign_in(open_town, 2)

    assert theirs.get(filled(address, all_of_it)).status_code == 404


@pytest.mark.parametrize("address", DEEDS)
def test_a_foreign_account_does_nothing(all_of_it, open_town, address):
    theirs = sign_in(open_town, 2)
    before = list(Case.objects.values())

    assert theirs.post(filled(address, all_of_it), answer="premises:own", code="id").status_code == 404
    assert list(Case.objects.values()) == before


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_is_not_signed_in_signs_in_first_whatever_the_number(all_of_it, anybody, address):
    real, none = filled(address, all_of_it), filled(address, {**all_of_it, "no": "441900-000000-000000"})

    assert anybody.client.get(real).status_code == anybody.client.get(none).status_code == 302


def test_papers_of_another_case_are_not_reached_through_ones_own(matters, me, all_of_it):
    other = matters.opened(anyway=True)

    assert me.get(f"/cases/{other.no}/papers/{all_of_it['material']}").status_code == 404
    assert me.get(f"/cases/{other.no}/documents/{all_of_it['number']}").status_code == 404
    assert me.post(f"/cases/{other.no}/papers/{all_of_it['material']}/take-back").status_code == 302
    assert CaseMaterial.objects.get(pk=all_of_it["material"]).gone_at is None


def test_the_proven_person_follows_what_a_window_opened_for_them(matters, me):
    case = matters.opened(account_id=None)
    theirs = page(me, case)

    Account.objects.filter(pk=me.account.pk).update(person_evidence=0)

    assert case.no in theirs
    assert me.get(f"/cases/{case.no}/").status_code == 404


def test_pages_speak_english_too(matters, me):
    case = sent(matters, me)
    me.client.cookies["django_language"] = "en"

    for path in (f"/cases/{case.no}/", "/cases/", f"/cases/{matters.opened(anyway=True).no}/papers/"):
        shown = text(me.get(path))
        assert "Pension enrolment" in shown

    assert "Your papers are being looked at" in text(me.get(f"/cases/{case.no}/"))


def test_numbers_of_documents_are_masked_where_all_is_checked(matters, me):
    group = {"group_zh": "人", "group_en": "Person"}
    retell(matters, fields=[
        {"code": "n", "label_zh": "证件号码", "label_en": "ID number", "type": "id_number", **group},
    ])  # fmt: skip
    case = matters.opened(form={"n": "11010519491231002X"})

    check = text(me.get(f"/cases/{case.no}/check/"))

    assert ("11010519491231002X" in check, "002X" in check) == (False, True)
    assert fields(me.get(f"/cases/{case.no}/form/"))["f-n"] == "11010519491231002X"


def test_a_day_says_what_it_is_for_and_gives_way_to_an_hour_that_was_promised(matters, me):
    review, decided = page(me, matters.in_review()), matters.decided()
    made = page(me, decided)
    Case.objects.filter(pk=decided.pk).update(wait_until=TUESDAY_NINE + timedelta(hours=2))
    waits = page(me, decided)

    words = ("决定最晚", "制作和送达最晚", "立等可取")
    assert [[each in said for each in words] for said in (review, made, waits)] == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip


def test_of_each_day_it_is_said_what_comes_by_it(matters, me):
    """Of what the hall looks at, what it received, what is to be handed in – and of a draft when it goes."""
    draft, looked_at = page(me, matters.opened()), page(me, sent(matters, me))
    received = page(me, matters.received())
    lacking = matters.received()
    lacks = [Missing("lease", "没有签名")]
    actions.give_notice(case_no=lacking.no, missing_now=lacks, by=matters.by["receiver"], now=TUESDAY_NINE)

    words = ("6月8日 周一删除", "预审最晚", "受理答复最晚", "补交最晚")
    assert [[each in said for each in words] for said in (draft, looked_at, received, page(me, lacking))] == [
        [True, False, False, False], [False, True, False, False], [False, False, True, False], [False, False, False, True],
    ]  # fmt: skip


def test_what_was_never_sent_is_given_up_and_not_withdrawn(matters, me):
    """Nobody had it: there is nothing to take back from anybody."""
    case = matters.opened()

    before, asked = page(me, case), text(me.get(f"/cases/{case.no}/withdraw"))
    me.post(f"/cases/{case.no}/withdraw")

    after = page(me, case)
    assert ("不办了" in before, "这件事不办了？" in asked, "没有交，不办了" in after) == (True, True, True)
    assert [word in said for said in (before, asked, after) for word in ("撤回",)] == [False, False, False]


def test_nothing_is_named_as_the_result_of_what_came_to_nothing(matters, me):
    under_way, refused = matters.in_review(), matters.in_review()
    actions.opine(case_no=refused.no, says="refuse", text="不符合规划", by=matters.by["reviewer"], now=TUESDAY_NINE)
    actions.decide(case_no=refused.no, grant=False, reason="不符合规划", by=matters.by["approver"], now=TUESDAY_NINE)

    assert ["开店许可证" in page(me, case) for case in (under_way, refused)] == [True, False]


# --- Papers in a cabinet ----------------------------------------------------------------------------------------


def test_papers_in_a_cabinet_ask_for_no_booking_and_are_no_booked_time(matters, me):
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)
    matters.lease_by_hand()
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    before = page(me, case)
    stay = cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)
    lying = page(me, case)
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)
    taken = page(me, case)

    told = ("预约时间，带原件来", "也可以随时投进", "约好了时间", "材料投进了文件柜")
    assert [[words in each for words in told] for each in (before, lying, taken)] == [
        [True, True, False, False], [False, False, False, True], [False, False, False, True],
    ]  # fmt: skip
    assert ("材料在文件柜里" in lying, "大厅取出了你的材料" in taken) == (True, True)
    assert [code_of(stay) in each for each in (before, lying, taken)] == [False, True, False]
    assert [words in before for words in ("<li>租约</li>", "身份证自己留着")] == [True, True]


def test_an_identity_card_alone_goes_into_no_cabinet_and_no_parcel(matters, me):
    delivery.install(hall=matters.town.hall, code="c", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)
    case = sent(matters, me)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")

    shown, posted = page(me, case), me.get(f"/cases/{case.no}/send-in")

    assert ("预约时间，带原件来" in shown, "也可以随时投进" in shown, "也可以把材料寄到大厅" in shown) == (
        True,
        False,
        False,
    )
    assert posted["Location"] == f"/cases/{case.no}/"


def test_a_time_booked_beside_papers_in_a_cabinet_changes_nothing(matters, me, open_town):
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="柜", name_en="Cabinet", cells=1)
    case = sent(matters, me)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    me.post(f"/book/pension/{open_town.slot(quota=3).pk}/", who=str(me.person.pk))

    now = Case.objects.get(pk=case.pk)
    assert (now.phase, now.appointment, list(now.events.values_list("verb", flat=True).order_by("seq"))[-1]) == (
        "await_receipt", "", "expect",
    )  # fmt: skip


def test_a_door_that_stayed_shut_is_no_time_given_up(matters, me, settings):
    settings.BANSHI_CABINETS = "tests.surfaces.citizen.test_my_cases.stuck"
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="柜", name_en="Cabinet", cells=1)
    case = sent(matters, me)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")

    with pytest.raises(Refused, match="door-stuck"):
        cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    shown = page(me, case)
    assert ("文件柜没有打开" in shown, "放弃" in shown, "预约时间，带原件来" in shown) == (True, False, True)


def test_a_stuck_cell_leads_to_the_window_with_the_same_code(matters, me):
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="柜", name_en="Cabinet", cells=1)
    case = matters.decided(account_id=me.account.pk)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    cabinets.put(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    before = page(me, case)
    delivery.broken(cell=cabinet.cells.get(), now=TUESDAY_NINE)

    both = before, page(me, case)
    assert ["柜门卡住了" in each for each in both] == [False, True]
    assert ["随时打开柜门" in each for each in both] == [True, False]


def stuck(cabinet: str, cell: int) -> None:
    raise DoorStuck


def test_what_came_to_nothing_says_why_and_leads_to_another_try(matters, me):
    case = matters.received()
    actions.refuse(case_no=case.no, reason="不归本机关管，去区里办。", by=matters.by["receiver"], now=TUESDAY_NINE)

    shown = page(me, case)

    assert ("不归本机关管，去区里办。" in shown, "重新办" in shown) == (True, True)


def test_what_a_matter_costs_is_said_before_it_is_sent_and_while_it_runs(matters, me):
    matters.costs("80")
    case = matters.opened()
    handed_in(me, case, "id", "lease")

    check, shown = text(me.get(f"/cases/{case.no}/check/")), page(me, case)

    assert ("¥ 80" in check, "批准后再缴" in check, "¥ 80" in shown) == (True, True, True)


def test_the_originals_to_bring_are_named(matters, me):
    case = sent(matters, me)
    actions.pass_on(
        case_no=case.no,
        verdicts=[Verdict("id", True), Verdict("lease", True)],
        by=matters.by["pre_reviewer"],
        now=TUESDAY_NINE,
    )

    shown = page(me, case)

    assert shown.index("带上原件") < shown.index("身份证")


def test_how_a_case_ended_is_said_once_with_its_day_in_the_story(matters: Matters, me: Phone) -> None:
    case = matters.opened()
    actions.withdraw(case_no=case.no, reason="不办了", by=matters.applicant, now=TUESDAY_NINE)

    seen = me.get(f"/cases/{case.no}/").content.decode()
    card = seen[seen.index('aria-labelledby="present"') : seen.index('aria-labelledby="story"')]

    assert (card.count("<h2"), 'class="tag"' in card) == (1, False)
