"""A matter is changed in the office: part by part, tried as a citizen reads it, and published by a second person."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue.actions.editing import edit_change, open_change
from banshi.rooms.catalogue.models import Department, HallItem, Item, ItemDraft, Material
from banshi.surfaces.office.item_edit_words import PARTS
from tests.rooms.catalogue.handlings import document, field, question
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

OTHER = Actor(ActorKind.STAFF, "900")


@pytest.fixture
def editor(office: Town) -> Client:  # noqa: F811
    return signed_in(office.manager)


@pytest.fixture
def change(office: Town) -> ItemDraft:  # noqa: F811
    """Of a shop, with a condition that no ticks can show."""
    item = office.items["pension"]
    item.handling = document()
    item.handling["materials"][3]["needed_if"] = {"any": [{"all": [{"known": "lease"}]}, {"eq": ["agent", "agent"]}]}
    item.save(update_fields=["handling"])
    return open_change(item_id=item.pk, by=OTHER, now=TUESDAY_NINE)


def url(change: ItemDraft, rest: str = "") -> str:
    return f"/office/town/items/changes/{change.pk}/{rest}"


def text(client: Client, address: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def sent(client: Client, address: str, **more: Any) -> dict[str, Any]:
    """The form of a page as a browser sends it, with what is typed over it."""
    said: dict[str, Any] = {"seen": client.get(address).context["draft"].revision, "then": "list"}
    context = client.get(address).context
    said |= {"new": "1"} if context["new"] else {"code": context["code"]}
    for each in [one for _, drawn in context["groups"] for one in drawn]:
        if each.input.kind == "options":
            said["options-n"] = len(each.rows)
            for i, row in enumerate(each.rows):
                said |= {
                    f"o{i}-id": row["id"],
                    f"o{i}-zh": row["text_zh"],
                    f"o{i}-en": row["text_en"],
                    f"o{i}-at": i + 1,
                }
        elif each.input.kind == "rows":
            said[f"{each.input.name}-n"] = len(each.rows)
            for i, row in enumerate(each.rows):
                said |= {f"{each.input.name}-{i}-at": i + 1} | {cell.name: cell.value for cell in row}
        elif each.input.kind == "condition":
            said[f"{each.input.name}-join"] = each.join
            for row in each.rows:
                said[f"{each.input.name}-how-{row.fact.code}"] = row.how
                said[f"{each.input.name}-{row.fact.code}"] = list(row.keys)
        elif each.input.kind != "flag" or each.value:
            said[each.input.name] = each.value if not isinstance(each.value, bool) else "1"
    return {**said, **more}


def now(change: ItemDraft) -> Any:
    change.refresh_from_db()
    return change.document["handling"]


def test_the_matter_leads_to_its_change_and_everybody_to_the_same(office: Town, editor: Client) -> None:  # noqa: F811
    row = HallItem.objects.get(hall=office.hall, item__code="medical").pk

    assert "改这个事项" in text(editor, f"/office/town/items/{row}/")
    begun = [editor.post(f"/office/town/items/{row}/change")["Location"] for _ in range(2)]

    draft = ItemDraft.objects.get(kind="office")
    assert begun == [url(draft), url(draft)]
    assert "目前没有差异。" in text(editor, url(draft))
    assert editor.get(f"/office/town/items/drafts/{draft.pk}/")["Location"] == url(draft)
    assert "本厅编写" in text(editor, "/office/town/items/drafts/")


def test_the_list_of_drafts_says_in_which_parts_the_office_changed(change: ItemDraft, editor: Client) -> None:
    shorter = {**now(change), "fields": now(change)["fields"][1:], "conditions": []}
    edit_change(draft_id=change.pk, seen=1, handling=shorter, part="fields", by=OTHER, now=TUESDAY_NINE)

    page = text(editor, "/office/town/items/drafts/", "en")

    assert [page.count(f"<div>{part}</div>") for part in ("Condition", "Field of the form", "Paper")] == [1, 1, 0]


@pytest.mark.parametrize(
    "address",
    [*(f"{part}/0/" for part in ("questions", "situations", "conditions", "materials", "fields")), "rest/"],
)
def test_a_form_sent_as_it_was_drawn_changes_nothing(change: ItemDraft, editor: Client, address: str) -> None:
    before = now(change)

    answer = editor.post(url(change, address), sent(editor, url(change, address)))

    assert (answer.status_code, now(change), change.revision) == (302, before, 1)


def test_a_question_with_answers_is_added_half_done_and_finished(change: ItemDraft, editor: Client) -> None:
    new = url(change, "questions/3/")

    editor.post(new, sent(editor, new, text_zh="要快吗？", **{"o0-zh": "要", "o0-en": "Yes"}))
    (half,) = now(change)["questions"][3:]
    page = text(editor, url(change, "questions/"))
    ticked = {"asked_if-premises": ["rented"], "asked_if-lease": ["long", "short"], "asked_if-how-lease": "not"}
    more = {"o1-zh": "不要", "o1-en": "No", "o1-at": "0", "text_en": "Is there a hurry?"}
    editor.post(new, sent(editor, new, **more, **ticked))

    assert (half["id"], [each["id"] for each in half["options"]]) == ("q-1", ["o-1"])
    assert ("英文没有填" in page, "选项不到两个" in page) == (True, True)
    said = now(change)["questions"][3]
    assert [each["id"] for each in said["options"]] == ["o-2", "o-1"]
    assert said["asked_if"] == {"all": [{"eq": ["premises", "rented"]}, {"not": {"in": ["lease", ["long", "short"]]}}]}
    assert "If “Question” is “Option rented”" in text(editor, url(change, "questions/"), "en")


def test_a_condition_that_ticks_cannot_show_stays_until_it_is_replaced(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/3/")
    before = now(change)["materials"][3]["needed_if"]

    page = text(editor, address)
    editor.post(address, sent(editor, address, originals="2", **{"needed_if-agent": ["agent"]}))
    kept = now(change)["materials"][3]
    editor.post(address, sent(editor, address, **{"needed_if-agent": ["agent"], "needed_if-replace": "1"}))

    assert "这个条件不能用勾选表示，不替换就保持原样。" in page
    assert (kept["originals"], kept["needed_if"]) == (2, before)
    assert now(change)["materials"][3]["needed_if"] == {"eq": ["agent", "agent"]}


def test_a_blank_is_kept_through_edits_changed_by_ticks_and_taken_away(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/0/")
    made = {**now(change)["materials"][0], "form": {
        "fields": ["phone", "owner"], "lines": [{"label_zh": "期限", "label_en": "Term", "sample": "一个月"}],
        "declare_zh": "属实", "declare_en": "True", "signatures": [{"text_zh": "我", "text_en": "Me"}],
    }}  # fmt: skip
    papers = [made, *now(change)["materials"][1:]]
    edit_change(
        draft_id=change.pk, seen=1, handling={**now(change), "materials": papers}, part="materials", by=OTHER, now=TUESDAY_NINE,
    )  # fmt: skip

    editor.post(address, sent(editor, address, originals="3"))
    kept = now(change)["materials"][0]
    editor.post(address, sent(editor, address, **{"form.fields": ["premises", "owner"], "form.declare_zh": "真实"}))
    ticked = now(change)["materials"][0]["form"]
    seen = editor.get(url(change, "blanks/form"))
    editor.post(address, sent(editor, address, form=""))

    assert (kept["originals"], kept["form"]) == (3, made["form"])
    assert ticked == {**made["form"], "fields": ["owner", "premises"], "declare_zh": "真实"}
    assert (seen.status_code, seen["Content-Type"]) == (200, "application/pdf")
    assert "form" not in now(change)["materials"][0]
    assert editor.get(url(change, "blanks/form")).status_code == 404


def test_a_blank_is_begun_with_the_whole_form(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/0/")

    editor.post(address, sent(editor, address, form="1"))

    begun = now(change)["materials"][0]["form"]
    assert (begun["fields"], [each["text_en"] for each in begun["signatures"]]) == (
        [],
        ["Applicant (signature or seal)"],
    )
    assert "Nothing ticked: the whole form" in text(editor, address, "en")


def test_rows_signatures_and_notes_of_a_blank_are_edited_and_seen(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/0/")
    editor.post(address, sent(editor, address, form="1"))
    rows = {
        "form.lines-0-label_zh": "期限", "form.lines-0-label_en": "Term", "form.lines-0-at": "2",
        "form.lines-1-label_zh": "金额", "form.lines-1-label_en": "Amount", "form.lines-1-at": "1",
        "form.lines-1-sample": "一千元",
        "form.signatures-1-text_zh": "配偶", "form.signatures-1-text_en": "Spouse", "form.note_zh": "用黑色笔填写",
    }  # fmt: skip

    editor.post(address, sent(editor, address, **rows))
    made = now(change)["materials"][0]["form"]
    seen = editor.get(url(change, "blanks/form"))
    half = text(editor, url(change, "materials/"))
    none_signs = editor.post(address, sent(editor, address, **{
        f"form.signatures-{i}-text_{tongue}": "" for i in (0, 1) for tongue in ("zh", "en")
    }))  # fmt: skip

    assert [(each["label_zh"], each["sample"]) for each in made["lines"]] == [
        ("金额", "一千元"), ("期限", "（示例）照实填写"),
    ]  # fmt: skip
    assert [each["text_en"] for each in made["signatures"]] == ["Applicant (signature or seal)", "Spouse"]
    assert (seen.status_code, seen.content[:5], "填表说明要有中文和英文" in half) == (200, b"%PDF-", True)
    assert (none_signs.status_code, len(now(change)["materials"][0]["form"]["signatures"])) == (422, 2)


def test_a_new_paper_is_the_shared_one_of_its_name_or_the_matters_own(change: ItemDraft, editor: Client) -> None:
    Material.objects.create(
        code="lease-contract", name_zh="租赁合同", name_en="Lease", kind="original", source="applicant"
    )
    new = [url(change, f"materials/{at}/") for at in (4, 5, 6)]

    offered = 'list="papers"' in text(editor, new[0])
    for address, name in zip(new, ("租赁合同", "租赁合同", "房东的信"), strict=True):
        editor.post(address, sent(editor, address, name_zh=name))

    own = [f"m-{change.item_id}-{n}" for n in (1, 2)]
    assert (offered, [each["code"] for each in now(change)["materials"][4:]]) == (True, ["lease-contract", *own])


def test_parts_are_moved_and_taken_out(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/")

    for revision, act in enumerate(("down:0", "out:3"), 1):
        editor.post(address, {"seen": revision, "act": act})

    assert [each["code"] for each in now(change)["materials"]] == ["card", "form", "contract"]
    assert editor.post(address, {"seen": 1, "act": "out:0"}).status_code == 409
    assert len(now(change)["materials"]) == 3


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        ("materials/0/", {"originals": "viele"}, "originals"),
        ("materials/0/", {"copies": "101"}, "copies"),
        ("materials/0/", {"necessity": "never"}, "necessity"),
        ("materials/1/", {"satisfied_by": "身份证"}, "satisfied_by"),
        ("materials/1/", {"reuse_days": "0"}, "reuse_days"),
        ("fields/3/", {"least": "1e999999"}, "least"),
        ("fields/0/", {"type": "secret"}, "type"),
        ("fields/0/", {"element": "not a code"}, "element"),
        ("rest/", {"minutes": "-3"}, "minutes"),
        ("rest/", {"limits.promised.value": "9999"}, "limits.promised.value"),
        ("rest/", {"result.certificate_type": "两 个"}, "result.certificate_type"),
        ("rest/", {"fee.amount": "viel"}, "fee.amount"),
        ("rest/", {"seasons": "09-01"}, "seasons"),
        ("rest/", {"seasons": "09-01 10-15\n13-01 02-30"}, "seasons"),
        ("rest/", {"wait_minutes": "0"}, "wait_minutes"),
    ],
)
def test_what_cannot_stand_there_is_said_at_its_field_with_all_that_was_typed(
    change: ItemDraft, editor: Client, address: str, typed: dict[str, str], field: str
) -> None:
    answer = editor.post(url(change, address), sent(editor, url(change, address), **typed))

    assert (answer.status_code, answer.context["refused"].facts["field"]) == (422, field)
    assert (now(change)["materials"][0]["originals"], change.revision) == (1, 1)
    shown = html.unescape(answer.content.decode())
    assert field in ("necessity", "type") or typed[field] in shown  # of a list only what is in it can be chosen


def test_of_two_editors_the_second_sees_both_and_loses_nothing(change: ItemDraft, editor: Client) -> None:
    address = url(change, "materials/0/")
    mine = sent(editor, address, name_zh="我的名字")
    theirs = [*now(change)["materials"]]
    theirs[0] = {**theirs[0], "name_zh": "别人的名字"}
    edit_change(
        draft_id=change.pk, seen=1, handling={**now(change), "materials": [theirs[1], theirs[0], *theirs[2:]]}, part="materials",
        by=OTHER, now=TUESDAY_NINE,
    )  # fmt: skip

    answer = editor.post(address, mine)
    page = answer.content.decode()

    assert (answer.status_code, now(change)["materials"][1]["name_zh"]) == (409, "别人的名字")
    assert ("别人的名字" in page, "我的名字" in page, answer.context["at"]) == (True, True, 1)
    editor.post(address, {**mine, "seen": change.revision})
    assert [each["name_zh"] for each in now(change)["materials"][:2]] == ["材料card", "我的名字"]


def test_two_new_ones_at_once_are_two(change: ItemDraft, editor: Client) -> None:
    address = url(change, "conditions/2/")
    mine = sent(editor, address, text_zh="我的", text_en="Mine")
    theirs = [*now(change)["conditions"], {"text_zh": "别人的", "text_en": "Theirs", "needed_if": {}}]
    edit_change(
        draft_id=change.pk,
        seen=1,
        handling={**now(change), "conditions": theirs},
        part="conditions",
        by=OTHER,
        now=TUESDAY_NINE,
    )

    assert editor.post(address, mine).status_code == 409
    editor.post(address, {**mine, "seen": 2})

    assert [each["text_zh"] for each in now(change)["conditions"][2:]] == ["别人的", "我的"]


def test_the_rest_is_one_form_and_a_fee_that_is_emptied_is_none(change: ItemDraft, editor: Client) -> None:
    address = url(change, "rest/")

    typed = {"fee.text_zh": "", "fee.text_en": "", "fee.amount": "", "where.kiosk": "1", "minutes": "7.5"}
    editor.post(address, sent(editor, address, **typed))

    said = now(change)
    assert (said["fee"], said["where"]["kiosk"], said["minutes"]) == (None, True, 7.5)


def test_rates_are_a_list_within_the_fee(change: ItemDraft, editor: Client) -> None:
    """Also of a matter that was free: what the fee is for is then to be said."""
    rest, first, second = url(change, "rest/"), url(change, "rates/0/"), url(change, "rates/1/")
    editor.post(rest, sent(editor, rest, **{"fee.text_zh": "", "fee.text_en": "", "fee.amount": ""}))
    assert now(change)["fee"] is None

    own = {"amount": "80", "text_zh": "自有", "text_en": "Own", "when-premises": ["own"]}
    editor.post(first, sent(editor, first, **own))
    rented = {"text_zh": "租的", "text_en": "Rented", "when-premises": ["rented"]}
    wrong = [editor.post(second, sent(editor, second, **rented, amount=each)) for each in ("80.555", "many", "")]
    editor.post(second, sent(editor, second, **rented, amount="120.50"))
    editor.post(first, sent(editor, first))
    lines = text(editor, url(change, "rates/"))
    editor.post(url(change, "rates/"), {"seen": change_seen(change), "act": "up:1"})
    page, whole = text(editor, rest), text(editor, url(change))

    assert [each.status_code for each in wrong] == [422] * 3
    assert ("80 元" in lines, "120.50 元" in lines, "最多 2 位小数" in wrong[0].content.decode()) == (True, True, True)
    assert [(each["amount"], each["when"]) for each in now(change)["fee"]["rates"]] == [
        ("120.50", {"eq": ["premises", "rented"]}),
        ("80", {"eq": ["premises", "own"]}),
    ]
    assert ("分情形的收费标准 2 档" in page, "中文没有填" in whole) == (True, True)


def test_a_rate_may_be_computed_by_a_number_of_the_form(change: ItemDraft, editor: Client) -> None:
    change.document["handling"]["fields"].append(field("copies", "number", least="1", most="99", options=[]))
    change.save(update_fields=["document"])
    first, off = url(change, "rates/0/"), url(change, "remissions/0/")
    steps = {"formula.steps-0-up_to": "10", "formula.steps-0-value": "20", "formula.steps-1-value": "30"}
    rate = {"text_zh": "副本", "text_en": "Copies", "formula.kind": "tiers", "formula.field": "copies", **steps}

    wrong = editor.post(first, sent(editor, first, **rate, **{"formula.steps-1-up_to": "many"}))
    editor.post(first, sent(editor, first, **rate))
    editor.post(first, sent(editor, first, **{"formula.unit_zh": "份"}))
    editor.post(off, sent(editor, off, text_zh="减免", text_en="Off", percent="50", **{"when-premises": ["own"]}))
    fee = now(change)["fee"]

    assert wrong.status_code == 422
    assert fee["rates"][0]["formula"]["steps"] == [{"up_to": "10", "value": "20"}, {"up_to": None, "value": "30"}]
    assert (fee["rates"][0]["amount"], fee["rates"][0]["formula"]["unit_zh"]) == (None, "份")
    assert [(each["percent"], each["when"]) for each in fee["remissions"]] == [(50, {"eq": ["premises", "own"]})]
    assert "10 份以内 20 元、以上 30 元" in text(editor, url(change, "rates/"))
    assert "减 50%" in text(editor, url(change, "remissions/"))

    editor.post(first, sent(editor, first, **{"formula.kind": "", "amount": "5"}))
    editor.post(url(change, "remissions/"), {"seen": change_seen(change), "act": "out:0"})

    assert ("formula" in now(change)["fee"]["rates"][0], "remissions" in now(change)["fee"]) == (False, False)


def test_what_the_result_ends_is_a_list_of_its_own(change: ItemDraft, editor: Client) -> None:
    change.document["handling"]["fields"].append(field("number", "text"))
    change.save(update_fields=["document"])
    first, rest = url(change, "ends/0/"), url(change, "rest/")
    typed = {"name_zh": "旧证", "name_en": "Old one", "type": "shop-licence", "which": "only", "field": "number"}

    wrong = editor.post(first, sent(editor, first, **{**typed, "type": ""}))
    editor.post(first, sent(editor, first, **typed, **{"when-premises": ["own"]}))
    editor.post(first, sent(editor, first))
    editor.post(rest, sent(editor, rest))
    (said,) = now(change)["result"]["ends"]
    overview, listed = text(editor, url(change, "")), text(editor, url(change, "ends/"))

    assert (wrong.status_code, wrong.context["refused"].facts["field"]) == (422, "type")
    assert said == {**typed, "when": {"eq": ["premises", "own"]}}
    assert "旧证 · 用上的或者写明证号的；都没有的，名下仅有的一份 · " in overview
    assert "用上的或者写明证号的；都没有的，名下仅有的一份" in listed

    editor.post(url(change, "ends/"), {"seen": change_seen(change), "act": "out:0"})

    assert "ends" not in now(change)["result"]


def test_how_long_the_result_holds_is_a_list_of_its_own(change: ItemDraft, editor: Client) -> None:
    first, rest = url(change, "valid/0/"), url(change, "rest/")
    typed = {"text_zh": "租的", "text_en": "Rented", "for_months": "3", "when-premises": ["rented"]}

    wrong = editor.post(first, sent(editor, first, **{**typed, "for_months": "many"}))
    editor.post(first, sent(editor, first, **typed))
    editor.post(first, sent(editor, first))
    editor.post(rest, sent(editor, rest))
    (said,) = now(change)["result"]["valid"]

    assert (wrong.status_code, wrong.context["refused"].facts["field"]) == (422, "for_months")
    assert (said["for_months"], said["for_years"], said["until"]) == (3, None, "")
    assert said["when"] == {"eq": ["premises", "rented"]}
    assert "租的 · 3 个月" in text(editor, url(change, ""))


def change_seen(change: ItemDraft) -> int:
    change.refresh_from_db()
    return change.revision


def test_seasons_are_a_line_each_and_the_preview_says_them_once_there_are_such_days(
    change: ItemDraft, editor: Client
) -> None:
    address, typed = url(change, "rest/"), {"wait_minutes": "30", "result.printable": "1"}

    wrong = editor.post(address, sent(editor, address, **typed, seasons="12-01 至 12-31\n09-31 至 10-15"))
    preview, state = text(editor, url(change, "preview?a=premises:own&a=agent:self")), text(editor, url(change, ""))
    editor.post(address, sent(editor, address, **typed, seasons="09-01 至 10-15\n2027-03-01 2027-03-31"))
    said = now(change)

    assert "09-31 至 10-15: 没有这一天" in wrong.content.decode()
    assert ("受理时段" in preview, "还没有改动" in state) == (False, True)
    assert said["seasons"] == [{"first": "09-01", "last": "10-15"}, {"first": "2027-03-01", "last": "2027-03-31"}]
    assert (said["wait_minutes"], said["result"]["printable"]) == (30, True)
    assert "每年9月1日至10月15日、2027年3月1日至3月31日" in text(
        editor, url(change, "preview?a=premises:own&a=agent:self")
    )
    assert "09-01 – 10-15" in text(editor, url(change, ""))


def test_the_preview_asks_as_the_guide_does_and_keeps_nothing(change: ItemDraft, editor: Client) -> None:
    first = text(editor, url(change, "preview"))
    done = text(editor, url(change, "preview?a=premises:rented&a=lease:short&a=agent:self"))
    english = text(editor, url(change, "preview?a=premises:rented&a=lease:short&a=agent:self"), "en")

    assert ("选own" in first, "材料form" in first) == (True, False)
    for said in ("租的", "材料contract", "租期够", "栏rent", "1 个工作日"):
        assert said in done
    assert ("Paper contract" in english, "Free of charge" in english) == (True, True)


def test_all_paths_say_what_they_come_to_and_where_the_list_is_cut(
    change: ItemDraft, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = text(editor, url(change, "paths"))
    monkeypatch.setattr("banshi.surfaces.office.item_edit_preview.MOST_PATHS", 2)

    assert ("6 条问答路径。" in page, "选rented → 选long → 选self" in page) == (True, True)
    assert "2 条问答路径。 还有更多路径" in text(editor, url(change, "paths"))


def test_what_keeps_it_from_being_published_stands_at_its_part(change: ItemDraft, editor: Client) -> None:
    more = [*now(change)["questions"], question("q-9", "a")]
    half = {**now(change), "questions": more, "fields": [field("x", "choice")]}
    edit_change(draft_id=change.pk, seen=1, handling=half, part="questions", by=OTHER, now=TUESDAY_NINE)

    page = text(editor, url(change))
    answer = editor.post(f"/office/town/items/drafts/{change.pk}/publish", {"seen": 2})

    assert ("“问”：选项不到两个" in page, "表单“栏x”：" in page, "/publish" in page) == (True, True, False)
    assert answer.status_code in (409, 422)
    assert now(change)["questions"] == more


def test_where_answers_come_to_no_situation_the_list_says_so(change: ItemDraft, editor: Client) -> None:
    only_rented = now(change)["situations"][:1]
    half = {**now(change), "situations": only_rented}
    edit_change(draft_id=change.pk, seen=1, handling=half, part="situations", by=OTHER, now=TUESDAY_NINE)

    page, table = text(editor, url(change, "situations/")), text(editor, url(change, "paths"))

    assert "答到头没有情形：问“选own”，问“选self”" in page
    assert ("其中 2 条没有材料或情形。" in table, table.index("没有情形") < table.index("选rented")) == (True, True)


def test_a_fee_beside_another_sum_is_said_and_not_ready(change: ItemDraft, editor: Client) -> None:
    address = url(change, "rest/")
    typed = {"fee.amount": "20", "fee.text_zh": "每证 10 元", "fee.text_en": "20 yuan"}
    editor.post(address, sent(editor, address, **typed))

    page = text(editor, url(change))
    answer = editor.post(url(change, "finish"), {"seen": change_seen(change)})

    change.refresh_from_db()
    assert "金额是 20 元，中文说明写的是 10 元" in page
    assert (answer.status_code, change.ready_at) == (422, None)


def test_faults_are_said_by_the_name_of_their_part_and_not_by_a_path(change: ItemDraft, editor: Client) -> None:
    document = {"handling": {**change.document["handling"]}}
    first = {**document["handling"]["questions"][0]}
    first["options"] = first["options"][:1]
    document["handling"]["questions"] = [first, *document["handling"]["questions"][1:]]
    ItemDraft.objects.filter(pk=change.pk).update(document=document)

    page = text(editor, url(change))

    assert f"“{first['text_zh']}”：选项不到两个" in page
    assert f"questions.{first['id']}.options" not in page


def test_another_person_publishes_and_an_editor_does_not(office: Town, change: ItemDraft, editor: Client) -> None:  # noqa: F811
    address = url(change, "rest/")
    second = signed_in(staff_with("second", "hall_manager"))
    publish = f"/office/town/items/drafts/{change.pk}/publish"

    editor.post(address, sent(editor, address, minutes="30"))
    page = text(editor, url(change))
    mine = editor.post(publish, {"seen": 2})
    stale = second.post(publish, {"seen": 1})
    looked = text(second, url(change))
    theirs = second.post(publish, {"seen": 2})

    assert ("你改过的要由别人发布。" in page, mine.status_code, stale.status_code) == (True, 409, 409)
    assert ("30.0" in looked, theirs.status_code) == (True, 302)
    assert Item.objects.get(code="pension").handling["minutes"] == 30
    assert "已发布" in text(second, url(change))


def test_another_hall_changes_nothing_of_a_matter_it_does_not_handle(change: ItemDraft) -> None:
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    found = [
        theirs.get(url(change)).status_code,
        theirs.get(url(change).replace("/town/", "/other/")).status_code,
        theirs.post(f"/office/other/items/drafts/{change.pk}/drop").status_code,
        theirs.post(url(change, "materials/").replace("/town/", "/other/"), {"seen": 1, "act": "out:0"}).status_code,
    ]

    assert (found, now(change)["materials"][0]["code"], change.state) == ([403, 404, 404, 404], "form", "draft")


@pytest.mark.parametrize("rest", ["nonsense/", "nonsense/0/", "materials/9/", "nonsense"])
def test_a_part_that_there_is_not_is_not_found(change: ItemDraft, editor: Client, rest: str) -> None:
    assert editor.get(url(change, rest), follow=True).status_code == 404


def test_a_handling_item_is_added_with_its_condition(change: ItemDraft, editor: Client) -> None:
    new = url(change, "handling_items/0/")
    said = {"name_zh": "个人经营", "name_en": "One person", "when-premises": ["own"]}

    answer = editor.post(new, sent(editor, new, **said))

    assert (answer.status_code, now(change)["handling_items"]) == (
        302,
        [{"code": "h-1", "name_zh": "个人经营", "name_en": "One person", "when": {"eq": ["premises", "own"]}}],
    )


def test_a_stage_is_added_and_the_last_one_taken_out_leaves_the_general_flow(change: ItemDraft, editor: Client) -> None:
    new = url(change, "flow/0/")
    said = {"name_zh": "问公安", "name_en": "Police", "act": "consult", "department": "police", "days": "3"}

    answer = editor.post(new, sent(editor, new, **said, **{"needed_if-premises": ["rented"]}))
    (stage,) = now(change)["flow"]
    again = url(change, "flow/")
    editor.post(again, {"seen": editor.get(again).context["draft"].revision, "act": "out:0"})

    assert answer.status_code == 302
    assert {name: stage[name] for name in ("code", "act", "department", "procedure", "days", "needed_if")} == {
        "code": "st-1", "act": "consult", "department": "police", "procedure": "", "days": 3,
        "needed_if": {"eq": ["premises", "rented"]},
    }  # fmt: skip
    assert "flow" not in now(change)


@pytest.mark.parametrize("part", [*PARTS, "rest"])
def test_no_key_of_a_form_bears_the_name_of_a_field(part: str, change: ItemDraft, editor: Client) -> None:
    """A browser sends both, and the key, which comes last, would be read as what was filled in."""
    shown = text(editor, url(change, "rest/" if part == "rest" else f"{part}/0/"))

    keys = set(re.findall(r'<button[^>]* name="([^"]+)"', shown))
    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', shown))

    assert (keys & fields, "then" in keys) == (set(), True)


def test_a_change_says_that_it_is_being_written_and_names_a_step_in_words(change: ItemDraft, editor: Client) -> None:
    new = url(change, "flow/0/")
    editor.post(new, sent(editor, new, name_zh="问公安", name_en="Police", act="consult", department="police"))

    shown = text(editor, url(change))

    assert ("编写中" in shown, "待发布" in shown) == (True, False)
    assert ("征求部门意见" in shown, ">consult<" in shown) == (True, False)


def test_a_department_is_chosen_by_its_name_and_one_that_is_none_stays(change: ItemDraft, editor: Client) -> None:
    new = url(change, "flow/0/")
    asks = {"name_zh": "问公安", "name_en": "Police", "act": "consult"}
    editor.post(new, sent(editor, new, **asks, department="nobody"))

    shown = text(editor, new)
    editor.post(new, sent(editor, new, days="3"))

    known = Department.objects.order_by("code")[0]
    assert f'<option value="{known.code}">{known.name_zh}</option>' in shown
    assert '<option value="nobody" selected>nobody</option>' in shown
    assert [(each["department"], each["days"]) for each in now(change)["flow"]] == [("nobody", 3)]


def test_a_paper_says_where_it_comes_from_and_unsaid_leaves_nothing(change: ItemDraft, editor: Client) -> None:
    at = url(change, "materials/0/")
    said = {"source": "other", "issuer_zh": "医院", "issuer_en": "Hospital", "fill_zh": "签字", "fill_en": "Sign"}

    editor.post(at, sent(editor, at, **said))
    kept = now(change)["materials"][0]
    editor.post(at, sent(editor, at, **dict.fromkeys(said, "")))

    assert {name: kept.get(name) for name in said} == said
    assert not {name for name in said if now(change)["materials"][0].get(name)}


def test_what_is_often_asked_is_added_and_taken_out(change: ItemDraft, editor: Client) -> None:
    new = url(change, "faq/0/")
    said = {"text_zh": "要预约吗？", "text_en": "Must I book?", "answer_zh": "不用", "answer_en": "No"}

    answer = editor.post(new, sent(editor, new, **said))
    kept, listed = now(change)["faq"], text(editor, url(change, "faq/"))
    again = url(change, "faq/")
    editor.post(again, {"seen": editor.get(again).context["draft"].revision, "act": "out:0"})

    assert (answer.status_code, kept, "要预约吗？" in listed) == (302, [said], True)
    assert "faq" not in now(change)


def test_duties_are_set_with_the_rest_and_unset_leave_nothing(change: ItemDraft, editor: Client) -> None:
    rest = url(change, "rest/")

    editor.post(rest, sent(editor, rest, **{"duties.receiver_reviews": "1"}))
    said = now(change)["duties"]
    form = sent(editor, rest)
    del form["duties.receiver_reviews"]
    editor.post(rest, form)

    assert said == {"receiver_reviews": True, "reviewer_issues": False}
    assert "duties" not in now(change)


def test_places_are_counted_by_lot_and_uncounted_leave_nothing(change: ItemDraft, editor: Client) -> None:
    rest = url(change, "rest/")

    editor.post(rest, sent(editor, rest, **{"quota.by": "draw", "quota.carried": "1"}))
    said, drawn = now(change)["quota"], sent(editor, rest)["quota.by"]
    editor.post(rest, sent(editor, rest, **{"quota.by": ""}))

    assert (said, drawn) == ({"by": "draw", "carried": True}, "draw")
    assert "quota" not in now(change)
