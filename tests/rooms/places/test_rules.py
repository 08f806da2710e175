"""How far halls lie apart, how long the way takes, and where people may be sent on to."""

from __future__ import annotations

import pytest

from banshi.rooms.places.rules import km_between, minutes_away, sent_on_to, travel_s

NANCHENG, DONGGUAN = (23.0207, 113.7518), (23.0489, 113.7447)
TOWN, CITY, PROVINCE = "/440000/441900/441901/", "/440000/441900/", "/440000/440100/"


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres_and_the_way_back_as_long() -> None:
    assert km_between((23.0, 113.0), (24.0, 113.0)) == pytest.approx(111.19, abs=0.01)
    assert km_between((23.0, 113.0), (23.0, 114.0)) == pytest.approx(102.35, abs=0.01)
    assert km_between(NANCHENG, DONGGUAN) == km_between(DONGGUAN, NANCHENG) == pytest.approx(3.22, abs=0.01)
    assert km_between(NANCHENG, NANCHENG) == 0.0


def test_the_way_goes_at_twenty_an_hour_and_begins_with_setting_out() -> None:
    assert travel_s(10.0) == 1800.0
    assert [minutes_away(km) for km in (0.0, 3.22, 10.0)] == [5, 15, 35]


@pytest.mark.parametrize(
    ("path", "listed", "may"),
    [
        (TOWN, (), True),
        (CITY, (), True),
        (PROVINCE, (), False),
        (PROVINCE, ("there",), True),
        (CITY, ("elsewhere",), False),  # where there is a list, it alone says
    ],
)
def test_people_are_sent_on_within_the_city_or_as_the_hall_lists(path: str, listed: tuple[str, ...], may: bool) -> None:
    assert sent_on_to("there", path=path, from_path=CITY, listed=listed) is may
