"""Two versions of an item beside each other: everything that differs is said, nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.catalogue.rules.compared import Change, Leaf, Said, compared
from banshi.rooms.catalogue.rules.condition_words import sentence
from tests.rooms.catalogue.handlings import document, handling, paper, question


def changes(columns: dict[str, Any] | None = None, **more: Any) -> list[Change]:
    before = Said({"name_zh": "开店", "version": 1}, handling())
    return list(compared(before, Said({**before.columns, **(columns or {})}, handling(**more))))


def test_the_same_twice_differs_in_nothing() -> None:
    assert changes() == []


def test_a_paper_is_added_removed_and_changed() -> None:
    form, card, contract, letter = document()["materials"]

    found = changes(materials=[{**form, "copies": 2}, contract, letter, paper("photo")])

    said = {(each.part, each.of_zh, each.how) for each in found}
    assert said == {
        ("materials", "材料form", "changed"),
        ("materials", "材料card", "removed"),
        ("materials", "材料photo", "added"),
    }
    assert next(each for each in found if each.how == "changed").leaves == (Leaf("copies", 0, 2),)


def test_what_was_only_moved_is_said_once() -> None:
    form, card, *others = document()["materials"]

    (moved,) = changes(materials=[card, form, *others])

    assert (moved.part, moved.leaves[0].name) == ("materials", "order")
    assert [each["text_zh"] for each in moved.leaves[0].before[:2]] == ["材料form", "材料card"]


def test_a_condition_is_one_value_however_deep_it_is() -> None:
    questions = document()["questions"]
    other = {"any": [{"eq": ["premises", "own"]}, {"eq": ["premises", "rented"]}]}

    (changed,) = changes(questions=[questions[0], {**questions[1], "asked_if": other}, questions[2]])

    assert changed.leaves == (Leaf("asked_if", {"eq": ["premises", "rented"]}, other),)


def test_columns_limits_and_a_fee_that_comes_anew() -> None:
    fee = {"amount": "20", "text_zh": "按次", "text_en": "Each time"}

    item, rest = changes({"name_zh": "开店登记"}, fee=fee)

    assert item == Change("item", "", "", (Leaf("name_zh", "开店", "开店登记"),))
    assert {leaf.name for leaf in rest.leaves} >= {"fee.amount", "fee.text_zh", "fee.text_en"}


def test_an_answer_more_is_a_change_of_its_question() -> None:
    questions = [question("premises", "own", "rented", "lent"), *document()["questions"][1:]]

    (changed,) = changes(questions=questions)

    assert (changed.part, [leaf.name for leaf in changed.leaves]) == ("questions", ["options"])


@pytest.mark.parametrize(
    ("tree", "zh", "en"),
    [
        ({}, "", ""),
        ({"eq": ["premises", "rented"]}, "“问”是“选rented”", "“Question” is “Option rented”"),
        (
            {"all": [{"ne": ["agent", "agent"]}, {"any": [{"known": "lease"}, {"ge": ["staff", 3]}]}]},
            "“问”不是“选agent”，并且（答了“问”，或者“栏staff”不小于3）",
            "“Question” is not “Option agent” and (“Question” was answered or “Field staff” is at least 3)",
        ),
        ({"not": {"in": ["agent", ["self", "agent"]]}}, "不符合：“问”是“选self”、“选agent”之一", None),
        ({"le": ["today", {"fact": "rent"}]}, "当天不大于“栏rent”", None),
        ({"eq": ["gone", "x"]}, "gone是x", "gone is x"),
        ({"nonsense": 1}, "{'nonsense': 1}", None),
        ("nothing", "nothing", None),
    ],
)
def test_a_condition_is_a_sentence(tree: Any, zh: str, en: str | None) -> None:
    assert sentence(tree, handling(), zh=True) == zh
    if en is not None:
        assert sentence(tree, handling(), zh=False) == en
