"""What many in a line share is worked out once for all of them, and is what counting one by one says."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.line import _Before
from tests.rooms.tickets.line import minutes, take
from tests.town import Town

_LINES = st.lists(st.sets(st.integers(0, 4), min_size=1), max_size=4)
_NUMBERS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=30)


@given(windows=_LINES, numbers=_NUMBERS)
def test_people_before_are_those_counted_one_by_one(windows: list[set[int]], numbers: list[tuple[int, int]]) -> None:
    neighbours = {c: frozenset({c}).union(*(w for w in windows if c in w)) for c in range(5)}
    held = Counter(visit for _, visit in numbers)
    before = _Before({visit for visit, n in held.items() if n > 1}, neighbours)
    passed: list[tuple[int, int]] = []

    for category, visit in numbers:
        near = neighbours[category]
        counted = {other for theirs, other in passed if theirs in near and other != visit}
        assert before.people(near, but=visit) == len(counted)
        ticket: Any = SimpleNamespace(category=category, visit=visit)
        before.add(ticket)
        passed.append((category, visit))


def test_how_long_somebody_has_waited_longest(open_hall: Town) -> None:
    for n, category in enumerate("ABB"):
        take(open_hall, category, now=minutes(n))
    Ticket.objects.filter(number="B002").update(wait_s=600)

    line = queries.line(open_hall.hall.pk, minutes(5) + timedelta(seconds=7))

    assert {c.code: c.longest_wait_s for c in line.categories} == {"A": 307, "B": 787}
    assert {t.number: t.waited_s for t in line.tickets} == {"A001": 307, "B001": 247, "B002": 787}
