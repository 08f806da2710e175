"""A matter filled in at the machine: from the card to the sent case; phone, two devices; and nothing left behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from banshi.foundation import clock
from banshi.journeys.case import from_library
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices.models import Device
from banshi.surfaces.kiosk import sitting
from tests.matters import Matters, matters_of
from tests.rooms.cases.test_promising import SAID
from tests.rules_of_shop import ruled
from tests.standing import shown_at_page
from tests.surfaces.citizen.cases import retell
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_papers import photo
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town"
RENTED = {"a": ["premises:rented", "food:no"]}


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def lay(machine: Client, matters: Matters) -> Any:
    """The applicant's card; their matters."""
    return machine.post(f"{HERE}/mine", {"chip": chip(matters.person)}, follow=True)


def begun(machine: Client, matters: Matters) -> Case:
    lay(machine, matters)
    machine.post(f"{HERE}/begin/pension/new", RENTED)
    return Case.objects.get()


def fill(machine: Client, case: Case, page: Any = None, *, go: str = "on", **values: str) -> Any:
    """One screen sent, with the marks of the page it was seen on."""
    page = page or machine.get(f"{HERE}/mine/{case.no}/form?at=0")
    screen = page.context["screen"]
    marks = {f"w-{line.no}": line.mark for line in screen.lines}
    typed = {f"f-{code}": value for code, value in values.items()}
    return machine.post(f"{HERE}/mine/{case.no}/form", {"at": screen.at, "go": go, **marks, **typed})


def test_from_the_card_to_the_sent_case(matters: Matters, machine: Client, kiosk: Device) -> None:
    mine = lay(machine, matters)
    found = machine.get(f"{HERE}/begin")
    first = machine.get(f"{HERE}/begin/pension")
    second = machine.get(f"{HERE}/begin/pension?a=premises:rented")
    takes = machine.get(f"{HERE}/begin/pension?a=premises:rented&a=food:no")
    opened = machine.post(f"{HERE}/begin/pension/new", RENTED)
    case = Case.objects.get()
    form = machine.get(opened["Location"])
    saved = fill(machine, case, form, name="小镇书店", address="一号路 2 号", phone="13800138000")
    stick = machine.get(f"{HERE}/mine/{case.no}/papers").context["stick"]
    early = machine.post(f"{HERE}/mine/{case.no}/check")
    for code in ("id", "lease"):
        sent_file = machine.post(
            f"{HERE}/papers", {"step": stick, "case": case.no, "code": code, "file": photo()}
        )  # fmt: skip
    check = machine.get(f"{HERE}/mine/{case.no}/check")
    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)
    slip = machine.post(f"{HERE}/mine/{case.no}/sent")

    assert ("在本厅没有你正在办的事" in said(mine), "开店" in said(found) or "养老" in said(found)) == (True, True)
    assert ("店面是谁的" in said(first), "卖吃的吗" in said(second), "租约" in said(takes)) == (True, True, True)
    assert (case.channel, case.opened_by.split(":")[0], case.answers) == (
        "kiosk",
        "kiosk",
        {"premises": "rented", "food": "no"},
    )
    assert saved["Location"] == f"{HERE}/mine/{case.no}/papers"
    form_kept = queries.form_of(queries.case_by_no(case.no))
    assert form_kept == {"name": "小镇书店", "address": "一号路 2 号", "phone": "+8613800138000"}
    assert (early.status_code, "租约" in said(early), "去看材料" in said(early)) == (409, True, True)
    assert "回到我的事：核对并提交" in said(sent_file)
    assert ("小镇书店" in said(check), "提交" in said(check)) == (True, True)
    case.refresh_from_db()
    assert (sent.status_code, case.phase, case.no in said(sent), "店面照片" in said(sent)) == (
        200,
        "pre_review",
        True,
        True,
    )
    assert "在下面取走小票" in said(slip)
    again = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)  # pressed twice
    assert (again.status_code, Case.objects.get().phase) == (200, "pre_review")


def ready_to_send(machine: Client, matters: Matters) -> Case:
    """Begun with the card, filled in a minute later: nothing was sent from a stick."""
    lay(machine, matters)
    machine.post(f"{HERE}/begin/pension/new", {"a": ["premises:own", "food:no"]})
    case = Case.objects.get()
    clock.forget()
    clock.set_clock(now=TUESDAY_NINE + timedelta(minutes=1), speed=0)
    fill(machine, case, name="小镇书店", address="一号路 2 号", phone="13800138000")
    return case


def show_first(machine: Client, case: Case) -> None:
    """What rules decide leads to the page that asks who it is, and back."""
    led = machine.post(f"{HERE}/mine/{case.no}/check")
    there = machine.get(led["Location"])
    shown_at_page()
    back = machine.get(led["Location"])
    assert ("短信" in said(there), back["Location"]) == (True, f"{HERE}/mine/{case.no}/check?shown=1")


def test_the_card_in_the_machine_is_the_paper_and_the_rules_decide(
    matters: Matters, machine: Client, kiosk: Device
) -> None:
    ruled(matters)
    case = ready_to_send(machine, matters)

    papers = machine.get(f"{HERE}/mine/{case.no}/papers")
    show_first(machine, case)
    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)

    case.refresh_from_db()
    assert ("刚才在这里读的身份证" in said(papers), papers.context["first"]) == (True, "check")
    assert (sent.status_code, case.granted) == (200, True)
    assert [(row.code, row.channel, row.trust, row.file) for row in case.materials.order_by("id")] == [
        ("id", "card", "B", None)
    ]


def test_why_a_person_looks_at_it_is_said_and_nobody_brings_the_card_that_was_read(
    matters: Matters, machine: Client, kiosk: Device
) -> None:
    ruled(matters, sample_percent=100)
    case = ready_to_send(machine, matters)
    show_first(machine, case)

    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)

    assert "没有自动办结，由工作人员来看：抽到人工复核。" in said(sent)
    assert not [each for each in sent.context["next"] if "身份证" in each]
    case.refresh_from_db()
    assert "id" not in {row.code for row in queries.to_bring(case)}


def test_the_card_stands_for_no_paper_of_a_firm_nor_of_who_never_laid_it_there(matters: Matters) -> None:
    case = matters.opened()
    by = Actor(ActorKind.KIOSK, "1")

    with pytest.raises(Refused) as online:
        cases.add_material(case_no=case.no, code="id", channel="card", by=by, now=TUESDAY_NINE)
    Case.objects.update(evidence=int(Evidence.CHIP))
    with pytest.raises(Refused) as themselves:
        cases.add_material(case_no=case.no, code="id", channel="card", by=matters.applicant, now=TUESDAY_NINE)
    with pytest.raises(Refused) as other_paper:
        cases.add_material(case_no=case.no, code="lease", channel="card", by=by, now=TUESDAY_NINE)

    assert [no.value.facts["field"] for no in (online, themselves, other_paper)] == ["channel"] * 3


def test_what_is_missing_or_wrong_stays_on_its_screen_and_back_and_later_keep_what_was_said(
    matters: Matters, machine: Client
) -> None:
    case = begun(machine, matters)

    wrong = fill(machine, case, name="小镇书店", phone="123")
    later = fill(machine, case, go="later", name="小镇书店二")
    back = machine.get(f"{HERE}/mine/{case.no}/situation?at=food")
    other = machine.post(f"{HERE}/mine/{case.no}/situation", {"answer": "premises:own"}, follow=True)

    assert (wrong.status_code, wrong.context["refused"].slug) == (422, "form-invalid")
    assert (later["Location"], queries.form_of(queries.case_by_no(case.no))["name"]) == (f"{HERE}/mine", "小镇书店二")
    assert [choice.said for choice in back.context["choices"]] == [False, True]
    assert (other.status_code, queries.case_by_no(case.no).answers["premises"]) == (200, "own")


def test_a_draft_of_the_phone_goes_on_here_and_what_is_done_here_on_the_phone(
    matters: Matters, machine: Client
) -> None:
    case = matters.opened(form={"name": "小镇书店"})

    mine = lay(machine, matters)
    form = machine.get(f"{HERE}/mine/{case.no}/form")
    fill(machine, case, form, address="三号路 4 号")

    assert case.no in said(mine)
    assert (form.status_code, form.context["screen"].lines[0].value) == (200, "小镇书店")
    assert queries.form_of(queries.case_by_no(case.no)) == {"name": "小镇书店", "address": "三号路 4 号"}
    begun_here = machine.post(f"{HERE}/begin/pension/new", {**RENTED, "anyway": "1"})
    assert begun_here.status_code == 302
    followed = queries.mine(account_id=None, person_ids=[matters.person.pk])
    assert {each.channel for each in followed} == {"web", "kiosk"}  # whoever is proven to be them goes on anywhere


def test_two_devices_never_overwrite_each_other_unseen(matters: Matters, machine: Client) -> None:
    case = begun(machine, matters)
    here = machine.get(f"{HERE}/mine/{case.no}/form?at=0")
    cases.change(case_no=case.no, form={"name": "手机上写的"}, by=matters.applicant, now=TUESDAY_NINE)

    clash = fill(machine, case, here, name="机器上写的", address="一号路 2 号")

    assert (clash.status_code, "手机上写的" in said(clash)) == (409, True)
    assert queries.form_of(queries.case_by_no(case.no)) == {"name": "手机上写的", "address": "一号路 2 号"}
    fill(machine, case, clash, name="机器上写的", address="一号路 2 号")  # seen, and wanted all the same
    assert queries.form_of(queries.case_by_no(case.no))["name"] == "机器上写的"


def test_the_same_matter_twice_is_said_and_begun_all_the_same(matters: Matters, machine: Client) -> None:
    case = begun(machine, matters)

    twice = machine.post(f"{HERE}/begin/pension/new", RENTED)
    other = machine.post(f"{HERE}/begin/pension/new", {**RENTED, "anyway": "1"})

    assert (twice.status_code, case.no in said(twice)) == (409, True)
    assert (other.status_code, Case.objects.count()) == (302, 2)


def test_out_of_season_and_retired_it_says_which_matter_and_from_when(matters: Matters, machine: Client) -> None:
    row = Item.objects.get(code="pension")
    row.handling = {**row.handling, "seasons": [{"first": "09-01", "last": "10-15"}]}
    row.save(update_fields=["handling"])
    lay(machine, matters)

    answers = [machine.get(f"{HERE}/begin/pension"), machine.get(f"{HERE}/confirm?item=pension")]
    begun_all_the_same = machine.post(f"{HERE}/begin/pension/new", RENTED)

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all(row.name_zh in said(answer) and "下次从2026年9月1日起" in said(answer) for answer in answers)
    assert (begun_all_the_same.status_code, Case.objects.count()) == (409, 0)


def test_somebody_elses_draft_is_not_there(matters: Matters, machine: Client, opened: Town) -> None:
    case = matters.opened()
    stranger = next(p for p in (opened.person(i) for i in (1, 2, 3)) if p.pk != matters.person.pk)
    mine = machine.post(f"{HERE}/mine", {"chip": chip(stranger)}, follow=True)
    before = queries.form_of(case)

    gets = [machine.get(f"{HERE}/mine/{case.no}/{page}") for page in ("form", "situation", "papers", "check", "sent")]
    posts = [
        machine.post(f"{HERE}/mine/{case.no}/form", {"at": "0", "f-name": "别人的店"}),
        machine.post(f"{HERE}/mine/{case.no}/situation", {"answer": "premises:own"}),
        machine.post(f"{HERE}/mine/{case.no}/papers", {"consent": "1"}),
        machine.post(f"{HERE}/mine/{case.no}/check"),
        machine.post(f"{HERE}/mine/{case.no}/sent"),
    ]

    assert case.no not in said(mine)
    assert [answer.status_code for answer in [*gets, *posts]] == [404] * 10
    assert queries.form_of(queries.case_by_no(case.no)) == before


def test_without_a_card_with_a_typed_number_and_after_the_end_nothing_is_shown(
    matters: Matters, machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = begun(machine, matters)
    pages = [f"{HERE}/mine/{case.no}/{page}" for page in ("form", "papers", "check", "sent")]
    typed = Client().post(f"{HERE}/mine", {"presented": matters.person.id_number})
    shown = machine.get(pages[0] + "?at=0")

    machine.get(f"{HERE}/")  # Done, silence, the next person
    after = [machine.get(page) for page in pages]
    posted = machine.post(pages[0], {"at": "0", "f-name": "后来的人"})
    mine = machine.get(f"{HERE}/mine")

    assert (typed.status_code, case.no in said(typed)) == (422, False)
    assert shown["Cache-Control"] == "no-store"
    assert {answer["Location"] for answer in after} == {f"{HERE}/mine"}
    assert (posted.status_code, "再放一次" in said(posted)) == (422, True)
    assert (case.no in said(mine), queries.form_of(queries.case_by_no(case.no)).get("name")) == (False, None)

    lay(machine, matters)
    late = clock.wall() + timedelta(seconds=sitting.FOR_S + 1)
    monkeypatch.setattr("banshi.foundation.clock.wall", lambda: late)
    assert machine.get(pages[0]).status_code == 302  # silence that no page saw


def test_what_the_authorities_hold_is_used_with_consent_and_carried_over_with_its_source(
    matters: Matters, machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    matters.asks_for_a_mobile()
    type(matters.person).objects.filter(pk=matters.person.pk).update(phone="+8613800138001")
    case = begun(machine, matters)
    used: list[tuple[str, bool]] = []
    monkeypatch.setattr(from_library, "use", lambda **said: used.append((said["case_no"], said["consent"])) or [])

    form = machine.get(f"{HERE}/mine/{case.no}/form?at=0")
    machine.post(f"{HERE}/mine/{case.no}/papers", {"consent": "1"})

    assert "你本人验证过的号码" in said(form)
    assert used == [(case.no, True)]
    assert queries.case_by_no(case.no).contact == "+8613800138001"


def test_what_is_done_at_a_machine_and_not_online_is_sent_here_alone(matters: Matters, machine: Client) -> None:
    row = Item.objects.get(code="pension")
    row.handling = {**row.handling, "where": {"window": True, "online": False, "kiosk": True}, "materials": []}
    row.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = begun(machine, matters)
    fill(machine, case, name="小镇书店", address="一号路 2 号")

    with pytest.raises(Refused, match="channel-not-allowed"):
        cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)

    assert machine.get(f"{HERE}/mine").status_code == 200
    assert (sent.status_code, queries.case_by_no(case.no).phase) == (200, "pre_review")


def test_another_halls_machine_does_not_show_it(matters: Matters, machine: Client, town: Town) -> None:
    case = begun(machine, matters)
    there = f"/kiosk/{town.other_hall.code}/mine"

    asked = machine.get(there)  # the same browser: whoever stands there is nobody at another machine
    laid = machine.post(there, {"chip": chip(matters.person)}, follow=True)

    assert (case.no in said(asked), case.no in said(laid)) == (False, False)
    assert machine.get(f"{there}/{case.no}/form").status_code == 404


def test_a_form_whose_last_field_went_leads_on(
    matters: Matters, machine: Client, kiosk: Device, monkeypatch: Any
) -> None:
    case = begun(machine, matters)
    monkeypatch.setattr("banshi.surfaces.kiosk.form.lines_at", lambda *_args, **_more: [], raising=True)

    answers = [machine.post(f"{HERE}/mine/{case.no}/form", {"at": "0", "go": go}) for go in ("on", "back", "later")]

    assert [answer.status_code for answer in answers] == [302, 302, 302]


def to_promise() -> None:
    """From now on the lease may be promised."""
    item = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))


def test_a_promise_is_read_and_signed_at_the_machine_in_place_of_a_paper(matters: Matters, machine: Client) -> None:
    to_promise()
    case = begun(machine, matters)
    page = f"{HERE}/mine/{case.no}/papers"

    shown = machine.get(page)
    english = machine.get(page, headers={"accept-language": "en"}, follow=True)
    unticked = machine.post(page, {"promise": "lease"}, follow=True)
    none = CaseMaterial.objects.count()
    signed = machine.post(page, {"promise": "lease", "signed": "1"}, follow=True)

    assert [text for text in ("经营场所应当真实", "撤销登记", "已经取得使用权") if text not in said(shown)] == []
    assert said(shown).count("用告知承诺代替这份材料") == 1
    assert english.status_code == 200
    assert ("先读完告知的内容" in said(unticked), none) == (True, 0)
    row = CaseMaterial.objects.get()
    assert (row.code, row.channel, row.trust, row.by.split(":")[0]) == ("lease", "promise", "D", "kiosk")
    assert ("已承诺，事后核查" in said(signed), "用告知承诺代替这份材料" in said(signed)) == (True, False)


def test_what_may_not_be_promised_is_refused_at_the_machine(matters: Matters, machine: Client) -> None:
    to_promise()
    case = begun(machine, matters)
    page = f"{HERE}/mine/{case.no}/papers"

    found = {
        code: machine.post(page, {"promise": code, "signed": "1"}).status_code for code in ("id", "x" * 99, "none")
    }
    with override_settings(
        BANSHI_CREDIT="banshi.gateways.credit.StandIn", BANSHI_CREDIT_BARRED=frozenset({str(matters.person.id_number)})
    ):
        barred = machine.post(page, {"promise": "lease", "signed": "1"})

    assert (set(found.values()), barred.status_code, CaseMaterial.objects.count()) == ({422}, 409, 0)


def test_what_is_asked_otherwise_since_stands_on_the_check_and_it_is_begun_anew_there(
    matters: Matters, machine: Client, kiosk: Device
) -> None:
    case = begun(machine, matters)
    version = case.item_version
    item = Item.objects.get(code="pension")
    seal = {"code": "seal", "name_zh": "印章", "name_en": "Seal", "copies": 1, "channels": ["upload"]}
    item.handling = {**item.handling, "materials": [*item.handling["materials"], seal]}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)

    check = machine.get(f"{HERE}/mine/{case.no}/check").content.decode()
    done = machine.post(f"{HERE}/mine/{case.no}/check?renew=1")
    after = machine.get(f"{HERE}/mine/{case.no}/check").content.decode()

    case.refresh_from_db()
    assert ("办理要求改了" in check, "办理要求改了" in after, "印章" in after) == (True, False, True)
    assert (done["Location"], case.item_version > version) == (f"{HERE}/mine/{case.no}/check", True)


def test_what_a_window_settles_on_the_spot_says_how_long_it_takes_from_here(
    matters: Matters, machine: Client, kiosk: Device
) -> None:
    lay(machine, matters)
    address = f"{HERE}/begin/pension?a=premises:rented&a=food:no"
    before = said(machine.get(address))
    retell(matters, instant=True)

    after = said(machine.get(address))

    assert ["到窗口当场办结；在这里提交： " in each for each in (before, after)] == [False, True]
    assert ("个工作日" in before, "个工作日" in after) == (True, True)
