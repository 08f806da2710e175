"""Halls and their parts: found by code, along the tree of regions, and where a role reaches."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.queries import HeldRole
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places import actions, queries
from banshi.rooms.places.models import Category, Hall, Region, WindowCategory
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town


def served(town: Town, number: str) -> list[tuple[str, bool]]:
    rows = WindowCategory.objects.filter(window=town.windows[number]).order_by("category__code")
    return list(rows.values_list("category__code", "preferred"))


def test_a_hall_is_found_by_its_code(town: Town) -> None:
    assert queries.hall_by_code("town") == town.hall
    assert (queries.hall_named("town"), queries.hall_named("nowhere")) == (town.hall, None)
    with pytest.raises(Refused, match="nothing-found"):
        queries.hall_by_code("nowhere")


def test_halls_of_a_region_are_those_below_it(town: Town) -> None:
    away = Region.objects.create(code="510000", level="province", name_zh="四川省", name_en="Sichuan", path="/510000/")
    Hall.objects.create(code="away", region=away, name_zh="远", name_en="Away", address_zh="", address_en="", order=9)

    def codes(region: str) -> list[str]:
        return [hall.code for hall in queries.halls_in_region(region)]

    assert codes("440000") == codes("441900") == ["town", "other"]
    assert (codes("510000"), codes("*")) == (["away"], ["town", "other", "away"])
    with pytest.raises(Refused, match="nothing-found"):
        codes("000000")


def test_a_role_reaches_its_hall_its_region_or_everywhere(town: Town) -> None:
    some = next(iter(sorted(ROLES["clerk"])))

    def reaches(kind: str, scope: str) -> frozenset[str]:
        return queries.grants([HeldRole("clerk", kind, scope)])[some]

    assert (reaches("hall", "town"), reaches("all", "")) == ({"town"}, {"*"})
    assert reaches("region", "440000") == {"town", "other"}
    both = queries.grants([HeldRole("clerk", "hall", "town"), HeldRole("clerk", "hall", "other")])
    assert both[some] == {"town", "other"}
    assert queries.grants([HeldRole("nobody", "all", "")]) == {}


def test_a_hall_is_shown_with_its_parts_in_five_queries(town: Town, django_assert_num_queries: Any) -> None:
    hall = queries.hall_by_code("town")

    with django_assert_num_queries(5):
        view = queries.hall_view(hall)

    assert ([f.code for f in view.floors], [z.code for z in view.zones]) == (["1"], ["main"])
    assert [(c.code, c.zone) for c in view.categories] == [("A", "main"), ("B", "main")]
    assert [(w.number, w.floor, w.categories) for w in view.windows] == [
        ("01", "1", ("A", "B")), ("02", "1", ("A", "B")), ("03", "1", ("B",)),
    ]  # fmt: skip
    assert (view.region, view.region_en) == ("441900", "Dongguan")


def test_a_window_is_found_by_its_code(town: Town) -> None:
    assert queries.window_by_code("town-02") == town.windows["02"]
    with pytest.raises(Refused, match="nothing-found"):
        queries.window_by_code("town-99")


def test_what_a_window_serves_is_changed_and_stands_in_the_trail(town: Town) -> None:
    actions.set_window_categories(
        window=town.windows["03"], categories=town.categories.values(), preferred=["B", "Z"], by=CLERK, now=TUESDAY_NINE
    )

    assert served(town, "03") == [("A", False), ("B", True)]
    entry = Entry.objects.get(action="changed-window")
    assert (entry.subject, entry.facts) == ("window:town-03", {"categories": ["A", "B"], "preferred": ["B"]})


def test_what_a_window_calls_first_stays_where_nobody_says(town: Town) -> None:
    window, both = town.windows["01"], list(town.categories.values())
    actions.set_window_categories(window=window, categories=both, preferred=["A"], by=CLERK, now=TUESDAY_NINE)
    actions.set_window_categories(window=window, categories=both[:1], by=CLERK, now=TUESDAY_NINE)

    assert served(town, "01") == [("A", True)]


def test_a_window_serves_something_of_its_own_hall(town: Town) -> None:
    elsewhere = Category.objects.create(
        hall=town.other_hall, code="C", letter="C", name_zh="税务", name_en="Tax", order=0
    )

    for wrong in ([], [elsewhere], [town.categories["A"], elsewhere]):
        with pytest.raises(Refused) as no:
            actions.set_window_categories(window=town.windows["03"], categories=wrong, by=CLERK, now=TUESDAY_NINE)
        assert (no.value.slug, no.value.facts["field"]) == ("invalid", "categories")

    assert served(town, "03") == [("B", False)]


@pytest.mark.race
def test_of_two_who_say_at_once_what_a_window_serves_one_word_stands(committed_town: Town) -> None:
    choices = [[committed_town.categories["A"]], list(committed_town.categories.values())]

    done = together(
        6,
        lambda i: actions.set_window_categories(
            window=committed_town.windows["03"], categories=choices[i % 2], by=CLERK, now=TUESDAY_NINE
        ),
    )

    assert [each for each in done if isinstance(each, Exception)] == []
    assert [code for code, _ in served(committed_town, "03")] in (["A"], ["A", "B"])
