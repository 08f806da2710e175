"""A hall whose clock stands until what is due is done, and then goes on to the evening, or to its next day of work."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from banshi.crowd import applying
from banshi.crowd.client import Api
from banshi.crowd.guest import Guest
from banshi.crowd.ledger import CASE_COUNTS, Seen, totals
from banshi.crowd.matters import Matters
from banshi.crowd.plan import Session
from banshi.crowd.ways import Way

Act = Callable[[], Coroutine[Any, Any, None]]
WINDOW = "dongcheng-01"
# Enough for each way: with a review and without, with a paper that may follow, with a fee.
ITEMS = [
    "claim-unemployment-benefit", "food-permit-new", "social-card-lost", "real-estate-records-query",
    "driving-licence-exchange",
]  # fmt: skip


class Standing:
    """Dongcheng, with one window, whose clerk calls whoever takes a number."""

    def __init__(self, keys: dict[str, Any], api: Api, at: datetime, seed: int) -> None:
        self.code, self.api, self.seed, self.on, self.seen = "dongcheng", api, seed, True, Seen("dongcheng")
        self.at = at
        self.clock = SimpleNamespace(now=lambda: self.at)
        self.keys = SimpleNamespace(channel=keys["channel"], read=keys["read"], kiosk=keys["kiosk"], desk=keys["desk"])
        self.due: list[tuple[datetime, Act]] = []
        self.day, self.sessions = at.date(), self._hours()
        self.matters = Matters(self, keys["staff"]["dongcheng"])  # type: ignore[arg-type]
        self.matters.items = list(ITEMS)

    def _hours(self) -> list[Session]:
        opens = self.at.replace(hour=9, minute=0)
        return [Session(opens, opens + timedelta(hours=8), "regular", None)]

    def later(self, at: datetime, act: Act) -> None:
        self.due.append((at, act))

    def scale(self) -> float:
        return 1.0

    def took(self, ref: str, guest: Guest, ticket: dict[str, Any]) -> None:
        self.later(self.at, lambda: self._serve(ref, guest))

    async def _serve(self, ref: str, guest: Guest) -> None:
        key = self.keys.desk[WINDOW]
        await self.api.post(f"/windows/{WINDOW}/sign-in", key)
        called = await self.api.post(f"/windows/{WINDOW}/calls", key)
        assert (called.status, called.body["id"]) == (201, ref)
        assert (await self.api.post(f"/tickets/{ref}/start", key)).ok
        assert guest.errand is not None
        await guest.errand(WINDOW)
        assert (await self.api.post(f"/tickets/{ref}/finish", key)).ok
        assert (await self.api.post(f"/windows/{WINDOW}/sign-out", key)).ok

    async def until_nothing_is_due(self) -> None:
        """In the order in which it was put off; what is for the evening waits for it."""
        until = self.at + timedelta(hours=9)
        while ready := [each for each in self.due if each[0] <= until]:
            first = min(ready, key=lambda each: each[0])
            self.due.remove(first)
            unsealed = self.api.traffic.refusals["not-sealed-yet"]
            await first[1]()
            if self.api.traffic.refusals["not-sealed-yet"] > unsealed:
                await asyncio.sleep(0.4)  # of this machine: that is how long a seal takes


async def lived(
    url: str, keys: dict[str, Any], ways: list[Way], moments: list[datetime], set_clock: Callable[[str], None]
) -> tuple[Standing, dict[str, int]]:
    """A matter on each way, over these moments, and by how much the hall's figures rose."""
    api = Api(url, per_second=200)
    hall = Standing(keys, api, moments[0], seed=moments[0].day)

    async def figures() -> Counter[str]:
        days = {"from": moments[0].date().isoformat(), "to": moments[-1].date().isoformat()}
        return totals(await api.pages("/stats/cases", hall.keys.read, hall=hall.code, by="day", **days), CASE_COUNTS)

    try:
        before = await figures()
        for nth, at in enumerate(moments):
            if nth:
                set_clock(at.isoformat())
                hall.at = at
                if at.date() != hall.day:
                    hall.day, hall.due = at.date(), []
                    hall.sessions = hall._hours()
                    hall.matters.wake()
            else:
                for number, way in enumerate(ways):
                    await applying.apply(hall.matters, number, way)
            await hall.until_nothing_is_due()
        await hall.matters.check_open()
        after = await figures()
    finally:
        await api.close()
    return hall, {name: after[name] - before[name] for name in CASE_COUNTS}
