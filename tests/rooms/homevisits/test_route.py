"""The suggestion of a day's route: in its half day, no two at a time, with the way between them, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.rooms.homevisits.rules.route import BETWEEN, UNKNOWN, Stop, distance, suggest, way

HOURS = {"am": (540, 720), "pm": (840, 1050)}
NANCHENG, HUMEN, DONGCHENG = (23.02, 113.75), (22.81, 113.67), (23.03, 113.78)

stops = st.lists(
    st.builds(
        lambda half, minutes, at: (half, minutes, at),
        st.sampled_from(["am", "pm"]),
        st.integers(10, 240),
        st.one_of(st.none(), st.tuples(st.floats(22.6, 23.2), st.floats(113.5, 114.3))),
    ),
    max_size=9,
)


def test_towns_lie_as_far_apart_as_the_map_says():
    assert (round(distance(NANCHENG, HUMEN)), distance(HUMEN, HUMEN)) == (25, 0.0)


@pytest.mark.parametrize(
    ("one", "other", "minutes"), [(NANCHENG, None, UNKNOWN), (NANCHENG, NANCHENG, BETWEEN), (NANCHENG, HUMEN, 60)]
)
def test_the_way_takes_its_minutes(one: tuple[float, float], other: tuple[float, float] | None, minutes: int):
    assert way(one, other, km_per_hour=25) == pytest.approx(minutes, abs=2)


def test_the_nearest_comes_first():
    found = suggest(
        [Stop("far", "am", 30, HUMEN), Stop("near", "am", 30, DONGCHENG)], base=NANCHENG, hours=HOURS, km_per_hour=25
    )

    assert [leg.no for leg in found.legs] == ["near", "far"]


def test_what_is_planned_keeps_its_time_and_the_rest_goes_round_it():
    planned = Stop("planned", "am", 60, DONGCHENG, starts=600)

    found = suggest(
        [Stop("asked", "am", 40, DONGCHENG), planned, Stop("more", "am", 40, DONGCHENG)], base=DONGCHENG, hours=HOURS,
        km_per_hour=25,
    )  # fmt: skip

    assert [(leg.no, leg.starts) for leg in found.legs] == [("asked", 545), ("planned", 600), ("more", 665)]


def test_what_does_not_fit_is_said():
    found = suggest([Stop(f"{i}", "pm", 100) for i in range(3)], base=None, hours=HOURS, km_per_hour=25)

    assert (len(found.legs), found.left) == (1, ("1", "2"))


@given(stops, st.integers(3, 80))
def test_any_day_is_a_day_that_can_be_gone(said: list[tuple[str, int, tuple[float, float] | None]], speed: int):
    asked = [Stop(f"{i}", *each) for i, each in enumerate(said)]

    found = suggest(asked, base=NANCHENG, hours=HOURS, km_per_hour=speed)

    by_no = {stop.no: stop for stop in asked}
    assert sorted([leg.no for leg in found.legs] + list(found.left)) == sorted(by_no)
    for half, (opens, closes) in HOURS.items():
        legs = [leg for leg in found.legs if by_no[leg.no].half == half]
        assert all(opens <= leg.starts < leg.ends <= closes for leg in legs)
        for before, after in zip(legs, legs[1:], strict=False):
            needs = way(by_no[before.no].at, by_no[after.no].at, km_per_hour=speed)
            assert (after.way, before.ends + needs <= after.starts) == (needs, True)
