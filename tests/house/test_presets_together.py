"""一件事 of the presets: each is one form that asks for less than its items do one by one, and can be begun in some hall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from banshi.kernel.conditions import judge, names
from banshi.rooms.catalogue.rules.general import identity_card_named
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.one_form import (
    OneForm,
    costs_jointly,
    guided_jointly,
    implied_jointly,
    member,
    one_form,
    unasked,
)
from banshi.rooms.catalogue.rules.one_matters import Known, faults
from tests.house.test_presets_catalogue import HALLS, hall_items, items_by_code, rows
from tests.journeys.hall.test_modelled_matters import matter

MATTERS = {row["code"]: row for row in rows("catalogue/matters.csv")}
MOST_PATHS = 20_000


def members(code: str) -> dict[str, dict[str, str]]:
    return dict(map(member, MATTERS[code]["items"].split(";")))


def form_of(code: str) -> tuple[OneForm, dict[str, str]]:
    """Its one form, and what the situation itself answers of it."""
    one = one_form([(item, matter(item)) for item in members(code)])
    return one, implied_jointly(one, members(code))


def ends(code: str) -> Iterator[Guided]:
    """Where every path of answers ends."""
    one, implied = form_of(code)
    left: list[dict[str, str]] = [dict(implied)]
    seen = 0
    while left:
        answers = left.pop()
        seen += 1
        assert seen < MOST_PATHS
        found = unasked(guided_jointly(one, answers), implied)
        if found.next_question is None:
            yield found
        else:
            left += [{**answers, found.next_question.id: option.id} for option in found.next_question.options]


def test_each_has_its_place_and_its_words() -> None:
    assert len(MATTERS) >= 5
    assert len({row["order"] for row in MATTERS.values()}) == len(MATTERS)
    assert [code for code, row in MATTERS.items() if not all(row[f"summary_{each}"] for each in ("zh", "en"))] == []


@pytest.mark.parametrize("code", MATTERS)
def test_the_office_could_publish_it_as_it_is(code: str) -> None:
    row: dict[str, Any] = dict(MATTERS[code])
    row["joint_days"] = int(row["joint_days"]) if row["joint_days"] else None
    known = {item: Known(items_by_code()[item]["audience"], matter(item), False) for item in members(code)}

    assert faults(row, known) == []


@pytest.mark.parametrize("code", MATTERS)
def test_it_is_modelled_whole_and_begun_on_the_web_the_kiosk_and_at_the_window(code: str) -> None:
    one, implied = form_of(code)
    found = guided_jointly(one, implied)

    assert all(matter(item).fields for item in members(code))
    assert (found.where.online, found.where.window) == (True, True)
    assert [h for h in HALLS if members(code).keys() <= {row["item"] for row in hall_items(h)}]


@pytest.mark.parametrize("code", MATTERS)
def test_one_form_asks_for_less_than_its_items_one_by_one(code: str) -> None:
    one, implied = form_of(code)
    fields = {name for part in one.parts for name in part.fields.values()}
    questions = {name for part in one.parts for name in part.questions.values()} - implied.keys()

    assert len(fields) < sum(len(part.fields) for part in one.parts)
    assert len(questions) <= sum(len(part.questions) for part in one.parts)
    assert one.conflicts == ()


@pytest.mark.parametrize("code", MATTERS)
def test_no_question_of_one_form_reads_like_another(code: str) -> None:
    for found in ends(code):
        texts = [each.text_zh for each in found.questions]

        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("code", MATTERS)
def test_every_path_ends_in_one_list_of_papers_each_once(code: str) -> None:
    every = list(ends(code))

    assert every
    for found in every:
        codes = [each.code for each in found.materials]
        assert found.complete
        assert len(set(codes)) == len(codes)
        assert found.fields


@pytest.mark.parametrize("code", MATTERS)
def test_no_field_asks_for_what_another_one_asks(code: str) -> None:
    """A shop has one area, whichever permit asks for it, and whoever applies one name."""
    for found in ends(code):
        asked = [_fact(each.label_zh) for each in found.fields if _may_show(each, found)]

        assert {each for each in asked if asked.count(each) > 1} == set()


@pytest.mark.parametrize("code", MATTERS)
def test_no_paper_is_asked_for_under_two_names(code: str) -> None:
    """The same card, as the operator's and as the representative's, is one card."""
    for found in ends(code):
        papers = [_fact(each.name_zh) for each in found.materials]
        cards = [each.name_zh for each in found.materials if identity_card_named(each.name_zh)]

        assert {each for each in papers if papers.count(each) > 1} == set()
        assert len([each for each in cards if not each.startswith(OTHERS)]) <= 1


OTHERS = ("卖方", "配偶", "代理人", "监护")  # whose card it is, where it is not the applicant's
QUALIFIES = re.compile("（[^）]*）|店面|经营场所|场所|企业|单位|字号|经营者")


def _fact(said: str) -> str:
    """What a label asks for, without the words that each matter puts before it; whole where nothing else is left."""
    return QUALIFIES.sub("", said) or said


def _may_show(field: Field, found: Guided) -> bool:
    """Whether it is asked for with these answers; what hangs on other fields may be."""
    others = {each.code for each in found.fields}
    return judge(field.show_if, found.answers).value is True or bool(others & names(field.show_if))


@pytest.mark.parametrize("code", MATTERS)
def test_no_question_hangs_on_what_the_situation_has_answered_otherwise(code: str) -> None:
    """What a situation says has to be asked by its item: an answer to what nobody asks is forgotten in silence."""
    one, implied = form_of(code)

    assert {part.item: said for part in one.parts if (said := members(code)[part.item])} == {
        part.item: {
            q: o for q, name in part.questions.items() if (o := implied.get(name)) and q in members(code)[part.item]
        }
        for part in one.parts
        if members(code)[part.item]
    }
    assert implied.items() <= dict(guided_jointly(one, _first(one, implied)).answers).items()


@pytest.mark.parametrize("code", MATTERS)
def test_what_all_of_it_costs_is_what_each_item_costs(code: str) -> None:
    one, implied = form_of(code)
    costs = costs_jointly(one, _first(one, implied))
    paid = {item for item, cost in costs.each if cost is not None}

    assert paid == {item for item in members(code) if items_by_code()[item]["fee_zh"] != "不收费"}
    assert costs.total >= Decimal(0)
    assert costs.more == any(cost is not None and cost.amount is None for _, cost in costs.each)


def _first(one: OneForm, implied: dict[str, str]) -> dict[str, str]:
    """The first answer to everything that is asked."""
    answers = dict(implied)
    while (question := guided_jointly(one, answers).next_question) is not None:
        answers[question.id] = question.options[0].id
    return answers
