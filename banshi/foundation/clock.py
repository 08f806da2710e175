"""The clock. Nothing else in Banshi reads the time.

`now()` is hall time: what calendars, lines, reminders and SQL follow. In a demo or test installation it can be set
and sped up; a production installation refuses that. `wall()` is machine time, for what protects or times machines
(one-time codes, sessions, rate limits, idempotency, leases), which must not hurry when a demo plays a day in minutes.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from banshi.foundation import locks
from banshi.foundation.memory import forgettable

REFRESH_S = 0.5
MAX_SPEED = 600.0


class ClockRefused(Exception):
    """This installation follows real time."""


class _Setting:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.read_at = -1e9  # monotonic seconds
        self.value: tuple[datetime, datetime, float] | None = None


_setting = _Setting()


def wall() -> datetime:
    """Machine time, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Hall time, aware, UTC."""
    if not settings.BANSHI_VIRTUAL_CLOCK:
        return wall()
    setting = _read()
    if setting is None:
        return wall()
    wall_at, hall_at, speed = setting
    return hall_at + (wall() - wall_at) * speed


def today(zone: ZoneInfo) -> datetime:
    """Hall time in the hall's own zone; `.date()` is its business day."""
    return now().astimezone(zone)


def speed() -> float:
    """Hall seconds per machine second."""
    setting = _read() if settings.BANSHI_VIRTUAL_CLOCK else None
    return setting[2] if setting else 1.0


def set_clock(*, now: datetime | None = None, speed: float | None = None) -> None:
    """Set and speed up hall time for every process of this installation.

    :param now: aware; None keeps the time as it is.
    :param speed: 0 (stopped) to 600; None keeps the speed.
    :raises ClockRefused: in production settings.
    :raises ValueError: naive time, or speed outside 0–600.
    """
    if not settings.BANSHI_VIRTUAL_CLOCK:
        raise ClockRefused("this installation follows real time")
    if now is not None and now.tzinfo is None:
        raise ValueError("now needs a time zone")
    if speed is not None and not 0 <= speed <= MAX_SPEED:  # false for NaN too
        raise ValueError(f"speed is 0 to {MAX_SPEED:.0f}")
    from banshi.foundation.models import ClockSetting

    locks.hold(locks.CLOCK)
    current = _read(fresh=True)
    machine = wall()
    if current is None:
        hall_at, rate = machine, 1.0
    else:
        hall_at, rate = current[1] + (machine - current[0]) * current[2], current[2]
    ClockSetting.objects.update_or_create(
        id=1,
        defaults={
            "wall_at": machine,
            "hall_at": now if now is not None else hall_at,
            "speed": speed if speed is not None else rate,
        },
    )
    _read(fresh=True)


def monotonic() -> float:
    """Seconds for measuring durations inside one process."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait in machine time."""
    time.sleep(seconds)


@forgettable
def forget() -> None:
    """Drop the cached setting (tests; after a change made elsewhere)."""
    _setting.read_at = -1e9


def _read(*, fresh: bool = False) -> tuple[datetime, datetime, float] | None:
    at = monotonic()
    if fresh or at - _setting.read_at > REFRESH_S:
        with connection.cursor() as cursor:
            cursor.execute("SELECT wall_at, hall_at, speed FROM foundation_clock WHERE id = 1")
            row = cursor.fetchone()
        with _setting.lock:
            _setting.value = (row[0], row[1], row[2]) if row else None
            _setting.read_at = at
    return _setting.value
