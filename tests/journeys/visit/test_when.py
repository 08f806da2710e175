"""“When can I go?” near somebody: the way there counts like waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.journeys.visit.when import away_km, when
from banshi.rooms.places.models import Hall
from tests.surfaces.citizen.conftest import give_hours
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
NANCHENG, CHENGDU = (23.0205, 113.7518), (30.66, 104.06)


def put(hall: Hall, place: tuple[float, float]) -> None:
    hall.lat, hall.lon = place
    hall.save(update_fields=["lat", "lon"])


@pytest.fixture
def halls(town: Town) -> Town:
    """The town's hall stands in Nancheng, the other one in Chengdu; both handle the same matter."""
    put(town.hall, NANCHENG)
    put(town.other_hall, CHENGDU)
    for hall in (town.hall, town.other_hall):
        give_hours(hall)
    row = town.hall.items.get(item__code="pension")
    if not town.other_hall.items.filter(item__code="pension").exists():
        town.other_hall.items.create(
            item=row.item,
            category=town.other_hall.categories.create(code="P", letter="P", name_zh="社保", name_en="Insurance"),
        )
    return town


def test_from_nancheng_to_chengdu_it_is_about_1282_kilometres(halls: Town):
    assert round(away_km(halls.other_hall, NANCHENG) or 0) == 1282


def test_no_way_is_known_to_a_hall_without_a_place_or_from_nowhere(halls: Town):
    halls.hall.lat = None

    assert (away_km(halls.hall, CHENGDU), away_km(halls.other_hall, None)) == (None, None)


@pytest.mark.parametrize(("near", "first"), [(NANCHENG, "town"), (CHENGDU, "other")])
def test_the_nearer_of_two_open_halls_comes_first(halls: Town, near: tuple[float, float], first: str):
    codes = {"town": halls.hall.code, "other": halls.other_hall.code}

    found = when(item_code="pension", near=near, now=TUESDAY_NINE + timedelta(minutes=5))

    assert found[0].hall == codes[first]
    assert found[0].away_km == pytest.approx(0, abs=0.1)


def test_nothing_is_said_of_the_way_where_nobody_asked_near(halls: Town):
    found = when(item_code="pension", now=TUESDAY_NINE)

    assert [chance.away_km for chance in found] == [None] * len(found)
