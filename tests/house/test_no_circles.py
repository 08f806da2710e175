"""No module needs itself: what imports what, also inside functions, never comes round to where it began."""

from __future__ import annotations

from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter

import grimp


def circle_in(imports: Mapping[str, Set[str]]) -> list[str]:
    """One circle, its first module named again at the end; empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle():
    graph = grimp.build_graph("banshi", exclude_type_checking_imports=True, cache_dir=None)

    assert circle_in({m: graph.find_modules_directly_imported_by(m) for m in graph.modules}) == []


def test_a_circle_is_named_from_end_to_end():
    around = circle_in({"clerk": {"visitors"}, "visitors": {"hall"}, "hall": {"clerk"}, "run": {"hall"}})

    assert (len(around), around[0] == around[-1], set(around)) == (4, True, {"clerk", "visitors", "hall"})
