"""The crowd's clerks come before the hall opens, and call nobody until it does."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from banshi.crowd.hall import HallRun, Keys
from banshi.crowd.halls import Place
from banshi.crowd.plan import Session
from tests.town import at


def calls_at(now: datetime, hours: list[tuple[str, str]]) -> bool:
    """Whether an idle clerk calls somebody who waits."""
    clock: Any = SimpleNamespace(now=lambda: now, jumps=0, speed=1)
    nothing: Any = None
    hall = HallRun(
        "town", api=nothing, clock=clock, keys=Keys("", "", "", {}, {}), profile=nothing, seed=1, scale=lambda: 1.0, say=print,
        reserved=frozenset(), booked=[], at_windows={},
    )  # fmt: skip
    hall.sessions = [
        Session(at(f"2026-03-10 {start}"), at(f"2026-03-10 {end}"), "regular", None) for start, end in hours
    ]
    hall.waiting = Counter(A=1)
    place = Place("town-01", "01", frozenset("A"), integrated=True)
    clerk: Any = SimpleNamespace(place=place, resting=lambda: False, go=asyncio.Event(), wake=asyncio.Event())

    hall.idle(clerk)

    return bool(clerk.go.is_set())


@pytest.mark.parametrize(
    ("now", "calls"),
    [
        ("08:20", False),
        ("08:29", False),
        ("08:30", True),
        ("11:59", True),
        ("12:05", True),
        ("13:50", False),
        ("17:10", True),
    ],
)
def test_nobody_is_called_before_the_hall_opens(now: str, calls: bool):
    """After a session those in line are served to the end."""
    assert calls_at(at(f"2026-03-10 {now}"), [("08:30", "12:00"), ("14:00", "17:00")]) is calls
