"""What the national list states of an item, in words; from a store, and kept where the store is silent."""

from __future__ import annotations

from typing import Any

from banshi.rooms.catalogue.rules.drafts import writing_of
from banshi.rooms.catalogue.rules.handling import Handling, Season
from banshi.rooms.catalogue.rules.item_store import Record, read
from banshi.rooms.catalogue.rules.national import stated
from tests.rooms.catalogue.handlings import handling
from tests.rooms.catalogue.stores import file, record

COLUMNS = {
    "item_type": "01", "case_kind": "2", "exercise_level": "4", "service_object": "1;2;8", "handling_forms": "1;3",
    "general_scope_zh": "全省", "catalog_code": "000101001000", "task_code": "11",
}  # fmt: skip
TOLD = {f"{name}_zh": "事项" for name in ("name", "acceptance_condition", "fee", "result")}
LAWS = [
    {"law_name": "工会法", "clause_number": "第三十二条", "ordernum": "1"},
    {"law_name": "某办法", "law_number": "令第1号", "ordernum": "2"},
]


def said(**more: Any) -> dict[str, tuple[str, str]]:
    return {each.code: (each.value_zh, each.value_en) for each in stated(COLUMNS, handling(**more))}


def from_store(**extend: str) -> Handling:
    whole = {**record(), "AUDIT_ITEM_BYLAW": LAWS}
    whole["AUDIT_ITEM_EXTEND"] = [{**whole.get("AUDIT_ITEM_EXTEND", [{}])[0], **extend}]
    (found,) = read(file(whole))
    assert isinstance(found, Record), found
    return Handling.model_validate(found.document["handling"])


def test_codes_are_words_and_what_nobody_stated_is_left_out() -> None:
    found = said()

    assert found["item_type"] == ("行政许可", "Administrative permit")
    assert found["service_object"] == ("自然人、企业法人", "Individuals, Enterprises")
    assert found["general_scope"] == ("全省", "The whole province")
    assert {"basis", "quantity", "seasons", "fee_basis"} & found.keys() == set()


def test_words_stand_in_both_languages_or_in_the_one_there_is() -> None:
    found = said(
        stated={"basis_zh": "工会法", "basis_en": "Union law", "quantity_zh": "有数量限制"},
        seasons=[Season(first="09-01", last="10-15")],
    )

    assert (found["basis"], found["quantity"]) == (("工会法", "Union law"), ("有数量限制", "有数量限制"))
    assert found["seasons"] == ("每年9月1日至10月15日", "1 September – 15 October of each year")


def test_a_store_states_its_laws_in_order_and_whether_there_is_a_limit() -> None:
    found = from_store(is_amount_limit="1").stated

    assert (found.basis_zh, found.quantity_zh) == ("工会法 第三十二条\n某办法 令第1号", "有数量限制")
    assert from_store(is_amount_limit="0").stated.quantity_zh == ""


def test_a_store_states_who_acts_with_it_and_how_it_is_paid_and_sent() -> None:
    found = from_store(
        match_dept="公安局、税务局", is_agency="1", is_pay_online="1", is_express="0", scene_reason="须采集指纹"
    ).stated

    assert (found.bodies_zh, found.intermediary_en, found.payment_zh, found.courier_zh, found.scene_zh) == (
        "公安局、税务局", "Services of third parties are involved", "支持网上支付", "", "须采集指纹",
    )  # fmt: skip
    assert "courier_zh" not in found.model_dump()


def test_what_is_said_of_papers_stands_a_line_for_each() -> None:
    papers = [
        {"code": "a", "name_zh": "甲", "name_en": "A", "issuer_zh": "公安机关", "issuer_en": "Police"},
        {"code": "b", "name_zh": "乙", "name_en": "B"},
        {"code": "c", "name_zh": "丙", "name_en": "C", "issuer_zh": "医院", "fill_zh": "签字"},
    ]
    found = said(materials=papers, questions=[], situations=[])

    assert found["issuers"] == ("甲：公安机关\n丙：医院", "A: Police\nC: 医院")
    assert found["filling"] == ("丙：签字", "C: 签字")


def test_ours_stays_where_the_store_says_the_same_of_papers_and_questions() -> None:
    paper = {
        "code": "a",
        "name_zh": "甲",
        "name_en": "A",
        "issuer_zh": "公安机关",
        "issuer_en": "Police",
        "fill_zh": "签字",
    }
    asked = {"text_zh": "要预约吗？", "text_en": "Must I book?", "answer_zh": "不用", "answer_en": "No"}
    now = handling(materials=[paper], faq=[asked], questions=[], situations=[])
    plain = {"issuer_zh": "公安机关", "issuer_en": "公安机关", "fill_zh": "按手印", "fill_en": "按手印"}
    again = [
        {**asked, "text_en": "要预约吗？", "answer_en": "不用"},
        {**asked, "text_zh": "多久？", "text_en": "多久？"},
    ]
    told = handling(materials=[{**paper, **plain}], faq=again, questions=[], situations=[])

    then = writing_of({"columns": TOLD, "handling": told.model_dump(mode="json")}, now=now).handling
    silent = handling(materials=[{**paper, "issuer_zh": "", "fill_zh": ""}], questions=[], situations=[])
    kept = writing_of({"columns": TOLD, "handling": silent.model_dump(mode="json")}, now=now).handling

    assert (then.materials[0].issuer_en, then.materials[0].fill_zh) == ("Police", "按手印")
    assert [(each.text_zh, each.answer_en) for each in then.faq] == [("要预约吗？", "No"), ("多久？", "No")]
    assert (kept.materials[0].fill_zh, kept.faq) == ("签字", now.faq)


def test_what_the_store_leaves_out_or_says_as_before_stays_with_its_english() -> None:
    now = handling(
        stated={"basis_zh": "工会法", "basis_en": "Union law", "bodies_zh": "两局", "bodies_en": "Two offices"},
        seasons=[{"first": "09-01", "last": "10-15"}],
    )
    told = {"basis_zh": "工会法", "basis_en": "工会法", "quantity_zh": "有", "quantity_en": "有"}
    document = {"columns": TOLD, "handling": handling(stated=told).model_dump(mode="json")}

    then = writing_of(document, now=now).handling

    assert (then.stated.basis_en, then.stated.bodies_en, then.stated.quantity_zh) == ("Union law", "Two offices", "有")
    assert then.seasons == now.seasons
