"""Who comes in when, how long they stay, and when the lights burn."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from banshi.rooms.zones import rules
from banshi.rooms.zones.rules import ZonePolicy
from tests.town import at

POLICY = ZonePolicy(
    asks="card", all_hours=True, free_by_day=True, limit=3, stay=timedelta(minutes=30), nights=(time(18), time(8, 30)),
    lights="night",
)  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "night"),
    [("17:59", False), ("18:00", True), ("23:59", True), ("00:00", True), ("08:29", True), ("08:30", False)],
)
def test_a_night_goes_past_midnight_from_its_first_minute_to_the_day(moment: str, night: bool):
    assert rules.is_night(POLICY, at(f"2026-03-10 {moment}")) is night


def test_a_night_within_one_day_and_one_of_no_length():
    early = replace(POLICY, nights=(time(1), time(5)))

    assert [rules.is_night(early, at(f"2026-03-10 {t}")) for t in ("00:59", "01:00", "05:00")] == [False, True, False]
    assert not rules.is_night(replace(POLICY, nights=(time(0), time(0))), at("2026-03-10 00:00"))


@pytest.mark.parametrize(
    ("moment", "hall_open", "closed", "mode"),
    [
        ("10:00", True, False, "free"), ("10:00", False, False, "card"), ("19:00", True, False, "card"),
        ("03:00", False, False, "card"), ("10:00", True, True, "closed"), ("03:00", False, True, "closed"),
    ],
)  # fmt: skip
def test_the_door_stands_open_while_the_hall_is_open_by_day_and_asks_otherwise(
    moment: str, hall_open: bool, closed: bool, mode: str
):
    assert rules.mode(POLICY, local=at(f"2026-03-10 {moment}"), hall_open=hall_open, closed=closed) == mode


def test_a_door_that_always_asks_asks_by_day_and_one_that_asks_nobody_stands_open_at_night():
    noon, night = at("2026-03-10 12:00"), at("2026-03-10 02:00")

    assert rules.mode(replace(POLICY, free_by_day=False), local=noon, hall_open=True, closed=False) == "card"
    assert rules.mode(replace(POLICY, asks="nobody"), local=night, hall_open=False, closed=False) == "free"
    assert rules.mode(replace(POLICY, all_hours=False), local=night, hall_open=False, closed=False) == "closed"


@pytest.mark.parametrize(
    ("limit", "inside", "more", "full"), [(3, 2, 1, False), (3, 2, 2, True), (3, 3, 1, True), (None, 99, 6, False)]
)
def test_the_last_place_is_still_one(limit: int | None, inside: int, more: int, full: bool):
    assert rules.full(limit=limit, inside=inside, more=more) is full


def test_the_day_begins_this_morning_after_midnight_and_tomorrow_before_it():
    assert rules.day_begins(POLICY, at("2026-03-11 02:00")) == at("2026-03-11 08:30")
    assert rules.day_begins(POLICY, at("2026-03-10 23:00")) == at("2026-03-11 08:30")
    assert rules.day_begins(POLICY, at("2026-03-11 08:30")) == at("2026-03-12 08:30")


@pytest.mark.parametrize(
    ("lights", "moment", "inside", "burn"),
    [
        ("night", "02:00", 0, True), ("night", "12:00", 0, False), ("night", "12:00", 1, True), ("day", "02:00", 0, False),
        ("day", "02:00", 1, True), ("day", "12:00", 0, True), ("always", "02:00", 0, True),
    ],
)  # fmt: skip
def test_nobody_is_left_in_the_dark(lights: rules.Lights, moment: str, inside: int, burn: bool):
    assert rules.lights(replace(POLICY, lights=lights), at(f"2026-03-10 {moment}"), inside) is burn


def test_a_stay_is_too_long_after_its_end():
    ends = at("2026-03-10 23:00")

    assert [rules.too_long(stay_until=ends, now=ends + timedelta(seconds=s)) for s in (0, 1)] == [False, True]
