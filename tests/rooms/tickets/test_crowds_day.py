"""Promises on the crowd's own day: its presets' arrivals, bookings, fates, windows and handling times, with a clock and a
queue of its own. Nobody is left out, who waits not at all neither. Seeded; counts only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from banshi.crowd import plan
from banshi.crowd.dice import dice
from banshi.crowd.halls import PRESETS, Place, Profile, on_duty, profile_of
from banshi.rooms.tickets.rules import Handling
from tests.rooms.tickets.test_honest_waits import GAP, Coming, Told, bias, kept, lived

DAY = date(2026, 11, 24)
PERIOD = timedelta(minutes=30)


def sessions_of(hours: list[tuple[time, time]]) -> list[plan.Session]:
    china = ZoneInfo("Asia/Shanghai")
    return [plan.Session(datetime.combine(DAY, a, china), datetime.combine(DAY, b, china), "regular") for a, b in hours]


def windows_of(profile: Profile) -> list[Place]:
    said = yaml.safe_load((PRESETS / profile.hall / "hall.yaml").read_text("utf-8"))
    every = frozenset(profile.arrivals_weight)
    found = []
    for window in said["windows"]:
        serves = every if window["categories"] == "*" else frozenset(window["categories"])
        found.append(Place(window["number"], window["number"], serves, window["kind"] == "integrated"))
    return found


def crowds_day(hall: str, *, seed: int, scale: float, hours: list[tuple[time, time]]) -> list[Told]:
    """:param scale: the share of the public that comes, and of the windows that are staffed for it."""
    profile, sessions, chance = profile_of(hall), sessions_of(hours), dice(seed, hall, "waits")
    no = {code: n for n, code in enumerate(sorted(profile.arrivals_weight), 1)}
    opens, serial = sessions[0].starts_at, 0
    arrivals: list[Coming] = []
    due: list[tuple[float, float | None, int]] = []

    def category(number: int) -> int:
        return no[plan.citizen(profile, seed=seed, day=DAY, number=number).category]

    booked = round(profile.daily_arrivals * profile.booked_share)
    for each in plan.arrivals(profile, seed=seed, day=DAY, sessions=sessions, booked=booked):
        if each.what == "walk_in" and each.share < scale:
            arrivals.append(((each.at - opens).total_seconds(), serial := serial + 1, category(each.number), None))
    periods = [s.starts_at + PERIOD * n for s in sessions for n in range(int(s.minutes // 30))]
    for number in range(round(booked * scale)):
        period = periods[number % len(periods)]
        fate = plan.fate(
            profile, seed=seed, code="X", hall=hall, item="i", number=number, made_at=period - timedelta(days=1),
            starts_at=period, ends_at=period + PERIOD,
        )  # fmt: skip
        if fate.fate in ("cancel", "move"):
            continue
        what, starts, comes = category(10**6 + number), (period - opens).total_seconds(), None
        if fate.fate != "never":
            comes = max((fate.come_at - opens).total_seconds(), starts - 900, 0.0)
            in_time = comes < starts + PERIOD.total_seconds()
            arrivals.append((comes, serial := serial + 1, what, starts if in_time else None))
        due.append((starts, comes, what))
    places = windows_of(profile)
    staffed = set(on_duty(places, profile, open_minutes=plan.open_minutes(sessions), scale=scale))
    desks = [frozenset(no[code] for code in place.categories) for place in places if place.code in staffed]
    sigma = math.sqrt(math.log(1 + profile.handling_spread**2))
    known = {}
    for code, n in no.items():
        p50 = profile.mean_minutes(code) * 60 * math.exp(-(sigma**2) / 2)
        known[n] = Handling(500, profile.mean_minutes(code) * 60, p50, p50 * math.exp(sigma * 1.2816), GAP)
    return lived(arrivals, due, desks, known, sigma, chance, period_s=PERIOD.total_seconds(), zeros=True)


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
