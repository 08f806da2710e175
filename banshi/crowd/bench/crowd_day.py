"""The crowd's own day replayed, and what the waits told in it were worth: its presets' arrivals, bookings, fates, windows and
handling times. Machine time plays no part: the same everywhere. Nobody is left out, who waits not at all neither.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from banshi.crowd import plan
from banshi.crowd.bench.waits import GAP, Coming, Told, lived
from banshi.crowd.bench.worth import by, worth
from banshi.crowd.dice import dice
from banshi.crowd.halls import PRESETS, Place, Profile, on_duty, profile_of
from banshi.rooms.tickets.rules import Handling, Turnout, learn_turnout

HALL, SCALE, DAYS, QUICK_DAYS = "nancheng", 0.5, 200, 3
HOURS = [(time(8, 30), time(12)), (time(14), time(17, 30))]


def crowd_day(*, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """What waits told were worth (`worth`): of all, by category, and by hour of arrival."""
    days = QUICK_DAYS if quick else DAYS
    say(f"the crowd lives {days} days of {HALL} …")
    told = [each for seed in range(days) for each in crowds_day(HALL, seed=seed, scale=SCALE, hours=HOURS)]
    codes = dict(enumerate(sorted(profile_of(HALL).arrivals_weight), 1))
    opens = HOURS[0][0]
    return {
        "hall": HALL,
        "days": days,
        **worth(told),
        "by_category": by(told, lambda each: codes[each.category]),
        "by_hour": by(told, lambda each: f"{opens.hour + each.hour:02}:{opens.minute:02}"),
    }


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
    for number, starts, comes in booked_people(profile, seed=seed, scale=scale, sessions=sessions):
        what = category(10**6 + number)
        if comes is not None:
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
    told = lived(
        arrivals,
        due,
        desks,
        known,
        sigma,
        chance,
        period_s=PERIOD.total_seconds(),
        zeros=True,
        turnout=turnout_of(hall, scale, tuple(hours)),
    )
    return [replace(each, day=seed) for each in told]


def booked_people(
    profile: Profile, *, seed: int, scale: float, sessions: list[plan.Session]
) -> Iterator[tuple[int, float, float | None]]:
    """(number, begin of their period, when they come), seconds after opening; None: they never do."""
    opens = sessions[0].starts_at
    periods = [s.starts_at + PERIOD * n for s in sessions for n in range(int(s.minutes // 30))]
    for number in range(round(round(profile.daily_arrivals * profile.booked_share) * scale)):
        period = periods[number % len(periods)]
        fate = plan.fate(
            profile, seed=seed, code="X", hall=profile.hall, item="i", number=number, made_at=period - timedelta(days=1),
            starts_at=period, ends_at=period + PERIOD,
        )  # fmt: skip
        if fate.fate in ("cancel", "move"):
            continue
        starts = (period - opens).total_seconds()
        came = fate.fate != "never"
        yield number, starts, max((fate.come_at - opens).total_seconds(), starts - 900, 0.0) if came else None


DAYS_BEFORE = range(10_000, 10_020)  # seeds of the days that the hall has learned from; none of them is measured


@lru_cache(maxsize=8)
def turnout_of(hall: str, scale: float, hours: tuple[tuple[time, time], ...]) -> Turnout:
    """What the hall has learned of its booked people on other days, by the product's own rule."""
    profile, sessions, known = profile_of(hall), sessions_of(list(hours)), Turnout()
    for seed in DAYS_BEFORE:
        day = booked_people(profile, seed=seed, scale=scale, sessions=sessions)
        in_time = PERIOD.total_seconds()
        known = learn_turnout(
            known, [None if comes is None or comes - starts >= in_time else comes - starts for _, starts, comes in day]
        )
    return known
