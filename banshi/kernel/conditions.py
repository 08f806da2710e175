"""Conditions as data: JSON trees over facts, judged in three values.

    {"all": [{"eq": ["premises", "rented"]}, {"not": {"known": "agent"}}]}

Nodes: `all`, `any` (lists of nodes), `not` (a node), `eq`, `ne`, `ge`, `gt`, `le`, `lt` ([fact, value]), `in`
([fact, [values]]), `known` (fact); `{}` is true. A value may be another fact: `{"le": ["from", {"fact": "until"}]}`. A fact
that is missing, or cannot be compared, makes its comparison neither true nor false: None, by Kleene's tables, so that nothing
passes or fails because nobody asked.

`judge`, `names` and `faults` take any JSON whatever: a node that is none is neither true nor false, and `faults` says where.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

DEEPEST = 12  # nodes inside nodes
MOST_NODES = 200
MOST_VALUES = 200  # of one `in`
LONGEST = 200  # characters of a fact's name or of a value

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
_COMPARISONS = frozenset({"eq", "ne", "in", *_ORDERS})


@dataclass(frozen=True)
class Step:
    """One comparison that was made: which fact, how, with what, what was found there, and what came of it."""

    fact: str
    how: str
    wanted: object
    found: object
    value: bool | None


@dataclass(frozen=True)
class Judged:
    """True, false, or not to be told; and every comparison made on the way, in order."""

    value: bool | None
    trace: tuple[Step, ...]


def judge(node: object, facts: Mapping[str, object]) -> Judged:
    """Whether it holds. A fact whose value is None is a missing one."""
    trace: list[Step] = []
    value = _judge(node, facts, trace, 0)
    return Judged(value, tuple(trace))


def names(node: object) -> frozenset[str]:
    """Every fact that is asked anywhere in it."""
    return frozenset(_names(node, 0))


def faults(node: object) -> tuple[str, ...]:
    """What keeps it from being a condition, each with its place; empty where it is one."""
    found: list[str] = []
    count = _look(node, "", found, 0)
    if count > MOST_NODES:
        found.append(f"more than {MOST_NODES} nodes")
    return tuple(found)


def _one(node: object) -> tuple[str, object] | None:
    """The operator of a node and what it is about; None where the node has not exactly one."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    [(how, about)] = node.items()
    return (how, about) if isinstance(how, str) else None


def _judge(node: object, facts: Mapping[str, object], trace: list[Step], depth: int) -> bool | None:
    if isinstance(node, dict) and not node:
        return True
    said = _one(node)
    if said is None or depth > DEEPEST or len(trace) > MOST_NODES:
        return None
    how, about = said
    if how in ("all", "any"):
        if not isinstance(about, list):
            return None
        values = [_judge(each, facts, trace, depth + 1) for each in about[:MOST_NODES]]
        decided = how == "any"  # one true makes `any` true, one false makes `all` false
        if decided in values:
            return decided
        return None if None in values or len(about) > MOST_NODES else not decided
    if how == "not":
        value = _judge(about, facts, trace, depth + 1)
        return None if value is None else not value
    return _leaf(how, about, facts, trace)


def _leaf(how: str, about: object, facts: Mapping[str, object], trace: list[Step]) -> bool | None:
    value: bool | None
    if how == "known":
        if not isinstance(about, str):
            return None
        value = facts.get(about) is not None
        trace.append(Step(about, how, None, facts.get(about), value))
        return value
    if how not in _COMPARISONS or not isinstance(about, list) or len(about) != 2 or not isinstance(about[0], str):
        return None
    fact, wanted = about
    found = facts.get(fact)
    other = _other(wanted)
    if other is not None:
        wanted = facts.get(other)
    value = _compared(how, found, wanted)
    trace.append(Step(fact, how, wanted, found, value))
    return value


def _other(wanted: object) -> str | None:
    """The fact that another one is compared with; None where it is a value."""
    if not isinstance(wanted, dict) or list(wanted) != ["fact"]:
        return None
    name = wanted["fact"]
    return name if isinstance(name, str) else None


def _compared(how: str, found: object, wanted: object) -> bool | None:
    if found is None or not _is_value(found):
        return None
    if how == "in":
        if not isinstance(wanted, list) or not all(_is_value(each) for each in wanted):
            return None
        return any(_same(found, each) for each in wanted)
    if not _is_value(wanted):
        return None
    if how in ("eq", "ne"):
        return _same(found, wanted) is (how == "eq")
    if _kind(found) != _kind(wanted) or _kind(found) == "flag":
        return None
    return bool(_ORDERS[how](found, wanted))


def _kind(value: object) -> str:
    """`flag`, `number`, `text`, or nothing that can be compared."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return "number"
    if isinstance(value, Decimal) and value.is_finite():
        return "number"
    return "text" if isinstance(value, str) else ""


def _is_value(value: object) -> bool:
    return _kind(value) != ""


def _same(one: object, other: object) -> bool:
    """Equal and of one kind: true is not 1, and 1 is not “1”."""
    return _kind(one) == _kind(other) and one == other


def _names(node: object, depth: int) -> Iterator[str]:
    said = _one(node)
    if said is None or depth > DEEPEST:
        return
    how, about = said
    if how in ("all", "any") and isinstance(about, list):
        for each in about[:MOST_NODES]:
            yield from _names(each, depth + 1)
    elif how == "not":
        yield from _names(about, depth + 1)
    elif how == "known" and isinstance(about, str):
        yield about
    elif how in _COMPARISONS and isinstance(about, list) and about and isinstance(about[0], str):
        yield about[0]
        if len(about) == 2 and (other := _other(about[1])) is not None:
            yield other


def _look(node: object, at: str, found: list[str], depth: int) -> int:
    """Notes what is wrong from here on. :returns: how many nodes there are, as far as it was worth counting."""
    if isinstance(node, dict) and not node:
        return 1
    said = _one(node)
    if said is None:
        found.append(f"{at or 'condition'}: not a condition with one operator")
        return 1
    how, about = said
    here = f"{at}.{how}" if at else how
    if how in ("all", "any", "not") and depth >= DEEPEST:
        found.append(f"{at or how}: more than {DEEPEST} levels deep")
    elif how in ("all", "any"):
        if isinstance(about, list):
            return 1 + _look_at_each(about, here, found, depth)
        found.append(f"{here}: takes a list of conditions")
    elif how == "not":
        return 1 + _look(about, here, found, depth + 1)
    elif how == "known":
        found += _wrong_fact(about, here)
    elif how in _COMPARISONS:
        found += _wrong_comparison(how, about, here)
    else:
        found.append(f"{at or 'condition'}: no such operator")
    return 1


def _look_at_each(nodes: list[object], here: str, found: list[str], depth: int) -> int:
    count = 0
    for i, each in enumerate(nodes):
        if count > MOST_NODES or len(found) > MOST_NODES:
            break
        count += _look(each, f"{here}[{i}]", found, depth + 1)
    return count


def _wrong_fact(fact: object, here: str) -> list[str]:
    fits = isinstance(fact, str) and 0 < len(fact) <= LONGEST
    return [] if fits else [f"{here}: takes the name of a fact"]


def _wrong_comparison(how: str, about: object, here: str) -> list[str]:
    if not isinstance(about, list) or len(about) != 2:
        return [f"{here}: takes a fact and {'a list of values' if how == 'in' else 'a value'}"]
    fact, wanted = about
    wrong = _wrong_fact(fact, here)
    if how == "in":
        if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_VALUES or not all(map(_fits, wanted)):
            wrong.append(f"{here}: takes 1 to {MOST_VALUES} texts, numbers, or yes and no")
    elif (other := _other(wanted)) is not None:
        wrong += _wrong_fact(other, here)
    elif not _fits(wanted) or (how in _ORDERS and isinstance(wanted, bool)):
        wrong.append(f"{here}: takes a text{', a number, or yes and no' if how in ('eq', 'ne') else ' or a number'}")
    return wrong


def _fits(value: object) -> bool:
    return _is_value(value) and not (isinstance(value, str) and len(value) > LONGEST)
