"""What many ring up about at once is seen as it rises, against what is usual."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.rooms.hotline import queries, rules
from banshi.rooms.hotline.models import Order
from tests.rooms.hotline.conftest import Hotline
from tests.town import TUESDAY_NINE

NOW = TUESDAY_NINE


def rung(hotline: Hotline, n: int, *, days_ago: float = 0.5, subject: str = "waiting", item: str = "") -> None:
    at = NOW - timedelta(days=days_ago)
    for _ in range(n):
        hotline.opened(now=at, subject=subject, item=item, phone=None)


@pytest.mark.parametrize(
    ("today", "before", "said"),
    [(4, 0, False), (5, 0, True), (5, 46, True), (5, 47, False), (15, 140, True), (15, 141, False)],
)
def test_it_rises_from_five_a_day_and_three_times_the_usual(today: int, before: int, said: bool) -> None:
    assert rules.rises(today, before) is said


@given(st.integers(0, 500), st.integers(0, 5000))
def test_more_today_never_makes_it_less(today: int, before: int) -> None:
    assert rules.rises(today + 1, before) >= rules.rises(today, before)


@pytest.mark.django_db
def test_subjects_and_matters_that_rise_come_most_first(hotline: Hotline) -> None:
    rung(hotline, 6)
    rung(hotline, 7, subject="matter", item="pension")
    rung(hotline, 28, subject="place", days_ago=3)
    rung(hotline, 2, subject="place")

    found = queries.rising(hotline.town.hall, now=NOW)

    assert [(each.about, each.today, each.usual) for each in found] == [("item:pension", 7, 0.0), ("waiting", 6, 0.0)]
    assert [each.subject_zh for each in found][1] == "排队等候"
    assert {row.subject for row in queries.about(Order.objects.all(), "waiting")} == {"waiting"}
    assert queries.about(Order.objects.all(), "item:pension").count() == 7


@pytest.mark.django_db
def test_what_is_over_a_day_ago_or_in_another_hall_does_not_rise(hotline: Hotline) -> None:
    rung(hotline, 9, days_ago=1.1)

    assert (queries.rising(hotline.town.hall, now=NOW), queries.rising(hotline.town.other_hall, now=NOW)) == ([], [])


@pytest.mark.django_db
def test_it_costs_one_query_however_many_ring_up(hotline: Hotline, django_assert_num_queries: object) -> None:
    rung(hotline, 12)

    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.rising(hotline.town.hall, now=NOW)
