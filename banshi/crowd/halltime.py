"""Hall time, followed from outside: `GET /demo/clock`, then this machine's seconds times the speed.

A clock that is set jumps; whoever sleeps is woken and looks again.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EVERY_S = 2.0
ZONE = ZoneInfo("Asia/Shanghai")


class Wall(Protocol):
    def __call__(self) -> float: ...


class HallClock:
    """`jumps` counts how often time was set; a mere change of speed is no jump."""

    def __init__(self, wall: Wall = time.monotonic) -> None:
        self._wall = wall
        self._at = 0.0
        self._hall: datetime | None = None
        self.speed = 0.0
        self.jumps = 0
        self.off_s = 0.0  # the most by which this clock was found off without having been set
        self._changed: asyncio.Future[None] | None = None

    def heard(self, now: datetime, speed: float, *, asked_at: float) -> None:
        """Take in what the server said; `asked_at` is when (in this machine's seconds) it was true."""
        now = now.astimezone(ZONE)
        if self._hall is not None:
            off = abs((now - self.at(asked_at)).total_seconds())
            jumped = off > max(3.0, 2.0 * max(speed, self.speed))
            if not jumped and speed == self.speed and off <= max(0.2, 0.05 * speed):
                return
            self.jumps += jumped
            if not jumped:
                self.off_s = max(self.off_s, off)
        self._hall, self._at, self.speed = now, asked_at, speed
        changed, self._changed = self._changed, None
        if changed is not None and not changed.done():
            changed.set_result(None)

    def at(self, wall: float) -> datetime:
        assert self._hall is not None, "nobody has said what time it is"
        return self._hall + timedelta(seconds=(wall - self._at) * self.speed)

    def now(self) -> datetime:
        """Hall time, aware, in the halls' zone."""
        return self.at(self._wall())

    async def sleep_until(self, moment: datetime, *, most_s: float | None = None) -> bool:
        """Sleep until hall time is `moment`, or `most_s` of this machine's seconds, or the clock is set.

        :returns: whether the moment has come.
        """
        until = None if most_s is None else self._wall() + most_s
        jumps = self.jumps
        while (left := (moment - self.now()).total_seconds()) > 0:
            wait = left / self.speed if self.speed else None
            if until is not None:
                rest = until - self._wall()
                if rest <= 0:
                    return False
                wait = rest if wait is None else min(wait, rest)
            if self._changed is None:
                self._changed = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._changed], timeout=wait)
            if self.jumps != jumps:
                return self.now() >= moment
        return True

    async def sleep(self, seconds: float) -> None:
        """Sleep hall seconds; shorter when the clock is set meanwhile."""
        await self.sleep_until(self.now() + timedelta(seconds=seconds))
