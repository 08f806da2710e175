"""The page of a case: whose it is, what may be looked at, what is kept of what was typed, and why something is not there."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from PIL import Image

from banshi.journeys.case import cabinets
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper, Obligation, ToldField
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Role
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import DocumentVersion
from tests.matters import FORM, Matters
from tests.rooms.cases.test_flow import follows
from tests.rooms.cases.test_stage_limits import FLOW
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


def at(case: Case, step: str = "") -> str:
    return f"/review/town/cases/{case.no}/{step}"


def drawn() -> bytes:
    found = BytesIO()
    Image.new("RGB", (40, 60), "white").save(found, "JPEG")
    return found.getvalue()


def uploaded(matters: Matters, case: Case, code: str = "lease", content: bytes = b"") -> CaseMaterial:
    """A file that the applicant uploaded; a picture where nothing is said."""
    version = library.take_in(
        content=content or drawn(), name="租约", channel="upload", person_id=matters.person.pk, by=matters.applicant,
        now=TUESDAY_NINE,
    )  # fmt: skip
    return cases.add_material(
        case_no=case.no, code=code, channel="upload", file=version, by=matters.applicant, now=TUESDAY_NINE
    )


def sent(matters: Matters, lease: bytes = b"") -> Case:
    case = matters.opened()
    for code in ("id", "lease", "photo"):
        uploaded(matters, case, code, lease if code == "lease" else b"")
    return cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)


def looks() -> int:
    return Entry.objects.filter(action="looked").count()


def test_whose_case_it_is_stands_masked_until_somebody_asks_and_that_is_traced_once(matters: Matters, client_of):
    case = matters.in_review()
    client = client_of("reviewer")
    secret = (case.applicant, FORM["address"], "13800138000")

    before = client.get(at(case)).content.decode()
    untraced = looks()
    client.post(at(case, "whole"))
    client.post(at(case, "whole"))
    after = client.get(at(case)).content.decode()

    assert [text for text in secret if text in before] == []
    assert [text for text in secret[:2] if text not in after] == []
    assert (untraced, looks()) == (0, 1)
    assert Entry.objects.get(action="looked").facts == {"why": f"case:{case.no}"}


def test_what_one_saw_is_not_shown_to_another(matters: Matters, client_of):
    case = matters.in_review()

    client_of("reviewer").post(at(case, "whole"))

    assert case.applicant not in client_of("approver").get(at(case)).content.decode()


def test_a_file_is_a_picture_without_rights_and_looking_leaves_one_trace(matters: Matters, client_of):
    case = sent(matters)
    row = case.materials.get(code="lease")
    client = client_of("pre_reviewer")

    answer = client.get(at(case, f"files/{row.pk}"))
    client.get(at(case, f"files/{row.pk}"))

    assert answer["Content-Type"] == "image/jpeg"
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == (
        "no-store", "nosniff", "SAMEORIGIN",
    )  # fmt: skip
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert looks() == 1


def test_the_middle_turns_from_file_to_file(matters: Matters, client_of):
    case = sent(matters)
    first, second, third = case.materials.order_by("id").values_list("id", flat=True)
    client = client_of("pre_reviewer")

    whole = client.get(at(case, f"files/{second}/look")).content.decode()
    part = client.get(at(case, f"files/{second}/look"), headers={"HX-Request": "true"}).content.decode()

    assert ("<html" in whole, "<html" in part) == (True, False)
    for page in (whole, part):
        assert [f'src="{at(case, f"files/{each}")}"' in page for each in (first, second, third)] == [False, True, False]
        assert [f'href="{at(case, f"files/{each}/look")}"' in page for each in (first, third)] == [True, True]


def test_a_pdf_that_no_scan_cleared_is_opened_by_who_says_so(matters: Matters, client_of):
    number = CasePaper.objects.get(case=matters.received()).number
    case = sent(matters, lease=cases.pdf_of(number, now=TUESDAY_NINE))
    row = case.materials.get(code="lease")
    client, source = client_of("pre_reviewer"), f'src="{at(case, f"files/{row.pk}")}'

    before = client.get(at(case, f"files/{row.pk}/look")).content.decode()
    after = client.get(at(case, f"files/{row.pk}/look"), {"open": "1"}).content.decode()

    assert (source in before, source in after) == (False, True)


def test_a_file_that_is_being_scanned_waits_and_a_rejected_one_is_opened_by_nobody(matters: Matters, client_of):
    case = sent(matters)
    row = case.materials.get(code="lease")
    client, found = client_of("pre_reviewer"), {}

    for state in ("pending", "rejected"):
        DocumentVersion.objects.filter(id=row.file_id).update(
            scan=state, reason="infected" if state == "rejected" else ""
        )
        found[state] = [client.get(at(case, f"files/{row.pk}{asked}")).status_code for asked in ("", "?open=1")]

    assert found == {"pending": [409, 200], "rejected": [422, 422]}
    assert client.get(at(case)).status_code == 200
    assert client.get(at(case, f"files/{row.pk}/look")).status_code == 404


def pending(matters: Matters) -> CaseMaterial:
    row = sent(matters).materials.get(code="lease")
    DocumentVersion.objects.filter(id=row.file_id).update(scan="pending", reason="")
    return row


@pytest.mark.parametrize(("says", "state"), [("harmless", "clean"), ("bad", "rejected")])
def test_who_opened_a_file_in_quarantine_says_what_it_is(matters: Matters, client_of, says: str, state: str):
    row = pending(matters)
    client, button = client_of("pre_reviewer"), f'name="says" value="{says}"'
    look = at(row.case, f"files/{row.pk}/look")

    before, opened = client.get(look).content.decode(), client.get(look, {"open": "1"}).content.decode()
    done = client.post(at(row.case, "clear-file"), {"material": row.pk, "says": says})
    after = client.get(at(row.case)).content.decode()

    assert (button in before, button in opened) == (False, True)
    assert (done.status_code, DocumentVersion.objects.get(id=row.file_id).scan) == (302, state)
    assert button not in after
    assert ("工作人员看过，没有收" in after) is (state == "rejected")


@pytest.mark.parametrize("form", [{}, {"says": "?"}, {"says": "bad"}, {"says": "bad", "material": "x" * 99}])
def test_nonsense_about_a_file_is_refused_with_the_page(matters: Matters, client_of, form: dict[str, str]):
    row = pending(matters)

    answer = client_of("pre_reviewer").post(at(row.case, "clear-file"), form)

    assert answer.status_code in (404, 422)
    assert DocumentVersion.objects.get(id=row.file_id).scan == "pending"


def test_verdicts_that_were_typed_stay_when_something_is_forgotten(matters: Matters, client_of):
    case = sent(matters)
    form = {"ok-id": "ok", "ok-lease": "bad", "why-lease": "没有签字"}

    answer = client_of("pre_reviewer").post(at(case, "return"), form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有签字" in page
    assert 'name="ok-lease" value="bad"  checked' in page or 'name="ok-lease" value="bad" checked' in page


def test_fields_go_back_with_the_papers_and_stay_marked_where_something_is_forgotten(matters: Matters, client_of):
    case, client = sent(matters), client_of("pre_reviewer")
    form = {"ok-id": "ok", "ok-lease": "ok", "ok-photo": "ok", "field-address": "1"}

    before = client.get(at(case)).content.decode()
    no_reason = client.post(at(case, "return"), form)
    passed = client.post(at(case, "pass"), {**form, "field-why-address": "门牌号不对"})
    done = client.post(at(case, "return"), {**form, "field-why-address": "门牌号不对"})

    assert [f'name="field-{code}"' in before for code in ("name", "address", "phone")] == [True] * 3
    assert (no_reason.status_code, passed.status_code, done.status_code) == (422, 422, 302)
    assert "门牌号不对" in passed.content.decode()
    assert re.search(r'name="field-address"\s+value="1"\s+checked', passed.content.decode())
    assert ToldField.objects.get(code="address").why == "门牌号不对"


def test_what_a_supplement_brought_is_found_right_on_the_page_that_accepts(matters: Matters, client_of):
    case, by = matters.received(papers=("id", "photo")), matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有交")], by=by, now=TUESDAY_NINE)
    uploaded(matters, case)
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    unseen = client_of("receiver").post(at(case, "accept"))
    seen = client_of("receiver").post(at(case, "accept"), {"ok-lease": "ok"})

    assert (unseen.status_code, seen.status_code, Case.objects.get().phase) == (422, 302, "accepted")


def test_a_paper_follows_by_its_day(matters: Matters, client_of):
    case = matters.received(papers=("id", "lease"))
    client = client_of("receiver")

    no_day = client.post(at(case, "accept"), {"ok-photo": "later"})
    saturday = client.post(at(case, "accept"), {"ok-photo": "later", "on-photo": "2026-03-14"})
    done = client.post(at(case, "accept"), {"ok-photo": "later", "on-photo": "2026-03-13"})

    assert (no_day.status_code, saturday.status_code, done.status_code) == (422, 422, 302)
    assert 'value="2026-03-14"' in saturday.content.decode()
    assert Obligation.objects.get().due_on.isoformat() == "2026-03-13"


def test_a_field_is_told_as_missing_too(matters: Matters, client_of):
    case = matters.received()

    client_of("receiver").post(at(case, "notice"), {"field-address": "1", "field-why-address": "门牌号不对"})

    assert Case.objects.get().phase == "supplement"
    assert CasePaper.objects.filter(kind="one_time_notice").count() == 1


def test_without_a_paper_that_has_to_be_there_the_page_says_so(matters: Matters, client_of):
    case = matters.received(papers=("id",))

    assert "还不能受理，缺：租约。" in client_of("receiver").get(at(case)).content.decode()


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("approver", "还没有审查意见，不能决定。"),
        ("supervisor", "终止要两个人：先由另一位有督办权限的同事在本页同意。"),
    ],
)
def test_what_is_not_possible_says_why(matters: Matters, client_of, who, said):
    case = matters.in_review()

    assert said in client_of(who).get(at(case)).content.decode()


def test_while_the_clock_stands_nobody_finds_a_decision(matters: Matters, client_of):
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    matters.stop(case)

    page = client_of("approver").get(at(case)).content.decode()

    assert ("期限暂停中，不能决定。" in page, at(case, "decide") in page) == (True, False)


def test_the_second_of_two_reviewers_sees_who_has_it(matters: Matters, client_of):
    case = matters.in_review()
    other = matters.staff["receiver"]
    Role.objects.create(
        staff=other, role="reviewer", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )

    first = client_of("reviewer").post("/review/town/review/next")
    second = client_of("receiver").post("/review/town/review/next")
    page = client_of("receiver").get(at(case)).content.decode()
    refused = client_of("receiver").post(at(case, "opine"), {"says": "grant"})

    assert (first.url, second.url) == (at(case), "/review/town/review")
    assert f"{escape(matters.staff['reviewer'].name_zh)}正在办。" in page
    assert at(case, "opine") not in page
    assert refused.status_code == 409


def test_the_next_one_is_the_one_due_first_that_nobody_has(matters: Matters, client_of):
    late = matters.in_review(TUESDAY_NINE - timedelta(days=1))
    matters.in_review()
    later = matters.in_review(TUESDAY_NINE)
    cases.take(case_no=late.no, by=matters.by["approver"], now=TUESDAY_NINE)

    taken = client_of("reviewer").post("/review/town/review/next")

    assert taken.url != at(late)
    assert Case.objects.get(no=taken.url.split("/")[-2]).locked_by_id == matters.staff["reviewer"].pk
    assert Case.objects.get(id=later.pk).locked_by_id is None


def test_lists_count_filter_and_find(matters: Matters, client_of):
    case = matters.in_review()
    other = Department.objects.create(code="police", name_zh="公安局", name_en="Police")
    elsewhere = matters.in_review()
    Case.objects.filter(id=elsewhere.pk).update(department=other)
    client = client_of("supervisor")

    every = client.get("/review/town/supervision").content.decode()
    some = client.get("/review/town/supervision", {"department": "police"}).content.decode()
    none = client.get("/review/town/supervision", {"q": "没有这个"}).content.decode()

    assert '<span class="badge">2</span>' in every
    assert (case.no in every, elsewhere.no in every) == (True, True)
    assert (case.no in some, elsewhere.no in some) == (False, True)
    assert (case.no in none, "没有符合的办件" in none) == (False, True)


def test_the_department_of_the_address_opens_nothing(matters: Matters, client_of):
    case = matters.in_review()
    other = Department.objects.create(code="police", name_zh="公安局", name_en="Police")
    Case.objects.filter(id=case.pk).update(department=other)

    page = client_of("reviewer").get("/review/town/review", {"department": "police"}).content.decode()

    assert case.no not in page


def test_a_case_is_read_in_as_many_queries_with_three_papers_as_with_one(matters: Matters, client_of):
    def counted(case: Case) -> int:
        client_of("receiver").get(at(case))
        with CaptureQueriesContext(connection) as found:
            client_of("receiver").get(at(case))
        return len(found)

    assert counted(matters.received(papers=("id",))) == counted(matters.received()) == 17


@pytest.mark.parametrize("who", ["approver", "supervisor"])
def test_who_proposed_its_decision_is_asked_for_once(matters: Matters, client_of, who: str):
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)

    with CaptureQueriesContext(connection) as found:
        assert client_of(who).get(at(case)).status_code == 200

    asked = [each["sql"] for each in found if 'SELECT "cases_opinion"."by_id"' in each["sql"]]
    assert len(asked) == 1


def test_a_notice_names_the_fields_that_the_situation_asks_for(matters: Matters, client_of):
    from tests.surfaces.citizen.cases import retell

    field = {"type": "text", "group_zh": "店", "group_en": "Shop", "required": False}
    shown = [
        field
        | {"code": "lease-end", "label_zh": "租期", "label_en": "Lease", "show_if": {"eq": ["premises", "rented"]}},
        field | {"code": "deed", "label_zh": "房产", "label_en": "Deed", "show_if": {"eq": ["premises", "own"]}},
    ]
    retell(matters, fields=[*Item.objects.get(code="pension").handling["fields"], *shown])
    case = matters.received()

    page = client_of("receiver").get(at(case)).content.decode()

    assert ('name="field-lease-end"' in page, 'name="field-deed"' in page) == (True, False)


def test_a_list_stands_beside_what_waits_and_its_page_leads_back_to_it(matters: Matters, client_of):
    case = matters.in_review()

    listed, one = (client_of("reviewer").get(where).content.decode() for where in ("/review/town/review", at(case)))

    waits = 'href="/review/town/waiting"'
    assert [waits in page[page.index('class="tabs"') :] for page in (listed, one)] == [True, True]
    assert 'href="/review/town/review"' in one[one.index("page-head") :]


# --- Papers that come on paper ----------------------------------------------------------------------------------


def to_receive(matters: Matters) -> Case:
    """Looked over beforehand; its lease comes on paper alone."""
    matters.lease_by_hand()
    case = matters.opened()
    for code in ("id", "photo"):
        uploaded(matters, case, code)
    cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    CaseMaterial.objects.filter(case=case).update(verdict="ok")
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return Case.objects.get(pk=case.pk)


def counted(case: Case) -> list[tuple[str, str, int]]:
    return list(case.materials.filter(channel="paper").order_by("id").values_list("code", "channel", "copies"))


def test_what_is_brought_on_paper_is_ticked_when_it_is_received(matters: Matters, client_of):
    case = to_receive(matters)
    client = client_of("receiver")
    before = client.get(at(case)).content.decode()

    client.post(at(case, "receive"), {"here-lease": "1", "here-id": "1", "here-nothing": "1"})
    client.post(at(case, "accept"), {})

    offered = [f'name="here-{code}"' in before for code in ("lease", "id", "photo")]
    assert offered == [
        True,
        True,
        False,
    ]  # of the card, sent as a picture, the original too
    assert counted(case) == [("id", "paper", 1), ("lease", "paper", 1)]
    assert Case.objects.get(pk=case.pk).phase == "accepted"


def test_what_was_brought_later_is_ticked_when_it_is_accepted(matters: Matters, client_of):
    case = to_receive(matters)
    client = client_of("receiver")
    client.post(at(case, "receive"), {})

    refused = client.post(at(case, "accept"), {})
    accepted = client.post(at(case, "accept"), {"here-lease": "1"})

    assert (refused.status_code, accepted.status_code) == (409, 302)
    assert (counted(case), Case.objects.get(pk=case.pk).phase) == ([("lease", "paper", 1)], "accepted")


def test_a_notice_counts_what_is_here_and_says_what_is_not(matters: Matters, client_of):
    case = to_receive(matters)
    client = client_of("receiver")
    client.post(at(case, "receive"), {})

    client.post(at(case, "notice"), {"here-lease": "1", "ok-id": "bad", "why-id": "看不清"})

    case.refresh_from_db()
    assert (counted(case), case.phase) == ([("lease", "paper", 1)], "supplement")
    assert case.notices_given.get().missing == [{"code": "id", "kind": "material"}]


def test_a_paper_ticked_and_refused_is_not_counted(matters: Matters, client_of):
    case = to_receive(matters)
    client = client_of("receiver")
    client.post(at(case, "receive"), {})

    client.post(at(case, "notice"), {"here-lease": "1"})

    assert (counted(case), Case.objects.get(pk=case.pk).phase) == ([], "received")


def test_where_dropped_papers_lie_is_said_to_who_receives(matters: Matters, client_of):
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)
    case = to_receive(matters)
    stay = cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)
    client = client_of("receiver")
    lying = client.get(at(case)).content.decode()
    cabinets.empty(stay_id=stay.pk, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert "材料在 1 号文件柜 1 格" in " ".join(lying.split())
    assert "材料已由出件窗口从文件柜取出" in client.get(at(case)).content.decode()


@pytest.mark.parametrize("known", [True, False])
def test_papers_put_into_a_cabinet_read_so_with_the_machine_by_its_name(matters: Matters, client_of, known: bool):
    cabinet = delivery.install(hall=matters.town.hall, code="c", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)
    if known:
        Device.objects.create(hall=matters.town.hall, code="kiosk-1", kind="kiosk", name="大门自助机")
    case = to_receive(matters)
    cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    story = text_of(client_of("receiver").get(at(case)).content.decode())

    assert f"材料投进文件柜 · {'大门自助机' if known else '自助机'}" in story


def test_a_paper_is_called_by_the_number_that_stands_on_it(matters: Matters, client_of):
    case = matters.received()
    paper = CasePaper.objects.get(case=case, kind="receipt")

    story = text_of(client_of("receiver").get(at(case)).content.decode())

    assert (paper.printed in story, paper.number in story) == (True, False)


def test_a_name_that_may_be_a_firms_is_masked_like_any_other(matters: Matters, client_of):
    item = Item.objects.get(code="pension")
    named = {"code": "name", "label_zh": "卖方姓名或名称", "label_en": "Name of the seller", "type": "text",
             "group_zh": "店", "group_en": "Shop"}  # fmt: skip
    fields = [named if each["code"] == "name" else each for each in item.handling["fields"]]
    item.handling = {**item.handling, "fields": fields}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    client, page = client_of("reviewer"), at(matters.in_review())

    before = client.get(page).content.decode()
    client.post(f"{page}whole")

    assert (FORM["name"] in before, FORM["name"] in client.get(page).content.decode()) == (False, True)


def test_another_bodys_matter_is_not_accepted_without_naming_the_body(matters: Matters, client_of):
    case, client = matters.received(), client_of("receiver")
    form = {"ground": "other_body", "reason": "不归这里管"}

    nobody = client.post(at(case, "refuse"), form)
    done = client.post(at(case, "refuse"), {**form, "body": "区市场监管局"})

    shown = nobody.content.decode()
    assert (nobody.status_code, done.status_code, Case.objects.get().ground) == (422, 302, "other_body")
    assert ('value="other_body" selected' in shown, "不归这里管" in shown) == (True, True)
    assert "不属于本机关职权范围 · 不归这里管" in client.get(at(case)).content.decode()


@pytest.mark.parametrize(("held", "needed"), [(False, False), (True, True)])
def test_an_opinion_says_beforehand_that_the_outcome_of_a_visit_is_needed(
    matters: Matters, client_of, monkeypatch, held: bool, needed: bool
):
    stage = SimpleNamespace(name_zh="现场勘查", name_en="On-site visit")
    monkeypatch.setattr("banshi.surfaces.review.case.stages_to_report", lambda case: (stage,) if held else ())

    shown = client_of("reviewer").get(at(matters.in_review())).content.decode()

    area = re.search(r'<textarea id="opinion"[^>]*>', shown)
    assert area is not None
    assert ("required" in area[0], "写明结果：" in shown) == (needed, needed)


# --- Changed since somebody examined it --------------------------------------------------------------------------


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_was_changed_beside_what_was_told_is_marked_with_what_it_said(matters: Matters, client_of):
    case, by = sent(matters), matters.by["pre_reviewer"]
    verdicts = [*(cases.Verdict(code, True) for code in ("id", "photo")), cases.Verdict("lease", False, "少了签名页")]
    untouched = text_of(client_of("pre_reviewer").get(at(case)).content.decode())
    cases.send_back(case_no=case.no, verdicts=verdicts, by=by, now=TUESDAY_NINE)
    uploaded(matters, case)
    cases.change(
        case_no=case.no, form={"name": "别的店", "address": "二号路 9 号"}, by=matters.applicant, now=TUESDAY_NINE
    )
    cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    client = client_of("pre_reviewer")
    page = client.get(at(case)).content.decode()
    masked = text_of(page)
    client.post(at(case, "whole"))
    whole = text_of(client.get(at(case)).content.decode())

    assert ("上次看过之后改了" in untouched, "上次告知的" in untouched) == (False, False)
    assert "上次告知的 租约 少了签名页 补来了" in masked
    assert f"别的店 改过 原来：{FORM['name']}" in masked
    assert (FORM["address"] in masked, f"二号路 9 号 改过 原来：{FORM['address']}" in whole) == (False, True)
    assert masked.count("改过") == 2


def test_whoever_takes_a_supplement_sees_what_says_something_else_than_at_the_notice(matters: Matters, client_of):
    case, by = matters.received(papers=("id", "photo")), matters.by["receiver"]
    cases.give_notice(case_no=case.no, missing_now=[Missing("lease", "没有交")], by=by, now=TUESDAY_NINE)
    uploaded(matters, case)
    cases.change(case_no=case.no, form={"name": "别的店"}, by=matters.applicant, now=TUESDAY_NINE)
    cases.supplement(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    page = text_of(client_of("receiver").get(at(case)).content.decode())

    assert ("上次看过之后改了" in page, f"别的店 改过 原来：{FORM['name']}" in page, page.count("改过")) == (
        True,
        True,
        1,
    )
    assert "上次告知的 租约 没有交 补来了" in page


def test_after_a_refusal_the_page_says_so_and_runs_one_clock(matters: Matters, client_of):
    """The day by law is that of the decision: below the day by which it is handed over it would lie before it."""
    case = matters.in_review()
    before = client_of("approver").get(at(case)).content.decode()
    cases.opine(case_no=case.no, says="refuse", text="不符合规划", by=matters.by["reviewer"], now=TUESDAY_NINE)
    cases.decide(case_no=case.no, grant=False, reason="不符合规划", by=matters.by["approver"], now=TUESDAY_NINE)

    after = client_of("approver").get(at(case)).content.decode()

    refused, decided = ">不予批准</span>", '<b>作出决定</b> <span class="tag" data-tone="urgent">不予批准</span>'
    said = [
        [words in page for words in (refused, "法定最迟", "决定书送达最晚", "决定用时", decided)]
        for page in (before, after)
    ]
    assert said == [[False, True, False, False, False], [True, False, True, True, True]]


def test_a_head_sees_where_the_days_lead_before_they_agree(matters: Matters, client_of):
    case = matters.in_review()
    cases.propose_extension(case_no=case.no, days=5, reason="案情复杂", by=matters.by["reviewer"], now=TUESDAY_NINE)

    page = " ".join(client_of("head").get(at(case)).content.decode().split())

    assert re.search(r"承诺办结</dt> <dd>3月16日[^<]*→ <b>3月23日", re.sub(r"</?(?:time|span)[^>]*>", "", page))
    assert re.search(r"法定最迟</dt> <dd>4月7日[^<]*→ <b>4月14日", re.sub(r"</?(?:time|span)[^>]*>", "", page))
    assert [page.count(each) for each in ('for="no-longer-why">不同意的理由', 'for="extend-reason">理由')] == [1, 1]


def test_a_procedure_is_named_with_what_was_told_and_what_came_of_it(matters: Matters, client_of):
    case = matters.in_review()
    matters.stop(case)

    stands = client_of("approver").get(at(case)).content.decode()
    cases.resume_clock(case_no=case.no, result="双方意见一致", by=matters.by["reviewer"], now=TUESDAY_NINE)
    over = client_of("approver").get(at(case)).content.decode()

    assert ("<b>听证</b> 规程" in stands, "告知 3 天，到 2026-03-13" in stands, "听证 3 天 · 规程" in stands) == (
        True,
    ) * 3
    assert ("程序结果：" in stands, "程序结果： 双方意见一致" in over) == (False, True)


def test_while_the_clock_stands_no_stage_has_a_last_day(matters: Matters, client_of):
    follows(FLOW)
    case = matters.in_review()

    runs = text_of(client_of("reviewer").get(at(case)).content.decode())
    Case.objects.filter(pk=case.pk).update(stopped_at=TUESDAY_NINE)
    stands = text_of(client_of("reviewer").get(at(case)).content.decode())

    assert ["3月13日" in each for each in (runs, stands)] == [True, False]
