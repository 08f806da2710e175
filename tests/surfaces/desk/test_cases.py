"""Cases at the window: what was collected before, a case from nothing, something missing that comes at another visit."""

from __future__ import annotations

import re

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.messaging.models import Message
from tests.matters import ANSWERS
from tests.rooms.cases.test_promising import SAID
from tests.surfaces.desk.served import FILLED, here, post, press, sent_online, serve
from tests.surfaces.kiosk.test_papers import photo
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db


def test_what_was_collected_before_is_received_and_accepted_in_one_press(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    page = clerk.get(here(ticket, case))
    answer = press(clerk, ticket, case, "accept")

    case.refresh_from_db()
    assert (page.status_code, answer.status_code, case.phase) == (200, 302, "accepted")
    assert (case.visit_id, case.window.code, case.accepted_by) == (ticket.visit_id, "town-01", matters.town.clerk)
    after = clerk.get(answer.url).content.decode()
    assert {p.kind: p.number in after for p in case.papers.all()} == {
        "submission_receipt": True, "pre_review_opinion": True, "receipt": True, "acceptance": True,
    }  # fmt: skip


def test_a_case_from_nothing_is_opened_filled_and_accepted(clerk, matters):
    ticket = serve(matters.town, 1)

    opened = clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()
    answer = press(clerk, ticket, case, "accept", **FILLED, **{"here-id": "on", "here-lease": "on", "here-photo": "on"})

    assert (opened.status_code, opened.url, answer.status_code) == (302, here(ticket, case), 302)
    case.refresh_from_db()
    assert (case.phase, case.answers, case.channel, case.window.code) == ("accepted", ANSWERS, "window", "town-01")
    assert [(m.code, m.channel, m.verdict) for m in case.materials.order_by("id")] == [
        ("id", "paper", "ok"), ("lease", "paper", "ok"), ("photo", "paper", "ok"),
    ]  # fmt: skip


def test_what_is_missing_is_told_once_and_comes_at_another_visit(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)

    told = press(
        clerk, ticket, case, "notice", **FILLED,
        **{"here-id": "on", "here-photo": "on", "lacks-material-lease": "on", "why-material-lease": "没有带"},
    )  # fmt: skip

    case.refresh_from_db()
    assert (told.status_code, case.phase, case.notices) == (302, "supplement", 1)
    post(clerk, "finish", ref=ticket.ref, outcome="paper_missing")
    again = serve(matters.town, 1)
    shown = clerk.get(here(again, case)).content.decode()
    answer = press(clerk, again, case, "accept", **FILLED, **{"here-lease": "on"})

    case.refresh_from_db()
    assert ("没有带" in shown, answer.status_code, case.phase) == (True, 302, "accepted")
    assert case.visit_id == ticket.visit_id


def test_the_camera_may_be_used_on_the_page_of_a_case_and_nowhere_else(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    page, thread, other = clerk.get(here(ticket, case)), clerk.get(f"/desk/cases/{ticket.ref}/"), clerk.get("/")

    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert ["camera=()" in each.headers["Permissions-Policy"] for each in (thread, other)] == [True, True]
    assert 'data-camera="file-id"' in page.content.decode()


def test_a_file_from_a_usb_stick_is_kept_as_that_and_looked_at_like_one_that_was_sent(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)
    page = clerk.get(here(ticket, case)).content.decode()

    answer = clerk.post(here(ticket, case) + "pages", {"usb-lease": photo(), "file-photo": photo()})

    rows = {row.code: (row.channel, row.trust, row.verdict) for row in case.materials.all()}
    assert ('name="usb-lease"' in page, answer.status_code) == (True, 302)
    assert rows == {"lease": ("usb", "C", ""), "photo": ("scan", "B", "ok")}
    assert "U 盘</span></a>" in clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()


def test_pages_are_put_in_order_at_the_window(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)
    clerk.post(here(ticket, case) + "pages", {"file-lease": [photo(), photo()]})
    first, second = case.materials.order_by("id").values_list("id", flat=True)
    page = clerk.get(here(ticket, case)).content.decode()

    answer = clerk.post(f"{here(ticket, case)}pages/{second}/move/up", {"phase": "draft"})

    assert (f"pages/{second}/move/up" in page, f"pages/{first}/move/up" in page, answer.status_code) == (
        True,
        False,
        302,
    )
    assert case.page_orders.get().pages == [second, first]


def test_a_promise_is_signed_at_the_window_in_place_of_a_paper(clerk, matters):
    item = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in item.handling["materials"]]
    item.handling = {**item.handling, "materials": papers}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    case = matters.opened()
    ticket = serve(matters.town, 1)

    page = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()
    unticked = press(clerk, ticket, case, "promise")
    signed = press(clerk, ticket, case, "promise", **{"promise-lease": "yes"})
    after = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()
    accepted = press(clerk, ticket, case, "accept", **FILLED, **{"here-id": "on", "here-photo": "on"})

    case.refresh_from_db()
    assert (unticked.status_code, signed.status_code, accepted.status_code, case.phase) == (422, 302, 302, "accepted")
    assert ("已经取得使用权" in page, "已承诺，事后核查" in after, 'name="promise-lease"' in after) == (
        True,
        True,
        False,
    )
    assert [paper.kind for paper in case.papers.order_by("id")] == ["receipt", "commitment", "acceptance"]
    assert ("还差 3 项" in page, "还差 2 项" in after) == (True, True)
    ticks = {name: bool(re.search(rf'name="here-{name}"[^>]* data-wanting', after)) for name in ("id", "lease")}
    assert ticks == {"id": True, "lease": False}, "“the whole list is there” counts no paper for a promise"


NOT_OURS = {"ground": "other_body", "reason": "餐饮由市场监管局管", "body": "区市场监管局"}


def test_what_is_not_for_this_body_is_turned_away_before_anything_is_filled_in(clerk, matters):
    ticket = serve(matters.town, 1)
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()

    page = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()
    nobody = press(clerk, ticket, case, "refuse", ground="other_body", reason="餐饮由市场监管局管")
    case.refresh_from_db()
    still = (case.phase, case.received_at)
    answer = press(clerk, ticket, case, "refuse", **NOT_OURS)

    case.refresh_from_db()
    assert ('id="refuse"' in page, "不予受理，书面告知" in page) == (True, True)
    assert (nobody.status_code, still) == (422, ("draft", None))
    assert (answer.status_code, case.phase, case.ground, case.answers) == (302, "not_accepted", "other_body", {})
    assert [paper.kind for paper in case.papers.all()] == ["non_acceptance"], "nothing was handed in"
    told = Message.objects.filter(subject=f"case:{case.no}").values_list("key", flat=True)
    assert set(told) <= {"case_not_accepted"}
    assert clerk.get(answer.url).status_code == 200


def test_what_was_handed_in_and_turned_away_has_its_receipt(clerk, matters):
    case = matters.opened(answers={"premises": "rented", "food": "no"}, form={})
    ticket = serve(matters.town, 1)

    form = press(clerk, ticket, case, "receive", **{"here-id": "on"})
    answer = press(clerk, ticket, case, "refuse", **NOT_OURS, **{"here-id": "on"})

    case.refresh_from_db()
    assert (form.status_code, answer.status_code, case.phase) == (422, 302, "not_accepted")
    assert [paper.kind for paper in case.papers.order_by("id")] == ["receipt", "non_acceptance"]


def test_a_matter_that_is_no_longer_handled_is_turned_away_and_not_received(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)
    Item.objects.filter(code="pension").update(retired_on=at("2026-03-01 09:00").date())

    received = press(clerk, ticket, case, "receive", **FILLED)
    answer = press(clerk, ticket, case, "refuse", ground="item_ended", reason="已经取消")

    case.refresh_from_db()
    assert (received.status_code, answer.status_code, case.ground) == (409, 302, "item_ended")


def told_what_lacks(matters):
    case = matters.received(papers=("id", "photo"))
    told = [cases.Missing("lease", "租约没有带"), cases.Missing("name", "店名写全", kind="field")]
    return cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_what_waits_for_a_supplement_is_turned_away_without_it(clerk, matters):
    case = told_what_lacks(matters)
    ticket = serve(matters.town, 1)

    page = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()
    answer = press(clerk, ticket, case, "refuse", **NOT_OURS)

    case.refresh_from_db()
    assert ('id="refuse"' in page, answer.status_code, case.phase, case.ground) == (
        True,
        302,
        "not_accepted",
        "other_body",
    )
    assert case.supplement_due_on is None
    assert [paper.kind for paper in case.papers.order_by("id")] == ["receipt", "one_time_notice", "non_acceptance"]
    told = Message.objects.filter(subject=f"case:{case.no}").values_list("key", flat=True)
    assert "case_supplemented" not in told


def test_what_was_brought_of_a_supplement_and_turned_away_has_its_receipt(clerk, matters):
    case = told_what_lacks(matters)
    ticket = serve(matters.town, 1)
    still = {"ground": "not_mended", "reason": "店名还是没有写全"}

    answer = press(clerk, ticket, case, "refuse", **still, **{"here-lease": "on"})

    case.refresh_from_db()
    kinds = [paper.kind for paper in case.papers.order_by("id")]
    assert (answer.status_code, case.phase, kinds[-2:]) == (
        302,
        "not_accepted",
        ["supplement_receipt", "non_acceptance"],
    )


def test_that_it_is_still_not_right_is_no_ground_while_its_time_runs(clerk, matters):
    case = told_what_lacks(matters)
    ticket = serve(matters.town, 1)

    answer = press(clerk, ticket, case, "refuse", ground="not_mended", reason="没有补")

    case.refresh_from_db()
    assert (answer.status_code, case.phase) == (422, "supplement")


def test_before_the_situation_is_answered_nothing_is_said_of_papers_and_nothing_granted(clerk, matters):
    item = Item.objects.get(code="pension")
    item.handling = {**item.handling, "instant": True}
    item.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    ticket = serve(matters.town, 1)
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()

    before = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()
    press(clerk, ticket, case, "keep", **{key: said for key, said in FILLED.items() if key.startswith("q-")})
    after = clerk.get(here(ticket, case), headers={"accept-language": "zh-CN"}).content.decode()

    said = (
        "先答情形，要交的材料随后列出来",
        "先答情形\n",
        "还差",
        "不用交材料",
        "do/grant",
        "do/receive",
        "do/keep",
        "do/refuse",
    )
    assert [each in before for each in said] == [True, True, False, False, False, False, True, True]
    assert [each in after for each in said] == [False, False, True, False, True, True, True, True]


def test_what_a_draft_is_asked_otherwise_since_stands_there_and_it_is_begun_anew_with_what_was_typed(clerk, matters):
    ticket = serve(matters.town, 1)
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()
    press(clerk, ticket, case, "keep", **{key: said for key, said in FILLED.items() if key.startswith("q-")})
    item = Item.objects.get(code="pension")
    seal = {"code": "seal", "name_zh": "印章", "name_en": "Seal", "copies": 1, "channels": ["paper"]}
    item.handling = {**item.handling, "materials": [*item.handling["materials"], seal]}
    item.save()
    keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)

    page = clerk.get(here(ticket, case)).content.decode()
    press(clerk, ticket, case, "renew", **FILLED)
    after = clerk.get(here(ticket, case)).content.decode()

    case.refresh_from_db()
    assert ("办理要求改了" in page, "办理要求改了" in after, "印章" in after) == (True, False, True)
    assert (case.answers, "小镇书店" in case.form) == (ANSWERS, True)
