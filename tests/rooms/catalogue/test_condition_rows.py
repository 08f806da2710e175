"""Conditions as ticked answers, and back; and a handling that is changed part by part."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.catalogue.rules.condition_rows import Row, Rows, facts_for, rows_of, tree_of
from banshi.rooms.catalogue.rules.editing import blank, fresh_code, moved, put, taken_out
from banshi.rooms.catalogue.rules.paths import paths
from banshi.rooms.catalogue.rules.unfinished import unfinished, unfinished_faults
from tests.rooms.catalogue.handlings import document, field, handling, question

WHOLE = handling().model_dump(mode="json")
FACTS = facts_for(WHOLE, "materials", 0)


@pytest.mark.parametrize(
    ("tree", "rows"),
    [
        ({}, Rows()),
        ({"eq": ["premises", "own"]}, Rows("all", (Row("premises", "is", ("own",)),))),
        ({"ne": ["premises", "own"]}, Rows("all", (Row("premises", "not", ("own",)),))),
        ({"in": ["lease", ["short", "long"]]}, Rows("all", (Row("lease", "is", ("long", "short")),))),
        ({"not": {"in": ["lease", ["short", "long"]]}}, Rows("all", (Row("lease", "not", ("long", "short")),))),
        ({"known": "lease"}, Rows("all", (Row("lease", "known"),))),
        (
            {"any": [{"eq": ["premises", "own"]}, {"known": "agent"}]},
            Rows("any", (Row("premises", "is", ("own",)), Row("agent", "known"))),
        ),
        ({"any": [{"all": [{"known": "agent"}]}]}, None),
        ({"not": {"eq": ["premises", "own"]}}, None),
        ({"all": [{"ne": ["lease", "long"]}, {"ne": ["lease", "short"]}]}, None),
        ({"eq": ["premises", "sold"]}, None),
        ({"eq": ["unheard", "own"]}, None),
        ({"ge": ["premises", "own"]}, None),
        ({"eq": ["premises", {"fact": "agent"}]}, None),
        ({"in": ["premises", "own"]}, None),
        ({"all": {"eq": ["premises", "own"]}}, None),
        ({"eq": ["premises", "own"], "known": "agent"}, None),
    ],
)
def test_one_level_of_answers_has_rows_and_nothing_else_has(tree: dict[str, Any], rows: Rows | None) -> None:
    assert rows_of(tree, FACTS) == rows
    if rows is not None:
        assert tree_of(rows, FACTS, tree) == tree
        assert rows_of(tree_of(rows, FACTS), FACTS) == rows


def test_what_says_the_same_stays_as_it_is_written() -> None:
    old = {"all": [{"eq": ["premises", "own"]}]}
    said = rows_of(old, FACTS)

    assert said is not None
    assert (tree_of(said, FACTS, old), tree_of(said, FACTS)) == (old, {"eq": ["premises", "own"]})


def test_a_condition_asks_only_what_stands_above_it() -> None:
    yes = field("shared", "yes_no")
    whole = handling(fields=[yes, field("owner", "name"), field("late", "text")]).model_dump(mode="json")

    above = [[each.code for each in facts_for(whole, part, at)] for part, at in (("questions", 1), ("fields", 2))]

    assert above == [["premises"], ["premises", "lease", "agent", "shared"]]
    tree = tree_of(Rows("all", (Row("shared", "is", ("true",)),)), facts_for(whole, "fields", 2))
    assert tree == {"eq": ["shared", True]}
    assert rows_of({"eq": ["shared", "true"]}, facts_for(whole, "fields", 2)) is None


def test_parts_are_put_moved_and_taken_out() -> None:
    codes = lambda said: [each["id"] for each in said["questions"]]  # noqa: E731
    more = put(WHOLE, "questions", 9, blank(WHOLE, "questions", ""))

    assert codes(more) == ["premises", "lease", "agent", "q-1"]
    assert codes(moved(more, "questions", 3, -1)) == ["premises", "lease", "q-1", "agent"]
    assert codes(moved(more, "questions", 0, -1)) == codes(moved(more, "questions", 3, 1)) == codes(more)
    assert codes(taken_out(more, "questions", 1)) == ["premises", "agent", "q-1"]
    assert codes(WHOLE) == ["premises", "lease", "agent"]


def test_a_code_that_a_condition_still_speaks_of_is_not_given_again() -> None:
    said = handling(
        materials=[{"code": "m-7-2", "name_zh": "一", "name_en": "One", "needed_if": {"eq": ["q-4", "o-9"]}}]
    )
    whole = said.model_dump(mode="json")

    assert [fresh_code(whole, part, "m-7") for part in ("questions", "options", "materials")] == [
        "q-5",
        "o-10",
        "m-7-3",
    ]


def test_what_is_missing_is_eased_and_what_is_wrong_is_not() -> None:
    half = {**document(), "questions": [question("one", "own") | {"text_en": ""}], "fields": []}
    said = unfinished(half)

    assert said.handling is not None
    assert (said.handling.questions[0].text_en, len(said.handling.questions[0].options)) == ("问", 2)
    assert [each.where for each in said.missing] == ["questions.one.text_en", "questions.one.options"]
    assert "questions.one.text_en" in [each.where for each in unfinished_faults(half)]
    wrong = unfinished({**document(), "minutes": "soon", "conditions": [{"text_zh": "", "text_en": "x" * 2001}]})
    assert (wrong.handling, [each.where for each in wrong.wrong]) == (None, ["conditions[0].text_en", "minutes"])


def test_paths_say_what_stands_at_their_ends_as_far_as_they_are_shown() -> None:
    found, more = paths(handling(), 2)
    every, rest = paths(handling(), 50)

    assert (len(found), more, len(every), rest) == (2, True, 6, False)
    assert [option.id for _, option in every[0].said] == ["own", "self"]
    assert [(len(each.end.materials), each.empty, each.nowhere) for each in every[:2]] == [
        (2, False, False),
        (3, False, False),
    ]
