"""Promises on the crowd's own day: its presets' arrivals, bookings, fates, windows and handling times, with a clock and a
queue of its own. Nobody is left out, who waits not at all neither. Seeded; counts only.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import time

import pytest

from banshi.crowd.bench.crowd_day import crowds_day
from banshi.crowd.bench.waits import Told, bias, kept


@pytest.mark.parametrize(
    ("hall", "scale", "days", "hours"),
    [
        ("nancheng", 0.5, 40, [(time(8, 30), time(12)), (time(14), time(17, 30))]),
        ("dongguan", 0.05, 30, [(time(9), time(17))]),
    ],
)
def test_at_most_holds_nine_times_in_ten_and_about_is_right_on_the_crowds_day(
    hall: str, scale: float, days: int, hours: list[tuple[time, time]]
) -> None:
    told = [each for seed in range(days) for each in crowds_day(hall, seed=seed, scale=scale, hours=hours)]
    groups: dict[str, list[Told]] = defaultdict(list)
    for t in told:
        groups["few ahead" if t.ahead <= 2 else "many ahead"].append(t)
        groups["booked" if t.booked else "walk-in"].append(t)

    assert len(told) > 500
    assert 0.88 <= kept(told) <= 0.95
    assert 0.9 <= bias(told) <= 1.1
    for group, members in groups.items():
        if len(members) >= 500:
            assert 0.84 <= kept(members) <= 0.98, (group, len(members), kept(members))
            assert 0.85 <= bias(members) <= 1.15, (group, len(members), bias(members))
