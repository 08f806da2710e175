"""One form for several items: everything once, and each item gets exactly its own part back."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from banshi.rooms.catalogue.rules.guided import form_faults, guided, shown
from banshi.rooms.catalogue.rules.handling import Fee, Handling
from banshi.rooms.catalogue.rules.one_form import (
    answer_faults_jointly,
    costs_jointly,
    faults_jointly,
    guided_jointly,
    implied_jointly,
    member,
    one_form,
    own_answers,
    own_form,
    shown_jointly,
    together,
    unasked,
)

PRESETS = Path(__file__).parents[3] / "presets" / "catalogue" / "handling"
ITEMS = ["sole-trader-licence-new", "food-permit-new", "tobacco-retail-permit-new", "registration-house-sale-transfer",
         "provident-fund-withdrawal-buying-home", "birth-registration"]  # fmt: skip


def preset(code: str) -> Handling:
    return Handling.model_validate(yaml.safe_load((PRESETS / f"{code}.yaml").read_text()))


HANDLINGS = {code: preset(code) for code in ITEMS}
TODAY = date(2026, 1, 6)
SAID = st.sampled_from(["", "小镇书店", "李明", "13800138000", "12", "2026-01-06", "yes", "no", "?"])


def of(*codes: str) -> Any:
    return one_form([(code, HANDLINGS.get(code) or preset(code)) for code in codes])


@st.composite
def filled(draw: st.DrawFn) -> tuple[Any, dict[str, str], dict[str, str]]:
    """Some of the items of the town, with answers and a form somebody might send."""
    one = of(*draw(st.lists(st.sampled_from(ITEMS), min_size=1, max_size=4, unique=True)))
    answers: dict[str, str] = {}
    for part in one.parts:
        for question in part.handling.questions:
            if draw(st.integers(0, 9)):
                answers.setdefault(part.questions[question.id], draw(st.sampled_from(question.options)).id)
    names = sorted({name for part in one.parts for name in part.fields.values()})
    return one, answers, {name: draw(SAID) for name in names}


@given(filled())
@settings(max_examples=60, deadline=None)
def test_each_question_field_and_paper_is_there_once(given_: Any) -> None:
    one, answers, form = given_

    found = guided_jointly(one, answers)

    for codes in (
        [each.id for each in found.questions],
        [each.code for each in found.fields],
        [each.code for each in found.materials],
        [each.code for each in shown_jointly(one, answers, form)],
    ):
        assert len(codes) == len(set(codes))
    elements = [each.element for each in shown_jointly(one, answers, form) if each.element]
    assert len(elements) == len(set(elements))


@given(filled())
@settings(max_examples=60, deadline=None)
def test_an_items_part_is_its_own_form(given_: Any) -> None:
    one, answers, form = given_
    all_of_it = {each.code: each for each in shown_jointly(one, answers, form)}
    seen = set()

    for part in one.parts:
        mine = shown(part.handling, own_answers(part, answers), own_form(part, form))
        seen |= {part.fields[each.code] for each in mine}
        for each in mine:
            assert all_of_it[part.fields[each.code]].required >= each.required

    assert seen == set(all_of_it)


@given(filled())
@settings(max_examples=60, deadline=None)
def test_a_form_is_right_where_it_is_right_for_every_item(given_: Any) -> None:
    one, answers, form = given_

    wrong = {each.code for each in faults_jointly(one, answers, form, TODAY)}

    each_says = {
        part.fields[fault.code]
        for part in one.parts
        for fault in form_faults(part.handling, own_answers(part, answers), own_form(part, form), TODAY)
    }
    assert wrong == each_says


@given(filled())
@settings(max_examples=60, deadline=None)
def test_nothing_is_left_to_ask_once_every_item_knows_enough(given_: Any) -> None:
    one, answers, _ = given_

    found = guided_jointly(one, answers)

    each = [guided(part.handling, own_answers(part, answers)) for part in one.parts]
    assert found.complete == all(part.complete for part in each)
    assert (found.next_question is None) == found.complete


@given(filled())
@settings(max_examples=30, deadline=None)
def test_what_the_items_have_comes_together_again(given_: Any) -> None:
    one, answers, form = given_

    back = together(one, lambda part: (own_answers(part, answers), own_form(part, form)))

    assert back == (answers, form)


def test_one_form_of_one_item_is_its_form() -> None:
    handling = HANDLINGS["sole-trader-licence-new"]
    answers = {"form": "individual", "identity": "mainland"}

    found, alone = guided_jointly(of("sole-trader-licence-new"), answers), guided(handling, answers)

    assert found == alone


def test_a_shop_gives_its_telephone_and_its_place_once() -> None:
    codes = [each.code for each in guided_jointly(of(*ITEMS[:3]), {}).fields]

    assert codes.count("mobile") == 1
    assert "sole-trader-licence-new.funds" not in codes  # an element goes by its own name
    assert "food-permit-new.items" in codes  # what is no element stays its item's


def test_the_more_demanding_of_two_papers_counts() -> None:
    base = HANDLINGS["birth-registration"].model_dump()
    card = {"necessity": "deferrable", "originals": 0, "copies": 3, "channels": ["scan", "paper"], "satisfied_by": []}
    papers = [{**each, **card} if each["code"] == "id-card" else each for each in base["materials"]]
    one = one_form(
        [("a", HANDLINGS["birth-registration"]), ("b", Handling.model_validate({**base, "materials": papers}))]
    )

    (paper,) = [each for each in guided_jointly(one, {}).materials if each.code == "id-card"]

    assert (paper.necessity, paper.originals, paper.copies) == ("required", 1, 3)
    assert (set(paper.channels), paper.satisfied_by) == ({"paper", "scan"}, ())


def test_an_element_of_two_types_is_asked_for_each_and_said() -> None:
    base = HANDLINGS["birth-registration"].model_dump()
    other = Handling.model_validate(
        {
            **base,
            "fields": [{**each, "type": "text"} if each["element"] == "id-number" else each for each in base["fields"]],
        }
    )

    one = one_form([("a", HANDLINGS["birth-registration"]), ("b", other)])

    assert one.conflicts == ("id-number",)
    assert {"a.id-number", "b.id-number", "person-name"} <= {each.code for each in guided_jointly(one, {}).fields}


def test_an_answer_to_no_question_is_a_fault() -> None:
    found = answer_faults_jointly(of(*ITEMS[:2]), {"nobody": "asks", "applicant": "nobody"})

    assert [each.code for each in found] == ["nobody", "applicant"]


def test_the_matters_of_the_presets_ask_nothing_twice_and_mean_one_thing() -> None:
    rows = list(csv.DictReader((PRESETS.parent / "matters.csv").read_text(encoding="utf-8").splitlines()))

    forms = [of(*dict(map(member, row["items"].split(";")))) for row in rows]

    assert [(one.conflicts, len(one.parts) > 1) for one in forms] == [((), True)] * len(rows)
    shared = [sum(len(part.fields) for part in one.parts) - len(guided_codes(one)) for one in forms]
    assert all(saved >= 4 for saved in shared), shared


def guided_codes(one: Any) -> set[str]:
    return {name for part in one.parts for name in part.fields.values()}


def costing(**fee: Any) -> Handling:
    words = {"text_zh": "登记费", "text_en": "A fee"}
    return HANDLINGS["food-permit-new"].model_copy(update={"fee": Fee(**{**words, **fee}) if fee else None})


@pytest.mark.parametrize(
    ("fees", "total", "more"),
    [
        ([{}, {}], "0", False),
        ([{"amount": "80"}, {}], "80", False),
        ([{"amount": "80"}, {"amount": "0.50"}], "80.50", False),
        ([{"amount": "80"}, {"text_zh": "按面积"}], "80", True),
        ([{"text_zh": "按面积"}, {}], "0", True),
        ([{"amount": "80", "needed_if": {"eq": ["nothing", "asked"]}}, {}], "0", False),
    ],
)
def test_what_all_of_it_costs_is_added_up_as_far_as_it_is_known(
    fees: list[dict[str, Any]], total: str, more: bool
) -> None:
    found = costs_jointly(one_form([(f"item-{n}", costing(**fee)) for n, fee in enumerate(fees)]), {})

    assert (found.total, found.more) == (Decimal(total), more)
    assert [item for item, _ in found.each] == ["item-0", "item-1"]


def test_a_bought_home_is_asked_for_its_loan_once() -> None:
    one = of("registration-house-sale-transfer", "provident-fund-withdrawal-buying-home")

    assert [part.questions["loan"] for part in one.parts] == ["loan", "loan"]


def test_what_the_situation_says_is_not_asked() -> None:
    """Who bought a second-hand home is not asked which kind of home it is."""
    text = "registration-house-sale-transfer?kind=home;provident-fund-withdrawal-buying-home?home=sale&loan=gone"
    members = dict(map(member, text.split(";")))
    one = of(*members)
    implied = implied_jointly(one, members)

    asked, answers = [], dict(implied)
    while (question := unasked(guided_jointly(one, answers), implied).next_question) is not None:
        asked.append(question.text_zh)
        answers[question.id] = question.options[0].id

    assert set(implied.values()) == {"home", "sale"}  # there is no such answer to `loan`: it is asked
    assert [each for each in ("房屋用途？", "买的是什么房？") if each in asked] == []
    assert asked.count("买方贷款买吗？") == 1
    assert not {each.id for each in unasked(guided_jointly(one, answers), implied).questions} & set(implied)


def test_the_situations_of_the_presets_answer_what_their_items_ask() -> None:
    path = PRESETS.parent / "matters.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        for code, said in map(member, row["items"].split(";")):
            asks = {each.id: [option.id for option in each.options] for each in preset(code).questions} if said else {}
            assert [question for question, option in said.items() if option not in asks.get(question, [])] == []
