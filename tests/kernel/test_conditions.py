"""Conditions in three values: what is not known neither passes nor fails, and no JSON whatever breaks them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.conditions import DEEPEST, MOST_NODES, Step, faults, judge, names

FACTS: dict[str, object] = {"premises": "rented", "staff": 3, "food": True, "share": Decimal("0.5"), "empty": None}

VALUES = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "b"]), st.floats(-2, 2))
KEYS = st.sampled_from(["x", "y", "z"])
COMPARED = st.builds(
    lambda how, fact, value: {how: [fact, value]}, st.sampled_from(["eq", "ne", "ge", "gt", "le", "lt"]), KEYS, VALUES
)
LISTED = st.builds(lambda fact, values: {"in": [fact, values]}, KEYS, st.lists(VALUES, min_size=1, max_size=3))
NODES = st.recursive(
    st.one_of(COMPARED, LISTED, st.just({})),
    lambda inner: st.one_of(
        st.builds(lambda how, each: {how: each}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=3)),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=6,
)
KNOWN = st.dictionaries(KEYS, VALUES)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["all", "any", "not", "eq", "ne", "ge", "gt", "le", "lt", "in", "known", "x"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=25,
)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({}, True),
        ({"eq": ["premises", "rented"]}, True),
        ({"eq": ["premises", "own"]}, False),
        ({"eq": ["nothing", "own"]}, None),
        ({"eq": ["empty", "own"]}, None),
        ({"ne": ["premises", "own"]}, True),
        ({"ne": ["nothing", "own"]}, None),
        ({"eq": ["food", 1]}, False),
        ({"eq": ["staff", "3"]}, False),
        ({"ge": ["staff", 3]}, True),
        ({"gt": ["staff", 3]}, False),
        ({"le": ["staff", 3.0]}, True),
        ({"lt": ["share", 1]}, True),
        ({"ge": ["premises", 3]}, None),
        ({"ge": ["food", True]}, None),
        ({"ge": ["premises", "own"]}, True),
        ({"in": ["premises", ["own", "rented"]]}, True),
        ({"in": ["premises", ["own"]]}, False),
        ({"in": ["nothing", ["own"]]}, None),
        ({"known": "premises"}, True),
        ({"known": "nothing"}, False),
        ({"known": "empty"}, False),
        ({"not": {"known": "nothing"}}, True),
        ({"not": {"eq": ["nothing", 1]}}, None),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"all": [{}, {"eq": ["nothing", 1]}]}, None),
        ({"all": [{"eq": ["nothing", 1]}, {"eq": ["staff", 1]}]}, False),
        ({"any": [{"eq": ["nothing", 1]}, {"eq": ["staff", 3]}]}, True),
        ({"any": [{"eq": ["nothing", 1]}, {"eq": ["staff", 1]}]}, None),
    ],
)
def test_each_node_says_yes_no_or_cannot_tell(node: Any, value: bool | None) -> None:
    assert (judge(node, FACTS).value, faults(node)) == (
        value,
        ("ge: takes a text or a number",) if node == {"ge": ["food", True]} else (),
    )


def test_the_trace_says_what_was_compared_and_found() -> None:
    judged = judge({"all": [{"eq": ["premises", "own"]}, {"not": {"known": "agent"}}]}, FACTS)

    assert judged.trace == (
        Step("premises", "eq", "own", "rented", False),
        Step("agent", "known", None, None, False),
    )


def test_every_fact_that_is_asked_is_named() -> None:
    node = {"any": [{"not": {"eq": ["a", 1]}}, {"all": [{"in": ["b", [1]]}, {"known": "c"}, {"lt": ["a", 2]}]}, {}]}

    assert names(node) == {"a", "b", "c"}


@given(NODES, KNOWN)
def test_to_deny_twice_changes_nothing(node: Any, facts: dict[str, object]) -> None:
    assert judge({"not": {"not": node}}, facts).value is judge(node, facts).value


@given(st.lists(NODES, max_size=3), KNOWN)
def test_not_all_is_any_not(nodes: list[Any], facts: dict[str, object]) -> None:
    denied = [{"not": each} for each in nodes]

    assert judge({"not": {"all": nodes}}, facts).value is judge({"any": denied}, facts).value
    assert judge({"not": {"any": nodes}}, facts).value is judge({"all": denied}, facts).value


@given(st.lists(NODES, max_size=3), KNOWN)
def test_the_order_of_conditions_does_not_matter(nodes: list[Any], facts: dict[str, object]) -> None:
    for how in ("all", "any"):
        assert judge({how: nodes}, facts).value is judge({how: nodes[::-1]}, facts).value


@given(NODES, KNOWN, KNOWN)
def test_what_was_decided_stays_decided_when_more_is_known(
    node: Any, facts: dict[str, object], more: dict[str, object]
) -> None:
    before = judge(node, facts).value

    assert before is None or judge(node, {**more, **facts}).value is before


@given(NODES)
def test_with_nothing_known_only_what_asks_nothing_is_decided(node: Any) -> None:
    assert names(node) or judge(node, {}).value is not None


@given(NODES)
def test_what_is_well_formed_has_no_faults_but_orders_of_yes_and_no(node: Any) -> None:
    assert [each for each in faults(node) if not each.endswith("takes a text or a number")] == []


@given(ANYTHING, KNOWN)
def test_no_json_whatever_raises(node: Any, facts: dict[str, object]) -> None:
    value = judge(node, facts).value

    assert value in (True, False, None)
    assert (isinstance(names(node), frozenset), isinstance(faults(node), tuple)) == (True, True)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (None, "condition: not a condition with one operator"),
        ([], "condition: not a condition with one operator"),
        ({"eq": ["a", 1], "ne": ["a", 2]}, "condition: not a condition with one operator"),
        ({"maybe": []}, "condition: no such operator"),
        ({"all": {}}, "all: takes a list of conditions"),
        ({"all": [{}, {"any": [7]}]}, "all[1].any[0]: not a condition with one operator"),
        ({"not": []}, "not: not a condition with one operator"),
        ({"eq": ["a"]}, "eq: takes a fact and a value"),
        ({"in": "a"}, "in: takes a fact and a list of values"),
        ({"in": ["a", []]}, "in: takes 1 to 200 texts, numbers, or yes and no"),
        ({"eq": [1, 1]}, "eq: takes the name of a fact"),
        ({"eq": ["a", None]}, "eq: takes a text, a number, or yes and no"),
        ({"eq": ["a", float("nan")]}, "eq: takes a text, a number, or yes and no"),
        ({"eq": ["a", "x" * 201]}, "eq: takes a text, a number, or yes and no"),
        ({"gt": ["a", True]}, "gt: takes a text or a number"),
        ({"known": ""}, "known: takes the name of a fact"),
    ],
)
def test_what_is_malformed_is_told_with_its_place_and_never_holds(node: Any, said: str) -> None:
    assert faults(node) == (said,)


def deep(levels: int) -> Any:
    node: Any = {"known": "a"}
    for _ in range(levels):
        node = {"not": node}
    return node


def test_too_deep_and_too_large_is_told_and_cannot_be_decided() -> None:
    assert faults(deep(DEEPEST)) == ()
    assert faults(deep(DEEPEST + 1)) == ("not" + ".not" * (DEEPEST - 1) + f": more than {DEEPEST} levels deep",)
    assert judge(deep(5000), {"a": 1}).value is None
    assert faults({"all": [{}] * (MOST_NODES + 1)}) == (f"more than {MOST_NODES} nodes",)
    assert judge({"all": [{}] * (MOST_NODES + 1)}, {}).value is None
    assert names(deep(5000)) == frozenset()


def test_a_whole_number_of_any_length_and_what_is_no_value_are_compared_with_care() -> None:
    huge = json.loads("1" * 4000)

    assert judge({"gt": ["a", 1.5]}, {"a": huge}).value is True
    assert judge({"eq": ["a", 1]}, {"a": float("inf")}).value is None
    assert judge({"eq": ["a", 1]}, {"a": ["list"]}).value is None


@pytest.mark.parametrize(("until", "holds"), [("2026-03-10", True), ("2026-03-09", False), (None, None), (7, None)])
def test_a_fact_is_compared_with_another_one(until: object, holds: bool | None) -> None:
    node = {"le": ["from", {"fact": "until"}]}

    assert judge(node, {"from": "2026-03-10", "until": until}).value is holds
    assert names(node) == {"from", "until"}
    assert faults(node) == ()


@pytest.mark.parametrize("other", [{"fact": ""}, {"fact": 3}, {"fact": "a", "or": "b"}, {}])
def test_a_fact_to_compare_with_has_a_name(other: object) -> None:
    assert len(faults({"eq": ["from", other]})) == 1


def test_a_list_of_values_holds_no_facts() -> None:
    assert len(faults({"in": ["from", [{"fact": "until"}]]})) == 1
