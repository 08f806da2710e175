"""What a case costs: sums that were set, and sums that a number of the form comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.rooms.catalogue.rules.costs import computed, plain, tariff_words
from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.guided import cost_in, guided
from banshi.rooms.catalogue.rules.handling import Formula, Handling

COPIES = Formula.model_validate(
    {"kind": "per_unit", "field": "copies", "unit_zh": "份", "unit_en": "copies", "unit_price": "10"}
)
BOOKS = Formula.model_validate({
    "kind": "per_unit", "field": "books", "unit_zh": "本", "unit_en": "certificates", "base": "80", "included": "1",
    "unit_price": "10",
})  # fmt: skip
SHARE = Formula.model_validate({
    "kind": "share", "field": "price", "steps": [{"up_to": "100000", "value": "5"}, {"value": "3"}], "least": "10",
    "most": "2000",
})  # fmt: skip
TIERS = Formula.model_validate({
    "kind": "tiers", "field": "area", "unit_zh": "平方米", "unit_en": "m²",
    "steps": [{"up_to": "90", "value": "80"}, {"up_to": "300", "value": "200"}, {"value": "550"}],
})  # fmt: skip
NUMBERS = st.decimals(min_value=-1000, max_value=10**9, places=3)
SUMS = st.decimals(min_value=0, max_value=5000, places=2)


@st.composite
def formulas(draw: Any) -> Formula:
    kind = draw(st.sampled_from(["per_unit", "share", "tiers"]))
    tops = sorted(draw(st.sets(st.integers(1, 10**6), min_size=1, max_size=5)))
    values = draw(st.lists(SUMS, min_size=len(tops), max_size=len(tops)))
    steps = [{"up_to": top, "value": value} for top, value in zip(tops, sorted(values), strict=True)]
    steps[-1]["up_to"] = draw(st.sampled_from([None, tops[-1]]))
    least, most = sorted(draw(st.tuples(SUMS, SUMS)))
    bounds = {"least": draw(st.sampled_from([None, least])), "most": draw(st.sampled_from([None, most]))}
    said = {"unit_price": draw(SUMS)} if kind == "per_unit" else {"steps": steps}
    return Formula.model_validate({"kind": kind, "field": "n", **said, **bounds})


@given(formulas(), NUMBERS, NUMBERS)
def test_no_sum_is_negative_and_more_never_costs_less(formula: Formula, one: Decimal, other: Decimal) -> None:
    less, more = (computed(formula, each).yuan for each in sorted((one, other)))

    assert 0 <= less <= more
    assert formula.least is None or less >= formula.least
    assert formula.most is None or more <= formula.most
    assert (less * 100) % 1 == 0


@pytest.mark.parametrize(
    ("formula", "number", "yuan", "zh"),
    [
        (COPIES, "3", "30", "3 份 × 10 元 = 30 元"),
        (COPIES, "-1", "0", "0 份 × 10 元 = 0 元"),
        (BOOKS, "1", "80", "80 元，含 1 本"),
        (BOOKS, "3", "100", "80 元 + 2 本 × 10 元 = 100 元"),
        (SHARE, "100000", "500", "100000 元 × 0.5% = 500 元"),
        (SHARE, "120000", "560", "100000 元 × 0.5% + 20000 元 × 0.3% = 560 元"),
        (SHARE, "100001", "500", "100000 元 × 0.5% + 1 元 × 0.3% = 500 元"),
        (SHARE, "100001.67", "500.01", "100000 元 × 0.5% + 1.67 元 × 0.3% = 500.01 元"),  # 0.00501: half a fen goes up
        (SHARE, "100", "10", "100 元 × 0.5% = 0.5 元，不足 10 元按 10 元"),
        (SHARE, "10000000", "2000", "100000 元 × 0.5% + 9900000 元 × 0.3% = 30200 元，最多 2000 元"),
        (TIERS, "90", "80", "90 平方米，不超过 90 平方米：80 元"),
        (TIERS, "90.01", "200", "90.01 平方米，不超过 300 平方米：200 元"),
        (TIERS, "301", "550", "301 平方米：550 元"),
    ],
)
def test_it_is_said_how_a_sum_comes_about(formula: Formula, number: str, yuan: str, zh: str) -> None:
    found = computed(formula, Decimal(number))

    assert (plain(found.yuan), found.zh) == (yuan, zh)


def test_before_the_number_is_known_the_tariff_is_said() -> None:
    said = [tariff_words(each, ("成交价格", "price"))[0] for each in (COPIES, SHARE, TIERS)]

    assert said == [
        "每份 10 元", "成交价格 100000 元以内的 0.5%、以上部分的 0.3%，最少 10 元，最多 2000 元",
        "90 平方米以内 80 元、300 平方米以内 200 元、以上 550 元",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "zh", "en"),
    [
        ([{"value": "3"}], "合同价格的 0.3%", "0.3% of the contract price"),
        ([{"up_to": "100", "value": "15"}], "合同价格 100 元以内的 1.5%", "1.5% of the contract price up to 100 yuan"),
        (
            [{"up_to": "100", "value": "5"}, {"value": "0.5"}],
            "合同价格 100 元以内的 0.5%、以上部分的 0.05%",
            "0.5% of the contract price up to 100 yuan, 0.05% above",
        ),
    ],
)
def test_a_share_says_of_what_it_is_one(steps: list[dict[str, str]], zh: str, en: str) -> None:
    formula = Formula.model_validate({"kind": "share", "field": "price", "steps": steps})

    assert tariff_words(formula, ("合同价格", "contract price")) == (zh, en)


def test_the_number_is_called_what_the_form_calls_it() -> None:
    price = {
        "label_zh": "合同价格（元）",
        "label_en": "Contract price in yuan",
        "type": "money",
        "least": 0,
        "most": 9999,
    }
    item = search(rate(formula={"kind": "share", "field": "price", "steps": [{"value": "3"}]}))
    shape = item.model_dump(mode="json")
    item = Handling.model_validate(
        shape | {"fields": [*shape["fields"], {"code": "price", **price, "group_zh": "合同", "group_en": "Contract"}]}
    )

    before, after = cost_in(item, {"who": "firm"}, {}), cost_in(item, {"who": "firm"}, {"price": "1000"})

    assert before is not None
    assert (before.how_zh, before.how_en) == ("合同价格的 0.3%", "0.3% of the contract price")
    assert after is not None
    assert after.how_zh == "合同价格：1000 元 × 0.3% = 3 元"
    assert after.how_en == "Contract price: 1000 yuan × 0.3% = 3 yuan"


def rate(**more: Any) -> dict[str, Any]:
    return {"text_zh": "收费", "text_en": "Fee", "when": {}, **more}


def search(*rates: dict[str, Any], **fee: Any) -> Handling:
    """A search of the files: how many copies, and of which kind."""
    group = {"group_zh": "内容", "group_en": "Content"}
    return Handling.model_validate({
        "questions": [{
            "id": "who", "text_zh": "谁？", "text_en": "Who?",
            "options": [{"id": each, "text_zh": each, "text_en": each} for each in ("firm", "small")],
        }],
        "fields": [
            {"code": "kind", "label_zh": "种类", "label_en": "Kind", "type": "choice", **group,
             "options": [{"id": each, "text_zh": each, "text_en": each} for each in ("plain", "sealed")]},
            {"code": "copies", "label_zh": "份数", "label_en": "Copies", "type": "number", "least": 0, "most": 99, **group},
        ],
        "fee": {"text_zh": "按份收费", "text_en": "By the copy", "rates": rates, **fee},
        "limits": {"promised": {"value": 1}, "statutory": {"value": 0}},
        "result": {"kind": "reply", "name_zh": "结果", "name_en": "Result"},
    })  # fmt: skip


BY_COPY = rate(formula=COPIES.model_dump(mode="json"))
SMALL = {"text_zh": "小微企业", "text_en": "Small firm", "when": {"eq": ["who", "small"]}}


def test_a_fee_of_the_form_is_told_once_the_form_says_it() -> None:
    item = search(BY_COPY)

    before, after = guided(item, {"who": "firm"}).fee, cost_in(item, {"who": "firm"}, {"copies": "3"})

    assert before is not None
    assert (before.amount, before.how_zh) == (None, "每份 10 元")
    assert after is not None
    assert (after.amount, after.how_en) == (Decimal("30.00"), "3 copies × 10 yuan = 30 yuan")


def test_while_a_rate_hangs_on_an_empty_field_no_later_one_counts() -> None:
    item = search(rate(amount="5", when={"eq": ["kind", "plain"]}), rate(amount="9"))

    sums = [cost_in(item, {"who": "firm"}, form) for form in ({}, {"kind": "plain"}, {"kind": "sealed"})]

    assert [(each.amount, len(each.possible)) for each in sums if each] == [(None, 2), (5, 0), (9, 0)]


@pytest.mark.parametrize(("percent", "yuan", "zh"), [(100, "0", "免缴，应缴 0 元"), (50, "15", "减 50%，应缴 15 元")])
def test_what_the_rules_let_off_is_said(percent: int, yuan: str, zh: str) -> None:
    found = cost_in(search(BY_COPY, remissions=[{**SMALL, "percent": percent}]), {"who": "small"}, {"copies": 3})

    assert found is not None
    assert (plain(found.amount or Decimal(0)), found.how_zh) == (yuan, f"3 份 × 10 元 = 30 元；小微企业，{zh}")


@pytest.mark.parametrize(("percent", "amount", "zh"), [(100, Decimal(0), "免缴"), (50, None, "减 50%")])
def test_what_is_let_off_is_said_before_the_number_is_known(percent: int, amount: Decimal | None, zh: str) -> None:
    found = cost_in(search(BY_COPY, remissions=[{**SMALL, "percent": percent}]), {"who": "small"}, {})

    assert found is not None
    assert (found.amount, found.how_zh) == (amount, f"每份 10 元；小微企业，{zh}")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (rate(), "fee.rates[0].amount"),
        (rate(amount="10000000.01"), "fee.rates[0].amount"),
        (rate(amount="1", formula=BY_COPY["formula"]), "fee.rates[0].amount"),
        (rate(formula={**BY_COPY["formula"], "field": "kind"}), "fee.rates[0].formula.field"),
        (rate(formula={**BY_COPY["formula"], "unit_price": None}), "fee.rates[0].formula.unit_price"),
        (rate(formula={**BY_COPY["formula"], "unit_price": "9999999"}), "fee.rates[0].formula.most"),
        (rate(formula={**BY_COPY["formula"], "least": 9, "most": 8}), "fee.rates[0].formula.least"),
        (rate(formula={"kind": "tiers", "field": "copies"}), "fee.rates[0].formula.steps"),
        (
            rate(formula={"kind": "tiers", "field": "copies", "steps": [{"up_to": 5, "value": 9}, {"value": 8}]}),
            "fee.rates[0].formula.steps",
        ),
        (
            rate(formula={"kind": "tiers", "field": "copies", "steps": [{"value": 8}, {"up_to": 5, "value": 9}]}),
            "fee.rates[0].formula.steps",
        ),
    ],
)
def test_what_cannot_be_computed_is_not_published(wrong: dict[str, Any], where: str) -> None:
    assert [each.where for each in faults(search(wrong))] == [where]


@pytest.mark.parametrize(
    ("zh", "en", "where"),
    [
        ("工本费每证 10 元", "20 yuan each", ["fee.text_zh"]),
        ("工本费每证 20 元", "10 yuan each", ["fee.text_en"]),
        ("每证20元，加急 50 元", "¥ 20 each, ¥50 in haste", []),
        ("每证 20.00 元", "CNY 20", []),
        ("按标准收工本费", "A fee, by the tariff", []),
        ("第 10 条规定的工本费", "The fee of article 10", []),
        ("超过 1.5 万元的另计", "More above that", []),
        ("每证 1,020 元", "20 yuan", ["fee.text_zh"]),
    ],
)
def test_an_amount_is_the_one_that_the_sentence_beside_it_names(zh: str, en: str, where: list[str]) -> None:
    set_fee = search(amount="20", text_zh=zh, text_en=en)
    by_rate = search(rate(amount="20", text_zh=zh, text_en=en))

    assert [each.where for each in faults(set_fee)] == where
    assert [each.where for each in faults(by_rate)] == [each.replace("fee.", "fee.rates[0].") for each in where]


def test_a_set_fee_is_no_more_than_the_tables_hold() -> None:
    item = search()
    assert item.fee is not None

    def wrong(amount: str) -> list[str]:
        fee = item.fee.model_copy(update={"amount": Decimal(amount), "rates": ()})  # type: ignore[union-attr]
        return [each.where for each in faults(item.model_copy(update={"fee": fee}))]

    assert [wrong("10000000"), wrong("10000000.01")] == [[], ["fee.amount"]]
    assert faults(search(rate(amount="10000000"))) == ()


def test_a_number_that_the_form_does_not_always_ask_sets_no_fee() -> None:
    item = search(BY_COPY)
    hidden = item.fields[1].model_copy(update={"show_if": {"eq": ["who", "firm"]}})

    found = faults(item.model_copy(update={"fields": (item.fields[0], hidden)}))

    assert [(each.where, each.en) for each in found] == [
        ("fee.rates[0]", "copies: the form does not ask it: Who? “small”")
    ]
    assert faults(item) == ()
