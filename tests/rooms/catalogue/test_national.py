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
