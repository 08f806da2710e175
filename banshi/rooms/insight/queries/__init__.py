"""Reads over every room. visits: figures by level · kept, facts: what they are made of · day: a hall's days from other sides
· floor: the hall now · often: 常办."""

from __future__ import annotations

from banshi.rooms.insight.queries.day import (
    HalfHour,
    Kept,
    WaitBar,
    WindowLoad,
    arrivals_by_half_hour,
    busiest,
    promises,
    sides,
    wait_distribution,
    window_loads,
)
from banshi.rooms.insight.queries.facts import BOUNDS, STEPS, counted
from banshi.rooms.insight.queries.floor import FreeClerk, HallBusy, busy, free_clerks, hints
from banshi.rooms.insight.queries.kept import KEPT_BYS, SUMS
from banshi.rooms.insight.queries.often import popular
from banshi.rooms.insight.queries.visits import BYS, COUNTS, TIMES, By, figures, levels, visits

__all__ = [
    "BOUNDS",
    "BYS",
    "COUNTS",
    "KEPT_BYS",
    "STEPS",
    "SUMS",
    "TIMES",
    "By",
    "FreeClerk",
    "HalfHour",
    "HallBusy",
    "Kept",
    "WaitBar",
    "WindowLoad",
    "arrivals_by_half_hour",
    "busiest",
    "busy",
    "counted",
    "figures",
    "free_clerks",
    "hints",
    "levels",
    "popular",
    "promises",
    "sides",
    "visits",
    "wait_distribution",
    "window_loads",
]
