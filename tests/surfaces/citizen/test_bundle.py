"""一件事 on the phone: asked once, one form, papers once, sent at once; two tabs; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case, CaseMaterial, Obligation
from banshi.rooms.cases.queries import cases_of, form_of
from banshi.rooms.catalogue.models import Item, OneMatter
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Organisation
from banshi.rooms.identity.rules import UNLIMITED, Limits
from banshi.rooms.library import actions as library
from tests.bundles import opened, sign_of
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, handed_in, retell
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
CODE, FIRM = "91350100M000100Y43", "东莞市南城糖水铺有限公司"
SAID = "?a=premises:rented&a=food:no&hall=town"
TYPED = {"f-pension.name": "小镇书店", "f-business-address": "一号路 2 号", "f-sign.words": "书"}


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    matters, phone = applicant(open_town)
    sign_of(open_town)
    OneMatter.objects.create(
        code="open-shop",
        name_zh="开书店",
        name_en="Opening a bookshop",
        audience="person",
        items="pension;sign",
        order=1,
    )
    return matters, phone


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def begun(me: Phone) -> Bundle:
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(me.person.pk)}
    answer = me.client.post("/together/open-shop/begin", said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Bundle.objects.get()


def phases(bundle: Bundle) -> list[str]:
    return [case.phase for case in cases_of(bundle)]


def test_nobody_signs_in_to_see_what_it_takes(shop, anybody):
    home, listed = text(anybody.get("/")), text(anybody.get("/together/"))
    first, takes = text(anybody.get("/together/open-shop/")), text(anybody.get(f"/together/open-shop/{SAID}"))

    assert 'href="/together/open-shop/"' in home
    assert "开书店" in listed
    assert "店面是谁的" in first
    assert (takes.count("身份证<"), takes.count("租约<")) == (1, 1)
    assert "比分开填少填 1 项" in takes


def test_what_is_done_together_is_found_before_what_is_done_alone(shop, anybody):
    OneMatter.objects.update(name_zh="办养老保险和招牌")
    live = text(anybody.client.get("/search", {"q": "养老保险"}, headers={"HX-Request": "true"}))
    pages = [text(anybody.get(path, q="养老保险")) for path in ("/search", "/items/")]

    for found in (live, *pages):
        assert 0 < found.index('href="/together/open-shop/"') < found.index('href="/items/pension"')
    assert "/together/open-shop/" not in text(anybody.get("/search", q="身份证"))


def test_what_the_situation_says_is_not_asked_and_goes_into_the_cases(me: Phone) -> None:
    OneMatter.objects.update(items="pension?premises=rented;sign")

    first = text(me.get("/together/open-shop/"))
    takes = text(me.get("/together/open-shop/?a=premises:own&a=food:no&hall=town"))
    bundle = begun(me)

    assert ("店面是谁的" in first, "店面是谁的" in takes, takes.count("租约<")) == (False, False, 1)
    assert cases_of(bundle)[0].answers["premises"] == "rented"


def test_from_the_questions_to_all_of_it_sent(me):
    bundle = begun(me)

    form = me.client.get(f"/bundles/{bundle.no}/form/")
    saved = me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    first = cases_of(bundle)[0]
    handed_in(me, first, "id", "lease")
    sent = me.client.post(f"/bundles/{bundle.no}/check/")
    after = text(me.client.get(f"/bundles/{bundle.no}/"))

    assert text(form).count('name="f-business-address"') == 1
    assert saved["Location"] == f"/bundles/{bundle.no}/papers/"
    assert [form_of(case)["address"] for case in cases_of(bundle)] == ["一号路 2 号"] * 2
    assert sent["Location"] == f"/bundles/{bundle.no}/"
    assert phases(bundle) == ["pre_review", "pre_review"]
    assert "2 件办结了 0 件" in after
    assert ("现在不用你办什么" in after, "全部受理后告知办结日期" in after) == (True, True)


def test_the_whole_names_the_one_next_step_and_counts_what_came_to_a_result(shop, me):
    bundle, by = begun(me), shop[0].by
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    first, second = cases_of(bundle)
    handed_in(me, first, "id", "lease")
    me.client.post(f"/bundles/{bundle.no}/check/")
    codes = second.materials.values_list("code", flat=True).distinct().order_by("code")
    wrong = [cases.Verdict(code, ok=False, reason="看不清") for code in codes]
    cases.send_back(case_no=second.no, verdicts=wrong, by=by["pre_reviewer"], now=TUESDAY_NINE)
    cases.withdraw(case_no=first.no, by=shop[0].applicant, now=TUESDAY_NINE)

    page = text(me.client.get(f"/bundles/{bundle.no}/"))

    assert ("下一步" in page, f'href="/cases/{second.no}/"' in page) == (True, True)
    assert "1 件办结了 0 件" in page


def test_the_whole_says_of_each_that_its_originals_are_waited_for(shop, me):
    bundle = sent_whole(me)
    first, second = cases_of(bundle)
    for case in (first, second):
        cases.pass_on(case_no=case.no, verdicts=right(case), by=shop[0].by["pre_reviewer"], now=TUESDAY_NINE)

    page = text(me.client.get(f"/bundles/{bundle.no}/"))
    row = text(me.get("/cases/"))

    assert (page.count("预约时间，带原件来"), "现在不用你办什么" in page) == (2, False)
    assert ("下一步: 预约时间，带原件来" in row or "下一步：预约时间，带原件来" in row) is True


def test_the_whole_says_what_was_promised_to_follow_and_by_when(shop, me):
    bundle = sent_whole(me)
    first, _ = cases_of(bundle)
    due, later = TUESDAY_NINE.date() + timedelta(days=5), TUESDAY_NINE + timedelta(minutes=1)
    Case.objects.filter(pk=first.pk).update(phase="accepted", accepted_at=later, received_at=later)
    row = Obligation.objects.create(case=first, code="lease", due_on=due)

    owed = text(me.client.get(f"/bundles/{bundle.no}/"))
    Obligation.objects.filter(pk=row.pk).update(met_at=TUESDAY_NINE)
    met = text(me.client.get(f"/bundles/{bundle.no}/"))

    assert ("租约" in owed, "答应后补的材料" in owed, "3月15日" in owed) == (True, True, True)
    assert ("答应后补的材料" in met, "现在不用你办什么" in met) == (False, True)


def test_all_of_it_is_checked_before_it_is_sent(me):
    bundle = begun(me)
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    lacking = text(me.client.get(f"/bundles/{bundle.no}/check/"))
    handed_in(me, cases_of(bundle)[0], "id", "lease")

    page = text(me.client.get(f"/bundles/{bundle.no}/check/"))

    assert ("还差 2 份材料" in lacking, "还差 2 份材料" in page, phases(bundle)) == (True, False, ["draft"] * 2)
    assert [page.count(each) for each in ("小镇书店", "一号路 2 号", "店面是谁的", "身份证", "租约")] == [1] * 5
    assert [each in page for each in ("招牌设置", "9 个工作日", "提交即表示所填属实")] == [True] * 3


def test_a_paper_that_may_follow_is_named_with_the_time_it_has(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    sign = Item.objects.get(code="sign").handling
    papers = [{**each, "necessity": "deferrable"} if each["code"] == "lease" else each for each in sign["materials"]]
    for code in ("pension", "sign"):
        retell(matters, item=code, materials=papers)
    bundle = begun(me)
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    handed_in(me, cases_of(bundle)[0], "id")

    page = text(me.client.get(f"/bundles/{bundle.no}/check/"))
    sent = me.client.post(f"/bundles/{bundle.no}/check/")
    first = cases_of(bundle)[0]
    cases.pass_on(case_no=first.no, verdicts=right(first), by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    passed = text(me.client.get(f"/cases/{first.no}/"))

    assert ("最晚在受理后" in page, page.count("租约")) == (True, 2)
    assert sent["Location"] == f"/bundles/{bundle.no}/"
    assert ("租约" in passed, "最晚在受理后" in passed) == (True, True)


def test_the_page_to_check_on_is_nobody_elses_and_gone_once_it_is_sent(shop, me, theirs):
    bundle = begun(me)
    strange = theirs.client.get(f"/bundles/{bundle.no}/check/"), theirs.client.post(f"/bundles/{bundle.no}/check/")
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    handed_in(me, cases_of(bundle)[0], "id", "lease")
    me.client.post(f"/bundles/{bundle.no}/check/")

    again = me.client.get(f"/bundles/{bundle.no}/check/"), me.client.post(f"/bundles/{bundle.no}/check/")

    assert [each.status_code for each in strange] == [404, 404]
    assert [each["Location"] for each in again] == [f"/bundles/{bundle.no}/"] * 2


def sent_whole(me: Phone) -> Bundle:
    bundle = begun(me)
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    handed_in(me, cases_of(bundle)[0], "id", "lease")
    me.client.post(f"/bundles/{bundle.no}/check/")
    return bundle


def right(case: Case) -> list[cases.Verdict]:
    codes = case.materials.values_list("code", flat=True).distinct().order_by("code")
    return [cases.Verdict(code, ok=True) for code in codes]


def test_what_is_missing_sends_nothing_and_is_said_at_its_field(me):
    bundle = begun(me)

    sent = me.client.post(f"/bundles/{bundle.no}/check/")
    page = text(me.client.get(sent["Location"]))

    assert sent["Location"] == f"/bundles/{bundle.no}/form/?faults=all"
    assert "缺店名" in page
    assert phases(bundle) == ["draft", "draft"]


def marks_on(me: Phone, bundle: Bundle) -> dict[str, str]:
    """What a tab that is opened now holds of every field."""
    page = me.client.get(f"/bundles/{bundle.no}/form/").content.decode()
    return dict(re.findall(r'name="(w-\d+)" value="(\w+)"', page))


def leave(me: Phone, bundle: Bundle, field: int, name: str, value: str, marks: dict[str, str]) -> Any:
    """A field as the script sends it when it is left."""
    typed = {f"f-{name}": value, f"w-{field}": marks[f"w-{field}"]}
    return me.client.post(f"/bundles/{bundle.no}/form/{field}", typed, headers={"HX-Request": "true"})


def test_an_older_tab_writes_over_nothing_and_keeps_what_was_typed(me):
    bundle = begun(me)
    older = marks_on(me, bundle)
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})

    typed = {"f-business-address": "九号路 9 号", "f-sign.words": "书", **older}
    late = me.client.post(f"/bundles/{bundle.no}/form/", typed)

    assert late.status_code == 409
    assert ("九号路 9 号" in text(late), "一号路 2 号" in text(late)) == (True, True)
    assert [form_of(case)["address"] for case in cases_of(bundle)] == ["一号路 2 号"] * 2


def test_a_field_is_saved_as_it_is_left_in_every_case_and_is_there_on_another_device(me):
    bundle = begun(me)
    marks = marks_on(me, bundle)

    saved = leave(me, bundle, 1, "business-address", "一号路 2 号", marks)
    elsewhere = text(me.client.get(f"/bundles/{bundle.no}/form/"))

    assert (saved.status_code, "已保存" in text(saved), 'id="line-1"' in text(saved)) == (200, True, True)
    assert [form_of(case)["address"] for case in cases_of(bundle)] == ["一号路 2 号"] * 2
    assert 'value="一号路 2 号"' in elsewhere


def test_two_tabs_save_two_fields_and_clash_in_one(me):
    bundle = begun(me)
    one, other = marks_on(me, bundle), marks_on(me, bundle)

    said = [
        leave(me, bundle, 1, "business-address", "一号路", one).status_code,
        leave(me, bundle, 0, "pension.name", "书店", other).status_code,
        leave(me, bundle, 1, "business-address", "二号路", other).status_code,
        leave(me, bundle, 1, "business-address", "一号路", other).status_code,
    ]

    assert said == [200, 200, 409, 200]
    assert [form_of(case)["address"] for case in cases_of(bundle)] == ["一号路"] * 2


def test_a_field_that_is_none_or_of_what_was_sent_saves_nothing(me):
    bundle = begun(me)
    marks = marks_on(me, bundle)
    nowhere = me.client.post(f"/bundles/{bundle.no}/form/99", {}).status_code
    me.client.post(f"/bundles/{bundle.no}/withdraw")

    late = leave(me, bundle, 1, "business-address", "一号路", marks)

    assert (nowhere, late.status_code, late["HX-Retarget"]) == (404, 409, "#case-panel")


def test_a_case_of_it_leads_back_to_the_whole(me):
    bundle = begun(me)
    no = cases_of(bundle)[1].no

    led = [me.client.get(f"/cases/{no}/{page}/")["Location"] for page in ("form", "check")]

    assert led == [f"/bundles/{bundle.no}/form/", f"/bundles/{bundle.no}/check/"]
    assert f"/bundles/{bundle.no}/" in text(me.client.get(f"/cases/{no}/"))


def test_two_taps_open_one_bundle(me):
    begun(me)

    again = me.client.post(
        "/together/open-shop/begin", {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(me.person.pk)}
    )

    assert again.status_code in (302, 409)
    assert (Bundle.objects.count(), Case.objects.count()) == (1, 2)


def test_all_of_it_is_taken_back(me):
    bundle = begun(me)

    me.client.post(f"/bundles/{bundle.no}/withdraw")

    assert phases(bundle) == ["withdrawn", "withdrawn"]
    assert "全部终止了" in text(me.client.get(f"/bundles/{bundle.no}/"))


def test_a_bundle_is_nobody_elses(shop, theirs):
    bundle = opened(shop[0])

    paths = ("", "form/", "send", "withdraw", "form/0")
    answers = [theirs.client.get(f"/bundles/{bundle.no}/{p}").status_code for p in paths[:2]]
    answers += [theirs.client.post(f"/bundles/{bundle.no}/{p}").status_code for p in paths[2:]]

    assert answers == [404] * 5


def test_the_papers_of_all_stand_on_one_page_each_once(me):
    bundle = begun(me)
    shop, sign = cases_of(bundle)

    before = text(me.get(f"/bundles/{bundle.no}/papers/"))
    led = me.client.get(f"/cases/{sign.no}/papers/")["Location"]
    handed_in(me, shop, "lease")
    after = text(me.get(f"/bundles/{bundle.no}/papers/"))

    rows = CaseMaterial.objects.filter(code="lease", gone_at=None).order_by("case_id")
    assert (before.count('id="paper-lease"'), led) == (1, f"/bundles/{bundle.no}/papers/")
    assert list(rows.values_list("case__no", flat=True)) == [shop.no, sign.no]
    assert ("已有 0 份" in before, "已有 1 份" in after) == (True, True)


def test_the_one_page_of_papers_is_nobody_elses(me, anybody):
    bundle = begun(me)

    assert anybody.client.get(f"/bundles/{bundle.no}/papers/").status_code in (302, 404)


# --- For an organisation ----------------------------------------------------------------------------------------


def for_firm(me: Phone, limits: Limits = UNLIMITED) -> tuple[Organisation, Any]:
    """Begun for an organisation whose agent, so limited, this account is."""
    made = identity.enrol_organisation(uscc=CODE, name=FIRM, by=CLERK, now=TUESDAY_NINE)
    identity.authorise_member(
        organisation_id=made.pk, person_id=me.person.pk, role="agent", valid_until=None, limits=limits, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": f"org-{made.pk}"}
    return made, me.client.post("/together/open-shop/begin", said)


def test_an_organisation_begins_fills_sends_and_takes_back_all_of_it(me):
    offered = text(me.client.get(f"/together/open-shop/begin{SAID}"))
    made, answer = for_firm(me)
    offered_then = text(me.client.get(f"/together/open-shop/begin{SAID}"))
    bundle = Bundle.objects.get()

    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    handed_in(me, cases_of(bundle)[0], "id", "lease")
    me.client.post(f"/bundles/{bundle.no}/check/")
    sent, page = phases(bundle), text(me.client.get(f"/bundles/{bundle.no}/"))
    me.client.post(f"/bundles/{bundle.no}/withdraw")

    assert (answer.status_code, f"org-{made.pk}" in offered, f"org-{made.pk}" in offered_then) == (302, False, True)
    assert (bundle.organisation_id, {case.organisation_id for case in cases_of(bundle)}) == (made.pk, {made.pk})
    assert {case.applicant for case in cases_of(bundle)} == {FIRM}
    assert (sent, phases(bundle), FIRM in page) == (["pre_review"] * 2, ["withdrawn"] * 2, True)


def test_what_is_partly_for_people_alone_is_no_organisations(me):
    Item.objects.filter(code="sign").update(audience="person")

    made, answer = for_firm(me)

    assert (answer.status_code, f"org-{made.pk}" in text(answer), Bundle.objects.count()) == (422, False, 0)


def test_a_member_of_one_of_the_matters_begins_none_of_it(me):
    _, answer = for_firm(me, Limits(items=("pension",)))

    assert (answer.status_code, Bundle.objects.count(), Case.objects.count()) == (409, 0, 0)
    assert "你在别的事项上代表这个单位" in text(answer)


def test_who_only_fills_in_sees_who_sends_the_whole(me):
    made, _ = for_firm(me, Limits(sends=False))
    bundle = Bundle.objects.get()
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    handed_in(me, cases_of(bundle)[0], "id", "lease")

    page, answer = text(me.client.get(f"/bundles/{bundle.no}/")), me.client.post(f"/bundles/{bundle.no}/check/")

    assert ("你替这个单位填写" in page, answer.status_code, phases(bundle)) == (True, 409, ["draft"] * 2)


def test_what_the_authorities_hold_of_the_organisation_need_not_be_sent(me):
    made, _ = for_firm(me)
    bundle = Bundle.objects.get()
    library.issue_certificate(
        organisation_id=made.pk, type="resident-id", number="1", name_zh="证", name_en="Card", issued_on=TUESDAY_NINE.date(),
        issuer_zh="局", issuer_en="Body", trust="A", source="", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    me.client.post(f"/bundles/{bundle.no}/papers/held", {"consent": "1"})

    assert CaseMaterial.objects.filter(channel="library", case__bundle=bundle).count() == 2


# --- Among my cases ---------------------------------------------------------------------------------------------


def test_what_was_begun_as_one_is_one_row_with_one_next_step_and_opens_to_its_cases(shop, me):
    bundle, by = begun(me), shop[0].by
    draft = text(me.get("/cases/"))
    me.client.post(f"/bundles/{bundle.no}/form/", {**TYPED, **marks_on(me, bundle), "go": "on"})
    first, second = cases_of(bundle)
    handed_in(me, first, "id", "lease")
    me.client.post(f"/bundles/{bundle.no}/check/")
    codes = second.materials.values_list("code", flat=True).distinct().order_by("code")
    wrong = [cases.Verdict(code, ok=False, reason="看不清") for code in codes]
    cases.send_back(case_no=second.no, verdicts=wrong, by=by["pre_reviewer"], now=TUESDAY_NINE)

    page = text(me.get("/cases/"))

    assert (draft.count("开书店"), "下一步" in draft, draft.count("<details")) == (1, True, 1)
    assert (page.count("开书店"), page.count("下一步"), page.count('href="/cases/4')) == (1, 1, 2)
    assert (f'href="/bundles/{bundle.no}/"' in page, "2 件办结了 0 件" in page) == (True, True)


def test_rows_are_counted_not_cases_where_a_page_ends(me, monkeypatch):
    monkeypatch.setattr("banshi.surfaces.citizen.my_cases.PAGE", 1)
    bundle = begun(me)

    first, second = text(me.get("/cases/")), text(me.get("/cases/", page="2"))

    assert (f"/bundles/{bundle.no}/" in first, "?page=2" in first, bundle.no in second) == (True, False, False)


def test_of_which_a_member_sees_one_case_only_that_one_is_a_row(shop, me):
    for_firm(me)
    bundle = Bundle.objects.get()
    Case.objects.filter(pk=cases_of(bundle)[1].pk).update(account=None, person=shop[0].town.person(7))

    page = text(me.get("/cases/"))

    assert (f"/bundles/{bundle.no}/" in page, page.count('class="card next')) == (False, 1)


def test_who_is_not_known_far_enough_sees_where_to_go_before_all_of_it_is_sent(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    retell(matters, online_level="window")
    bundle = begun(me)
    pages = [f"/bundles/{bundle.no}/{step}" for step in ("", "papers/")]
    known = [text(me.get(path)) for path in pages]
    Account.objects.update(person_evidence=0)

    told = [text(me.get(path)) for path in pages]
    sent = me.client.post(f"/bundles/{bundle.no}/check/").content.decode()

    assert [("要先核验身份" in each, 'href="/book/pension/?hall=town"' in each) for each in known] == [
        (False, False)
    ] * 2
    assert [("要先核验身份" in each, 'href="/book/pension/?hall=town"' in each) for each in told] == [(True, True)] * 2
    assert 'href="/book/pension/?hall=town"' in sent
    assert set(phases(bundle)) == {"draft"}
