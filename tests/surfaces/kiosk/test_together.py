"""一件事 at the machine: picked or of the catalogue, its one form screen by screen, sent as one; nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions import change_bundle
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.catalogue.models import Item, OneMatter
from banshi.rooms.catalogue.rules.one_matters import EMPTY
from banshi.rooms.devices.models import Device
from banshi.surfaces.kiosk import sitting
from tests.bundles import opened as begun_on_phone
from tests.bundles import sign_of
from tests.matters import Matters, matters_of
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_filling import HERE, lay, said
from tests.surfaces.kiosk.test_papers import photo
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
PICKED = f"{HERE}/together/pension+sign"
RENTED = {"a": ["premises:rented", "food:no"]}


@pytest.fixture
def matters(opened: Town) -> Matters:
    found = matters_of(opened)
    sign_of(found.town)
    return found


def begun(machine: Client, matters: Matters) -> Bundle:
    lay(machine, matters)
    machine.post(f"{PICKED}/new", RENTED)
    return Bundle.objects.get()


def filled(machine: Client, whole: Bundle) -> Any:
    answer, page = None, machine.get(f"{HERE}/bundles/{whole.no}/form?at=0")
    values = {"pension.name": "小镇书店", "business-address": "一号路 2 号", "sign.words": "书"}
    for _ in range(6):
        screen = page.context["screen"]
        sent = {f"f-{line.field.code}": values[line.field.code] for line in screen.lines if line.field.code in values}
        marks = {f"w-{line.no}": line.mark for line in screen.lines}
        answer = machine.post(f"{HERE}/bundles/{whole.no}/form", {"at": screen.at, "go": "on", **marks, **sent})
        if answer.status_code != 302 or answer["Location"].endswith("/papers"):
            break
        page = machine.get(answer["Location"])
    return answer


def test_from_the_card_to_all_of_it_sent(matters: Matters, machine: Client, kiosk: Device) -> None:
    lay(machine, matters)
    alone = machine.get(f"{HERE}/begin/pension?a=premises:rented&a=food:no")
    more = machine.get(f"{HERE}/begin?with=pension")
    question = machine.get(PICKED)
    takes = machine.get(f"{PICKED}?a=premises:rented&a=food:no")
    machine.post(f"{PICKED}/new", RENTED)
    whole = Bundle.objects.get()
    done = filled(machine, whole)
    papers = machine.get(f"{HERE}/bundles/{whole.no}/papers")
    early = machine.post(f"{HERE}/bundles/{whole.no}/check")
    stick = papers.context["stick"]
    for each in papers.context["papers"]:
        if each.lacks:
            code = each.wanted.row.code
            machine.post(f"{HERE}/papers", {"step": stick, "case": each.case.no, "code": code, "file": photo()})
    check = machine.get(f"{HERE}/bundles/{whole.no}/check")
    sent = machine.post(f"{HERE}/bundles/{whole.no}/check", follow=True)
    slip = machine.post(f"{HERE}/bundles/{whole.no}/sent")
    again = machine.post(f"{HERE}/bundles/{whole.no}/check", follow=True)  # pressed twice

    assert "begin?with=pension" in alone.content.decode()
    assert "together/pension+sign" in more.content.decode()
    assert ("店面是谁的" in said(question), "招牌设置" in said(takes)) == (True, True)
    assert done["Location"] == f"{HERE}/bundles/{whole.no}/papers"
    addresses = {case.item.code: queries.form_of(case)["address"] for case in queries.cases_of(whole)}
    assert addresses == {"pension": "一号路 2 号", "sign": "一号路 2 号"}
    assert (early.status_code, "去看材料" in said(early)) == (409, True)
    assert ("小镇书店" in said(check), "招牌设置" in said(check)) == (True, True)
    assert {case.phase for case in Case.objects.all()} == {"pre_review"}
    assert (sent.status_code, whole.no in said(sent), again.status_code) == (200, True, 200)
    assert "在下面取走小票" in said(slip)


def test_a_catalogues_one_is_offered_where_every_item_of_it_is_handled_here(matters: Matters, machine: Client) -> None:
    OneMatter.objects.create(
        code="open-shop",
        **{**EMPTY, "name_zh": "开小店一件事", "name_en": "Open a shop", "items": "pension?food=no;sign"},
    )
    OneMatter.objects.create(
        code="far", **{**EMPTY, "name_zh": "远的一件事", "name_en": "Far", "items": "pension;nowhere"}
    )
    lay(machine, matters)

    found = said(machine.get(f"{HERE}/begin"))
    machine.post(f"{HERE}/together/open-shop/new", {"a": ["premises:rented"]})

    assert ("开小店一件事" in found, "远的一件事" in found) == (True, False)
    assert Bundle.objects.get().matter == "open-shop"
    assert {case.channel for case in Case.objects.all()} == {"kiosk"}
    assert Case.objects.get(item__code="pension").answers == {"premises": "rented", "food": "no"}
    assert "开小店一件事" in said(machine.get(f"{HERE}/mine"))


def test_what_the_phone_began_goes_on_here_and_nothing_is_overwritten_unseen(matters: Matters, machine: Client) -> None:
    whole = begun_on_phone(matters)
    mine = said(lay(machine, matters))
    page = machine.get(f"{HERE}/bundles/{whole.no}/form?at=0")
    change_bundle(bundle_no=whole.no, form={"business-address": "手机上写的"}, by=matters.applicant, now=TUESDAY_NINE)
    clash = machine.post(
        f"{HERE}/bundles/{whole.no}/form",
        {"at": "0", "go": "on", "f-business-address": "机器上写的"}
        | {f"w-{line.no}": line.mark for line in page.context["screen"].lines},
    )

    assert (mine.count(whole.no), "2 件事" in mine) == (1, True)
    assert (clash.status_code, "手机上写的" in said(clash)) == (409, True)
    case = Case.objects.get(item__code="sign")
    assert machine.get(f"{HERE}/mine/{case.no}/form")["Location"] == f"{HERE}/bundles/{whole.no}/form"
    assert machine.get(f"{HERE}/mine/{case.no}/check")["Location"] == f"{HERE}/bundles/{whole.no}/papers"


def test_nothing_of_it_stays_and_no_other_card_sees_it(matters: Matters, machine: Client) -> None:
    whole = begun(machine, matters)
    pages = [f"{HERE}/bundles/{whole.no}/{page}" for page in ("form", "papers", "check", "sent")]
    kept = machine.get(pages[0] + "?at=0")["Cache-Control"]
    machine.get(f"{HERE}/")  # done: the next person
    after = [machine.get(page) for page in [*pages, PICKED]]
    machine.post(f"{HERE}/mine", {"chip": chip(matters.town.person(5))})
    others = [machine.get(page).status_code for page in pages]

    assert kept == "no-store"
    assert {answer["Location"] for answer in after} == {f"{HERE}/mine"}
    assert others == [404] * 4


def test_silence_ends_it(matters: Matters, machine: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = begun(machine, matters)
    later = clock.wall() + timedelta(seconds=sitting.FOR_S + 1)
    monkeypatch.setattr(clock, "wall", lambda: later)

    answer = machine.get(f"{HERE}/bundles/{whole.no}/form")

    assert answer["Location"] == f"{HERE}/mine"


def test_why_they_do_not_go_together_is_said_before_anything_is_begun(matters: Matters, machine: Client) -> None:
    Item.objects.filter(code="sign").update(audience="firm")
    Item.objects.filter(code="pension").update(audience="person")
    lay(machine, matters)

    page, answer = machine.get(PICKED), machine.post(f"{PICKED}/new", RENTED)
    elsewhere = machine.get(f"{HERE}/together/pension+nowhere")

    assert ("不能一起" in said(page) or "只由单位" in said(page) or "单位" in said(page), answer.status_code) == (
        True,
        302,
    )
    assert (elsewhere.status_code, Bundle.objects.count()) == (404, 0)


def test_the_fees_of_several_say_how_they_come_about(matters: Matters, machine: Client) -> None:
    matters.costs_by_copy(1)
    lay(machine, matters)
    takes = machine.get(f"{PICKED}?a=premises:rented&a=food:no")
    machine.post(f"{PICKED}/new", RENTED)
    whole = Bundle.objects.get()
    change_bundle(bundle_no=whole.no, form={"pension.copies": "3"}, by=matters.applicant, now=TUESDAY_NINE)
    check = machine.get(f"{HERE}/bundles/{whole.no}/check")

    [(item, fee)] = check.context["fees"]
    assert (item.code, str(fee.amount), fee.text_zh) == ("pension", "20.00", "许可证副本")
    assert ("许可证副本" in said(takes), "每多 1 份加 10 元" in said(takes)) == (True, True)
    assert ("¥ 20.00" in said(check), fee.how_zh in said(check), fee.how_zh != "") == (True, True, True)


def test_who_finds_it_before_the_card_was_asked_for_comes_to_it_by_the_card(matters: Matters, machine: Client) -> None:
    OneMatter.objects.create(
        code="open-shop", name_zh="我要开书店", name_en="Opening a bookshop", audience="person", items="pension;sign", order=1,
    )  # fmt: skip

    found = machine.get(f"{HERE}/search", {"q": "开书店"}).content.decode()
    asked = machine.get(f"{HERE}/mine?together=open-shop")
    came = lay_for(machine, matters, "open-shop")
    strange = machine.get(f"{HERE}/mine?together=nothing")

    assert f"{HERE}/mine?together=open-shop" in found
    assert 'name="together" value="open-shop"' in asked.content.decode()
    assert came["Location"] == f"{HERE}/together/open-shop"
    assert strange.status_code == 200


def lay_for(machine: Client, matters: Matters, together: str) -> Any:
    """The card, laid there by somebody who came for this."""
    return machine.post(f"{HERE}/mine", {"chip": chip(matters.person), "together": together})
