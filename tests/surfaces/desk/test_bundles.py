"""一件事 at the window: what lies on the counter is ticked once and received for all of it; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from banshi.journeys.case import at_window, changing
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import cases_of, form_of
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.models import Item, OneMatter
from tests.bundles import ANSWERS, opened, sign_of
from tests.surfaces.desk.served import press, serve
from tests.surfaces.desk.test_firms import ENTERED, NAME
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(matters):
    sign_of(matters.town)
    return matters


def test_all_of_it_is_received_in_one_press(clerk, two):
    bundle = opened(two)
    ticket = serve(two.town, 1)

    page = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id", "lease", "photo"]})

    assert page.count('value="lease"') == 1
    assert answer.status_code == 302
    assert [(case.phase, case.visit_id) for case in cases_of(bundle)] == [("received", ticket.visit_id)] * 2
    assert CaseMaterial.objects.filter(gone_at=None, verdict="ok").count() == 5


def test_a_walk_in_begins_what_is_done_together_and_says_each_thing_once(clerk, two):
    OneMatter.objects.create(code="shop", name_zh="开店", name_en="A shop", audience="person", items="pension;sign")
    OneMatter.objects.create(code="else", name_zh="别处办", name_en="Else", audience="person", items="pension;moon")
    ticket = serve(two.town, 1)
    thread = f"/desk/cases/{ticket.ref}/"

    offered = re.findall(r'name="matter" value="(\w+)"', clerk.get(thread).content.decode())
    began = clerk.post(f"{thread}open-together", {"matter": "shop"})
    shop, sign = cases_of(Bundle.objects.get())
    changing.change(
        case_no=shop.no, answers=ANSWERS, form={"name": "书店", "address": "一号路"}, by=CLERK, now=TUESDAY_NINE
    )
    changing.change(case_no=sign.no, form={"words": "书"}, by=CLERK, now=TUESDAY_NINE)
    clerk.post(f"{thread}together/{shop.bundle.no}", {"paper": ["id", "lease", "photo"]})

    assert offered == ["shop"]
    assert began["Location"] == f"{thread}together/{shop.bundle.no}/"
    assert (shop.channel, shop.visit_id, shop.bundle.matter) == ("window", ticket.visit_id, "shop")
    assert [case.phase for case in cases_of(Bundle.objects.get())] == ["received", "received"]
    assert form_of(Case.objects.get(pk=sign.pk))["address"] == "一号路"


def test_what_is_kept_at_the_window_of_one_is_kept_of_all(clerk, two):
    bundle = opened(two)
    shop, sign = cases_of(bundle)
    said = at_window.Brought(phase="draft", form={"address": "三号路"})

    at_window.keep(case_no=shop.no, brought=said, by=CLERK, now=TUESDAY_NINE)

    assert form_of(Case.objects.get(pk=sign.pk))["address"] == "三号路"


def test_a_second_press_leads_to_what_goes_on(clerk, two):
    OneMatter.objects.create(code="shop", name_zh="开店", name_en="A shop", audience="person", items="pension;sign")
    ticket = serve(two.town, 1)
    for _ in range(2):
        answer = clerk.post(f"/desk/cases/{ticket.ref}/open-together", {"matter": "shop"})

    assert (answer.status_code, Bundle.objects.count()) == (409, 1)
    assert 'name="matter" value="shop"' in answer.content.decode()


def test_what_is_not_filled_in_receives_none_of_it(clerk, two):
    bundle = opened(two, form={})
    ticket = serve(two.town, 1)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id", "lease"]})

    assert answer.status_code == 422
    assert [case.phase for case in cases_of(bundle)] == ["draft", "draft"]


def test_a_bundle_of_somebody_else_is_not_there(clerk, two):
    bundle = opened(two)
    ticket = serve(two.town, 2)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/together/{bundle.no}", {"paper": ["id"]})

    assert answer.status_code == 404
    assert [case.phase for case in cases_of(bundle)] == ["draft", "draft"]


def whole_form(bundle: Bundle, **more):
    said = {
        "q-premises": "rented", "q-food": "no", "f-pension.name": "书店",
        "f-business-address": "一号路 2 号", "f-sign.words": "书",
    }  # fmt: skip
    return {"revision": str(bundle.revision), "paper": ["id", "lease", "photo"], **said, **more}


@pytest.fixture
def walk_in(clerk, two):
    """Somebody stands at the window for a 一件事 that is begun: its thread, and the page of its one form."""
    OneMatter.objects.create(code="shop", name_zh="开店", name_en="A shop", audience="person", items="pension;sign")
    ticket = serve(two.town, 1)
    began = clerk.post(f"/desk/cases/{ticket.ref}/open-together", {"matter": "shop"})
    return ticket, began["Location"]


def test_each_fact_is_asked_once_and_each_paper_counted_once_for_all_of_it(clerk, two, walk_in):
    ticket, page = walk_in
    bundle = Bundle.objects.get()

    clerk.post(f"{page}keep", {"revision": "0", "q-premises": "rented", "q-food": "no"})
    shown = clerk.get(page).content.decode()
    answer = clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get()))

    assert [shown.count(f'name="{name}"') for name in ("f-business-address", "f-sign.words", "f-pension.name")] == [
        1,
        1,
        1,
    ]
    assert [shown.count(f'name="paper" value="{code}"') for code in ("id", "lease", "photo")] == [1, 1, 1]
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert [case.phase for case in cases_of(bundle)] == ["received", "received"]
    assert {form_of(case)["address"] for case in cases_of(bundle)} == {"一号路 2 号"}
    assert CaseMaterial.objects.filter(gone_at=None, verdict="ok").count() == 5


def test_who_received_it_together_is_told_and_prints_each_receipt(clerk, two, walk_in):
    _, page = walk_in

    clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get()))
    shown = clerk.get(page).content.decode()

    receipts = CasePaper.objects.filter(kind="receipt")
    assert "一起收件了" in shown
    assert [each.number in shown for each in receipts] == [True, True]
    assert ("租约" in shown, "不用交材料" in shown, "表在网上填好了" in shown) == (True, False, False)


def test_a_question_not_answered_is_named_and_marked(clerk, two, walk_in):
    _, page = walk_in

    answer = clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get(), **{"q-food": ""}))

    shown = re.sub(r"\s+", " ", answer.content.decode())
    assert answer.status_code == 422
    assert re.search(r'aria-labelledby="ask-food" aria-invalid="true"', shown)
    assert re.search(r'href="#ask-food"> 还没回答：', shown)


def test_one_of_it_is_turned_away_with_nothing_filled_in_and_the_rest_goes_on(clerk, two, walk_in):
    ticket, page = walk_in
    shop, sign = cases_of(Bundle.objects.get())
    before = clerk.get(page).content.decode()

    away = press(clerk, ticket, sign, "refuse", ground="other_body", reason="招牌由城管局管", body="区城管局")
    answer = clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get()))

    assert ("先答情形" in before, "together/" in before, 'data-key="Space"' in before) == (True, True, False)
    assert (away.status_code, answer.status_code) == (302, 302)
    assert [case.phase for case in cases_of(Bundle.objects.get())] == ["received", "not_accepted"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_or_ticked_is_lost(clerk, two, walk_in):
    _, page = walk_in

    answer = clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get(), **{"f-sign.words": ""}))

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="wrong-sign.words"' in shown
    assert 'value="书店"' in shown
    assert re.search(r'name="paper" value="lease"[^>]* checked', shown)
    assert [case.phase for case in cases_of(Bundle.objects.get())] == ["draft", "draft"]


def test_two_desks_never_overwrite_each_other_unseen(clerk, two, walk_in):
    _, page = walk_in
    before = whole_form(Bundle.objects.get())
    clerk.post(f"{page}keep", before)

    answer = clerk.post(page.rstrip("/"), before)

    assert answer.status_code == 409
    assert [case.phase for case in cases_of(Bundle.objects.get())] == ["draft", "draft"]


def test_a_folder_collected_before_asks_for_no_form_again(clerk, two):
    """From the thread: to its page, the whole list is there, receive: three presses."""
    bundle = opened(two)
    Case.objects.update(phase="pre_passed")
    ticket = serve(two.town, 1)
    page = f"/desk/cases/{ticket.ref}/together/{bundle.no}/"

    shown = clerk.get(page).content.decode()
    clerk.post(page.rstrip("/"), {"revision": "0", "paper": ["id", "lease", "photo"]})

    assert ("data-whole" in shown, 'name="f-' in shown) == (True, False)
    assert [case.phase for case in cases_of(bundle)] == ["received", "received"]


def test_the_one_form_of_somebody_else_is_not_there(clerk, two):
    bundle = opened(two)
    ticket = serve(two.town, 2)
    page = f"/desk/cases/{ticket.ref}/together/{bundle.no}/"

    assert (clerk.get(page).status_code, clerk.post(f"{page}keep", whole_form(bundle)).status_code) == (404, 404)


def test_an_organisation_begins_at_the_window_with_its_licence_filled_in(clerk, two):
    """What its licence says is not asked, and the whole is its own."""
    firm = {"code": "firm", "label_zh": "单位名称", "label_en": "Organisation", "type": "text", "group_zh": "店",
            "group_en": "Shop", "element": "organisation-name"}  # fmt: skip
    for code in ("pension", "sign"):
        item = Item.objects.get(code=code)
        item.handling = {**item.handling, "fields": [*item.handling["fields"], firm]}
        item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    of_catalogue.forget()
    of_catalogue.forget_handlings()
    OneMatter.objects.create(code="shop", name_zh="开店", name_en="A shop", audience="both", items="pension;sign")
    ticket = serve(two.town, 1)
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])
    thread = f"/desk/cases/{ticket.ref}/"

    clerk.post(f"{thread}firm/enter", ENTERED)
    clerk.post(f"{thread}open-together", {"matter": "shop"})
    rows = cases_of(Bundle.objects.get())
    page = clerk.get(f"{thread}together/{rows[0].bundle.no}/").content.decode()

    assert {case.organisation.name for case in rows} == {NAME}
    assert [form_of(case)["firm"] for case in rows] == [NAME, NAME]
    assert page.count(f'value="{NAME}"') == 1


def test_what_did_not_come_with_the_others_is_named_with_its_case_and_its_day(clerk, two, walk_in):
    _, page = walk_in

    clerk.post(page.rstrip("/"), whole_form(Bundle.objects.get(), paper=["id", "lease"]))
    received = clerk.get(page).content.decode()
    shop, _ = cases_of(Bundle.objects.get())
    day = TUESDAY_NINE.date() + timedelta(days=3)
    Case.objects.filter(pk=shop.pk).update(locked_by=None, locked_until=None)
    cases.accept(case_no=shop.no, deferred=[("photo", day)], by=two.by["receiver"], now=TUESDAY_NINE)
    accepted = clerk.get(page).content.decode()

    owed = re.sub(r"\s+", " ", received[received.index("还缺<") :])
    assert ("一起收件了" in received, "已收件，还缺下列材料" in received) == (False, True)
    assert re.search(rf"店面照片 <span[^>]*>{shop.item.name_zh} · 可以后补", owed)
    assert re.search(rf"{day.month}月{day.day}日[^<]*前补交", re.sub(r"\s+", " ", accepted))


def test_the_button_that_receives_all_says_that_it_is_being_done(clerk, two, walk_in):
    ticket, page = walk_in
    clerk.post(f"{page}keep", {"revision": "0", "q-premises": "rented", "q-food": "no"})

    shown = clerk.get(page).content.decode()

    assert ('hx-indicator="#receiving"' in shown, 'id="receiving" role="status"' in shown) == (True, True)
