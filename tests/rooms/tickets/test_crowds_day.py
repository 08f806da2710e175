"""Promises on the crowd's own day: its presets' arrivals, bookings, fates, windows and handling times, with a clock and a
queue of its own. Nobody is left out, who waits not at all neither. Seeded; counts only.
"""

from __future__ import annotations

from datetime import time

import pytest

from banshi.crowd.bench.crowd_day import crowds_day
from banshi.crowd.bench.worth import by, within, worth


@pytest.mark.parametrize(
    ("hall", "scale", "days", "hours"),
    [
        ("nancheng", 0.5, 60, [(time(8, 30), time(12)), (time(14), time(17, 30))]),
        ("dongguan", 0.05, 30, [(time(9), time(17))]),
    ],
)
def test_at_most_and_about_hold_in_each_category_and_each_hour_of_the_crowds_day(
    hall: str, scale: float, days: int, hours: list[tuple[time, time]]
) -> None:
    """In 88–95 % and within 10 %, give or take two sampling errors of a part (`worth.within`)."""
    told = [each for seed in range(days) for each in crowds_day(hall, seed=seed, scale=scale, hours=hours)]
    parts = {
        "all": worth(told),
        **by(told, lambda t: f"category {t.category}"),
        **by(told, lambda t: f"hour {t.hour}"),
        **by(told, lambda t: "few ahead" if t.ahead <= 2 else "many ahead"),
        **by(told, lambda t: "booked" if t.booked else "walk-in"),
    }

    assert len(told) > 500
    assert {name: part for name, part in parts.items() if not within(part)} == {}
