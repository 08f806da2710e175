"""Hall time followed from outside, with this machine's clock in the test's hand."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.crowd.halltime import HallClock

NINE = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_hall_time_runs_at_its_speed():
    hand = Hand()
    clock = HallClock(hand)
    clock.heard(NINE, 60.0, asked_at=hand.at)

    hand.at += 10

    assert clock.now() == NINE + timedelta(minutes=10)


def test_hearing_what_is_known_already_is_no_jump():
    hand = Hand()
    clock = HallClock(hand)
    clock.heard(NINE, 60.0, asked_at=hand.at)

    hand.at += 10
    clock.heard(NINE + timedelta(minutes=10, seconds=1), 60.0, asked_at=hand.at)

    assert clock.jumps == 0


def test_a_clock_set_forward_or_back_is_a_jump_and_another_speed_is_none():
    hand = Hand()
    clock = HallClock(hand)
    clock.heard(NINE, 1.0, asked_at=hand.at)

    clock.heard(NINE, 30.0, asked_at=hand.at)
    assert clock.jumps == 0
    clock.heard(NINE + timedelta(hours=5), 30.0, asked_at=hand.at)
    assert clock.jumps == 1
    clock.heard(NINE, 30.0, asked_at=hand.at)
    assert (clock.jumps, clock.now()) == (2, NINE)


async def test_who_sleeps_is_woken_when_the_clock_is_set():
    clock = HallClock()
    clock.heard(NINE, 1.0, asked_at=clock._wall())
    sleeper = asyncio.create_task(clock.sleep_until(NINE + timedelta(hours=3)))
    await asyncio.sleep(0.01)

    clock.heard(NINE + timedelta(hours=4), 1.0, asked_at=clock._wall())

    assert await asyncio.wait_for(sleeper, 2) is True


async def test_in_a_standing_hall_nobody_sleeps_longer_than_asked():
    clock = HallClock()
    clock.heard(NINE, 0.0, asked_at=clock._wall())

    assert await clock.sleep_until(NINE + timedelta(minutes=1), most_s=0.02) is False


async def test_a_moment_that_is_over_is_not_waited_for():
    clock = HallClock()
    clock.heard(NINE, 0.0, asked_at=clock._wall())

    assert await clock.sleep_until(NINE - timedelta(minutes=1)) is True
