"""Which hall to book in: a list with the way, the line and the earliest place, best first."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town, at


@pytest.fixture
def two_halls(open_town: Town) -> Town:
    """The other hall does pensions too."""
    here = HallItem.objects.get(hall=open_town.hall, item__code="pension")
    other = Category.objects.create(
        hall=open_town.other_hall, code="A", letter="A", name_zh="社保", name_en="Insurance"
    )
    HallItem.objects.create(hall=open_town.other_hall, item=here.item, category=other)
    return open_town


def codes(page: Any) -> list[str]:
    return [each.hall.code for each in page.context["choices"]]


def test_the_hall_with_the_earliest_place_stands_first_and_is_looked_at(anybody: Phone, two_halls: Town):
    two_halls.slot(starts=at("2026-03-12 09:00"))
    two_halls.slot(starts=at("2026-03-11 14:00"), hall=two_halls.other_hall, business="hall")

    page = anybody.get("/book/pension/")

    assert codes(page) == [two_halls.other_hall.code, two_halls.hall.code]
    assert page.context["hall"] == two_halls.other_hall
    assert "最早：<b>明天 14:00–15:00</b>" in text(page)


def test_a_full_hall_stands_behind_one_with_places(anybody: Phone, two_halls: Town):
    two_halls.slot(quota=1, taken=1)
    two_halls.slot(starts=at("2026-03-13 09:00"), hall=two_halls.other_hall, business="hall")

    page = anybody.get("/book/pension/")

    assert codes(page) == [two_halls.other_hall.code, two_halls.hall.code]
    assert page.context["choices"][1].earliest is None


def test_ten_kilometres_weigh_as_much_as_a_day(anybody: Phone, two_halls: Town):
    for hall, lat in ((two_halls.hall, 23.0), (two_halls.other_hall, 23.3)):
        hall.lat, hall.lon = lat, 113.7
        hall.save()
    two_halls.slot(starts=at("2026-03-12 09:00"))
    two_halls.slot(starts=at("2026-03-11 09:00"), hall=two_halls.other_hall, business="hall")

    page = anybody.get("/book/pension/", near="23.00,113.70")

    assert codes(page) == [two_halls.hall.code, two_halls.other_hall.code]
    assert "约 33 公里" in text(page)


def test_the_chosen_hall_stays_whatever_the_order(anybody: Phone, two_halls: Town):
    two_halls.slot(starts=at("2026-03-12 09:00"))
    two_halls.slot(starts=at("2026-03-11 09:00"), hall=two_halls.other_hall, business="hall")

    page = anybody.get("/book/pension/", hall=two_halls.hall.code)

    assert page.context["hall"] == two_halls.hall
    assert page.context["asked_for"]


def test_more_halls_take_no_more_queries(two_halls: Town, django_assert_num_queries: Any):
    from banshi.rooms.places.models import Hall
    from banshi.surfaces.citizen.which_hall import best_first
    from tests.town import TUESDAY_NINE

    two_halls.slot()
    two_halls.slot(hall=two_halls.other_hall, business="hall")
    halls = list(Hall.objects.select_related("region").order_by("code"))
    best_first(halls, item_code="pension", now=TUESDAY_NINE)

    for some in (halls[:1], halls[:2]):
        with django_assert_num_queries(8):
            assert len(best_first(some, item_code="pension", now=TUESDAY_NINE)) == len(some)


def test_a_process_that_knows_nothing_yet_asks_no_more_for_more_halls(two_halls: Town):
    """After a start, and for each of many workers: nothing is remembered, and the list is no slower for being long."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from banshi.foundation.memory import forget_everything
    from banshi.rooms.places.models import Hall
    from banshi.surfaces.citizen.which_hall import best_first
    from tests.town import TUESDAY_NINE

    two_halls.slot()
    two_halls.slot(hall=two_halls.other_hall, business="hall")
    halls = list(Hall.objects.select_related("region").order_by("code"))

    counts = []
    for some in (halls[:1], halls[:2]):
        forget_everything()
        with CaptureQueriesContext(connection) as asked:
            best_first(some, item_code="pension", now=TUESDAY_NINE)
        counts.append([each["sql"][:90] for each in asked.captured_queries])

    assert len(counts[0]) == len(counts[1]), counts
    assert len(counts[0]) == COLD


COLD = 10
