"""Reads over every room. visits: figures by level · kept, facts: what they are made of · day: a hall's days from other sides
· case_facts, cases: the same of cases · case_grounds: why
· names: how rows are called · floor: the hall now · often: 常办 · self_service: what machines did."""

from __future__ import annotations

from banshi.rooms.insight.queries.case_facts import case_cells
from banshi.rooms.insight.queries.case_grounds import Grounds, case_grounds
from banshi.rooms.insight.queries.cases import CASE_BYS, case_levels, cases
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
from banshi.rooms.insight.queries.self_service import SELF_SERVICE_BYS, self_service
from banshi.rooms.insight.queries.visits import BYS, COUNTS, TIMES, By, figures, levels, visits

__all__ = [
    "BOUNDS",
    "BYS",
    "CASE_BYS",
    "COUNTS",
    "KEPT_BYS",
    "SELF_SERVICE_BYS",
    "STEPS",
    "SUMS",
    "TIMES",
    "By",
    "FreeClerk",
    "Grounds",
    "HalfHour",
    "HallBusy",
    "Kept",
    "WaitBar",
    "WindowLoad",
    "arrivals_by_half_hour",
    "busiest",
    "busy",
    "case_cells",
    "case_grounds",
    "case_levels",
    "cases",
    "counted",
    "figures",
    "free_clerks",
    "hints",
    "levels",
    "popular",
    "promises",
    "self_service",
    "sides",
    "visits",
    "wait_distribution",
    "window_loads",
]
