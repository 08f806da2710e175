"""Which hall to book in: a list with the way, the line and the earliest place, best first."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from banshi.kernel.refusals import Alternative
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category
from banshi.rooms.tickets import actions as tickets
from banshi.surfaces.citizen.which_hall import HallChoice, cost
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import CITIZEN, TUESDAY_NINE, Town, at


@pytest.fixture
def two_halls(open_town: Town) -> Town:
    """The other hall does pensions too."""
    here = HallItem.objects.get(hall=open_town.hall, item__code="pension")
    other = Category.objects.create(
        hall=open_town.other_hall, code="A", letter="A", name_zh="社保", name_en="Insurance"
    )
    HallItem.objects.create(hall=open_town.other_hall, item=here.item, category=other)
    return open_town


PLACE = at("2026-03-11 09:00")


def option(*, earliest: datetime | None = PLACE, km: float | None = None, waiting: int = 3) -> HallChoice:
    place = Alternative(1, earliest, earliest + timedelta(hours=1), 1, "town") if earliest else None
    return HallChoice(SimpleNamespace(), SimpleNamespace(away_km=km, waiting=waiting), place)  # type: ignore[arg-type]


def take(hall: Any) -> None:
    tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=hall, now=TUESDAY_NINE)


def row_of(page: Any, hall: Any) -> str:
    """What the list says of one hall, without markup."""
    rows = re.findall(rf'<a class="row" href="[^"]*hall={hall.code}\b.*?</a>', text(page), re.S)
    assert len(rows) == 1
    return re.sub(r"<[^>]+>", "", rows[0])


def codes(page: Any) -> list[str]:
    return [each.hall.code for each in page.context["choices"]]


def test_the_hall_with_the_earliest_place_stands_first_and_is_looked_at(anybody: Phone, two_halls: Town):
    two_halls.slot(starts=at("2026-03-12 09:00"))
    two_halls.slot(starts=at("2026-03-11 14:00"), hall=two_halls.other_hall, business="hall")

    page = anybody.get("/book/pension/")

    assert codes(page) == [two_halls.other_hall.code, two_halls.hall.code]
    assert page.context["hall"] == two_halls.other_hall
    assert "最早：<b>明天 14:00–15:00</b>" in text(page)


@pytest.mark.parametrize(("language", "waits"), [("zh-hans", "3 人在等"), ("en", "3 waiting")])
def test_of_two_places_at_one_hour_the_shorter_line_stands_first(
    anybody: Phone, two_halls: Town, language: str, waits: str
):
    two_halls.slot(starts=PLACE)
    two_halls.slot(starts=PLACE, hall=two_halls.other_hall, business="hall")
    for _ in range(3):
        take(two_halls.hall)
    take(two_halls.other_hall)
    anybody.client.cookies["django_language"] = language

    page = anybody.get("/book/pension/")

    assert codes(page) == [two_halls.other_hall.code, two_halls.hall.code]
    assert waits in row_of(page, two_halls.hall)
    assert waits.replace("3", "1") in row_of(page, two_halls.other_hall)


def test_a_hall_that_is_closed_now_says_when_it_opens_instead_of_a_line(anybody: Phone, two_halls: Town):
    two_halls.slot(starts=PLACE)
    stop_the_clock(at("2026-03-10 20:00"))

    page = anybody.get("/book/pension/")

    assert ["人在等" in row_of(page, each) for each in (two_halls.hall, two_halls.other_hall)] == [False, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (option(), option(earliest=None)),  # any place before none
        (option(earliest=PLACE, km=30.0), option(earliest=PLACE + timedelta(days=4))),  # three days' worth of way
        (option(km=5.0), option(km=6.0, waiting=0)),  # the way, however short the line
        (option(earliest=PLACE, waiting=9), option(earliest=PLACE + timedelta(hours=1), waiting=0)),  # the hour
        (option(waiting=2), option(waiting=3)),  # the line at last
        (option(earliest=None, waiting=2), option(earliest=None, waiting=3)),
        (option(earliest=None, km=1.0, waiting=9), option(earliest=None, km=2.0, waiting=0)),
    ],
)
def test_a_place_the_way_the_hour_and_the_line_count_in_this_order(one: HallChoice, other: HallChoice):
    assert cost(one, now=TUESDAY_NINE) < cost(other, now=TUESDAY_NINE)


def test_halls_that_nothing_tells_apart_stay_in_their_order(anybody: Phone, two_halls: Town):
    two_halls.slot(starts=PLACE, hall=two_halls.other_hall, business="hall")
    two_halls.slot(starts=PLACE)
    given = [hall.code for hall in places.all_halls()]

    assert codes(anybody.get("/book/pension/")) == given


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
