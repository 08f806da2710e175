"""A condition as answers that are ticked, question by question: all of them, or any.

What is deeper than that, or speaks of what is not above, has no rows, and stays as it is written until somebody replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from banshi.rooms.catalogue.rules.editing import OF_FEE, VALID, Document, entries
from banshi.rooms.catalogue.rules.handling import Condition

How = Literal["is", "not", "known"]
Join = Literal["all", "any"]
HOWS: tuple[How, ...] = ("is", "not", "known")
YES_NO = (("true", True, "是", "Yes"), ("false", False, "否", "No"))


@dataclass(frozen=True)
class Answer:
    """One that may be ticked. `key`: as a form carries it; `value`: as a condition compares it."""

    key: str
    value: str | bool
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class Fact:
    """A question, or a field with few values, that a condition may ask."""

    code: str
    text_zh: str
    text_en: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Row:
    """The fact is one of these, none of these, or was answered at all."""

    fact: str
    how: How
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rows:
    join: Join = "all"
    rows: tuple[Row, ...] = ()


def facts_for(document: Document, part: str, at: int) -> tuple[Fact, ...]:
    """What a condition at this place may ask: questions above it, of a field also the fields above, of a fee or a term all."""
    questions = entries(document, "questions")
    known = [_of_question(each) for each in (questions[:at] if part == "questions" else questions)]
    if part in ("fields", VALID) or part in OF_FEE:
        above = entries(document, "fields")
        known += [
            found for each in (above[:at] if part == "fields" else above) if (found := _of_field(each)) is not None
        ]
    return tuple(known)


def rows_of(tree: Condition, facts: Iterable[Fact]) -> Rows | None:
    """None: it cannot be shown as rows."""
    known = {each.code: each for each in facts}
    join: Join = "any" if set(tree) == {"any"} else "all"
    nodes = tree[join] if set(tree) == {join} else [tree] if tree else []
    found = [_row(node, known) for node in nodes] if isinstance(nodes, list) else [None]
    rows = tuple(each for each in found if each is not None)
    if len(rows) < len(found) or len({each.fact for each in rows}) < len(rows):
        return None
    return Rows("all" if len(rows) == 1 else join, rows)


def tree_of(said: Rows, facts: Iterable[Fact], before: Condition | None = None) -> Condition:
    """:param before: the condition that stands; it stays as it is written where it says the same."""
    known = {each.code: each for each in facts}
    if before is not None and rows_of(before, known.values()) == said:
        return before
    nodes = [_node(each, known[each.fact]) for each in said.rows]
    return {} if not nodes else nodes[0] if len(nodes) == 1 else {said.join: nodes}


def _row(node: object, known: Mapping[str, Fact]) -> Row | None:
    if not isinstance(node, dict) or len(node) != 1:
        return None
    ((how, about),) = node.items()
    if how == "known":
        return Row(about, "known") if isinstance(about, str) and about in known else None
    if how == "not" and isinstance(about, dict) and set(about) == {"in"}:
        how, about = "none", about["in"]
    if how not in ("eq", "ne", "in", "none") or not isinstance(about, list) or len(about) != 2:
        return None
    fact = known.get(about[0]) if isinstance(about[0], str) else None
    wanted = about[1] if how in ("in", "none") else [about[1]]
    if fact is None or not isinstance(wanted, list):
        return None
    keys = {(type(each.value), each.value): each.key for each in fact.answers}
    if any(isinstance(each, (dict, list)) or (type(each), each) not in keys for each in wanted):
        return None
    ticked = {keys[type(each), each] for each in wanted}
    in_order = tuple(each.key for each in fact.answers if each.key in ticked)
    return Row(fact.code, "is" if how in ("eq", "in") else "not", in_order)


def _node(row: Row, fact: Fact) -> Condition:
    values = [each.value for each in fact.answers if each.key in row.keys]
    if row.how == "known":
        return {"known": row.fact}
    if len(values) == 1:
        return {"eq" if row.how == "is" else "ne": [row.fact, values[0]]}
    listed: dict[str, Any] = {"in": [row.fact, values]}
    return listed if row.how == "is" else {"not": listed}


def _of_question(question: Mapping[str, Any]) -> Fact:
    return Fact(question["id"], question["text_zh"], question["text_en"], _answers(question["options"]))


def _of_field(field: Mapping[str, Any]) -> Fact | None:
    if field["type"] == "yes_no":
        answers = tuple(Answer(*each) for each in YES_NO)
    else:
        answers = _answers(field["options"])
    return Fact(field["code"], field["label_zh"], field["label_en"], answers) if answers else None


def _answers(options: Iterable[Mapping[str, Any]]) -> tuple[Answer, ...]:
    return tuple(Answer(each["id"], each["id"], each["text_zh"], each["text_en"]) for each in options)
