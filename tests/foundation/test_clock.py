"""The clock: hall time can be set and sped up in demo and test, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from banshi.foundation import clock

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forget():
    clock.forget()
    yield
    clock.forget()


def test_hall_time_is_machine_time_until_it_is_set():
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=1)


def test_a_stopped_clock_stands():
    clock.set_clock(now=NOON, speed=0)

    assert clock.now() == NOON


def test_hall_time_runs_as_fast_as_it_is_told():
    clock.set_clock(now=NOON, speed=600)

    first, wall_first = clock.now(), clock.wall()
    clock.sleep(0.05)
    second, wall_second = clock.now(), clock.wall()

    assert abs((second - first) - (wall_second - wall_first) * 600) < timedelta(seconds=2)


def test_changing_the_speed_keeps_the_time():
    clock.set_clock(now=NOON, speed=0)

    clock.set_clock(speed=0)

    assert clock.now() == NOON


@pytest.mark.parametrize("speed", [-1, 601, float("nan")])
def test_a_speed_outside_0_to_600_is_refused(speed: float):
    with pytest.raises(ValueError):
        clock.set_clock(speed=speed)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError):
        clock.set_clock(now=datetime(2026, 3, 10, 12))


def test_production_follows_real_time(settings):
    clock.set_clock(now=NOON, speed=0)
    settings.BANSHI_VIRTUAL_CLOCK = False

    with pytest.raises(clock.ClockRefused):
        clock.set_clock(now=NOON)

    assert abs(clock.now() - clock.wall()) < timedelta(seconds=1)
