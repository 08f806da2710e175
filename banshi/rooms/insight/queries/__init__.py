"""Reads over every room. visits: figures by level · day: a hall's days from other sides · floor: the hall now · often: 常办."""

from __future__ import annotations

from banshi.rooms.insight.queries.day import (
    HalfHour,
    Kept,
    WaitBar,
    WindowLoad,
    arrivals_by_half_hour,
    busiest,
    promises,
    wait_distribution,
    window_loads,
)
from banshi.rooms.insight.queries.floor import FreeClerk, HallBusy, busy, free_clerks, hints
from banshi.rooms.insight.queries.often import popular
from banshi.rooms.insight.queries.visits import BYS, COUNTS, TIMES, By, figures, levels, visits

__all__ = [
    "BYS",
    "COUNTS",
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
    "figures",
    "free_clerks",
    "hints",
    "levels",
    "popular",
    "promises",
    "visits",
    "wait_distribution",
    "window_loads",
]
