"""A clerk at a window: comes, calls, serves, now and then pauses, holds, passes on, and goes home."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from banshi.crowd import visitors
from banshi.crowd.client import Closing, Reply
from banshi.crowd.dice import dice, lognormal
from banshi.crowd.halls import Place
from banshi.crowd.ledger import Lived, Told

if TYPE_CHECKING:
    from banshi.crowd.guest import Guest
    from banshi.crowd.hall import HallRun

NOBODY_CAME_S = 40.0  # hall seconds until a clerk calls again, and until the number is missed
LOOK_S = 5.0  # machine seconds after which an idle clerk looks around


class Clerk:
    """`task` runs from sign-in to sign-out. One coroutine per window, so a window never does two things at once."""

    def __init__(self, hall: HallRun, place: Place) -> None:
        self.hall, self.place = hall, place
        self.key = hall.keys.desk[place.code]
        self.task: asyncio.Task[None] | None = None
        self.excess = False
        self.wake = asyncio.Event()
        self.go = asyncio.Event()  # somebody waits: call
        self.handed: deque[str] = deque()  # numbers the hall called here by itself
        self.held: list[tuple[datetime, str]] = []
        self.chance = dice(hall.seed, place.code, "clerk")
        self._rest_until = 0.0
        self._rests = 0

    # ---- coming and going ----

    def begin(self, at: datetime) -> None:
        self.task = asyncio.create_task(self._shift(at))

    def ended(self) -> None:
        """Take the finished shift away; what broke it is counted."""
        task, self.task = self.task, None
        if task is not None and not task.cancelled() and (trouble := task.exception()) is not None:
            self.hall.api.traffic.broken[f"clerk: {type(trouble).__name__}: {trouble}"[:160]] += 1

    def hand(self, ref: str) -> None:
        if ref not in self.handed:
            self.handed.append(ref)
        self.wake.set()

    def resting(self) -> bool:
        return time.monotonic() < self._rest_until

    async def _post(self, verb: str, body: Any = None) -> Reply:
        return await self.hall.api.post(f"/windows/{self.place.code}/{verb}", self.key, body)

    async def _ticket(self, ref: str, verb: str, body: Any = None) -> Reply:
        return await self.hall.api.post(f"/tickets/{ref}/{verb}", self.key, body)

    async def _shift(self, at: datetime) -> None:
        hall = self.hall
        try:
            await hall.clock.sleep_until(at)
            if not hall.on or self.excess or hall.phase() not in ("open", "soon"):
                return
            reply = await self._post("sign-in")
            if not reply.ok:
                return  # somebody else works here; looked at again in some minutes
            if reply.body["state"] == "paused":  # an earlier run of the crowd ended during a break
                await self._post("resume")
            await self._left_over()
            await self._work()
            await self._leave()
        except Closing:
            return
        finally:
            hall.not_idle(self)

    async def _left_over(self) -> None:
        """Whoever an earlier run of the crowd left at this window is served first."""
        ref = self.hall.at_windows.pop(self.place.code, None)
        if ref is not None:
            await self._serve(ref, started=None)

    async def _work(self) -> None:
        hall = self.hall
        while hall.on and not self.excess:
            phase = hall.phase()
            if phase == "closed" or (phase in ("after", "lunch") and not self.handed and not hall.some_wait_for(self)):
                opens = hall.next_start()
                if phase == "closed" or (phase == "after" and opens is None):
                    return
                if phase == "lunch" and opens is not None:
                    await self._lunch(opens)
                    continue
            ref = await self._next()
            if ref is not None:
                await self._serve(ref, started=None)
                await self._breathe()

    async def _leave(self) -> None:
        """Serve whoever was held or is called here to the end, then sign out."""
        for _ in range(5):
            while self.held:
                await self._resume()
            while self.handed:
                await self._serve(self.handed.popleft(), started=None)
            if (await self._post("sign-out")).slug != "window-busy":
                return
            ref = await self._who_is_here()
            if ref is not None:
                await self._serve(ref, started=None)

    async def _lunch(self, opens: datetime) -> None:
        paused = await self._post("pause", {"reason": "午休"})
        await self.hall.clock.sleep_until(opens - timedelta(minutes=self.chance.uniform(0.2, 4)), most_s=None)
        if paused.ok:
            await self._post("resume")

    async def _breathe(self) -> None:
        """A few words of typing between two people; now and then a short pause."""
        await self.hall.clock.sleep(self.chance.uniform(5, 35))
        if self.chance.random() < 0.015 and self.hall.phase() == "open" and not self.handed:
            paused = await self._post("pause", {"reason": self.chance.choice(["短暂离开", "整理材料", "设备维护"])})
            if paused.ok:
                await self.hall.clock.sleep(self.chance.uniform(120, 420))
                await self._post("resume")

    # ---- who is next ----

    async def _next(self) -> str | None:
        """A number at this window now, or None after a look around."""
        hall = self.hall
        if self.handed:
            return self.handed.popleft()
        if self.held and self.held[0][0] <= hall.clock.now():
            return await self._resume()
        self.go.clear()
        self.wake.clear()
        hall.idle(self)
        if not self.go.is_set():
            try:
                await asyncio.wait_for(self.wake.wait(), LOOK_S * self.chance.uniform(0.8, 1.2))
            except TimeoutError:
                return None
        hall.not_idle(self)
        if self.handed:
            return self.handed.popleft()
        return await self._call() if self.go.is_set() else None

    async def _call(self) -> str | None:
        reply = await self._post("calls")
        if reply.status == 201:
            self._rests = 0
            self.hall.seen.counts["calls"] += 1
            return str(reply.body["id"])
        if reply.slug == "not-signed-in":
            await self._post("sign-in")
        elif reply.slug == "window-busy":
            return await self._who_is_here()
        elif reply.slug == "wrong-state":
            await self._post("resume")
        self._rest()
        return None

    def _rest(self) -> None:
        """Nobody for this window after all: look again later, ever later."""
        self._rests = min(self._rests + 1, 6)
        self._rest_until = time.monotonic() + 0.25 * 2**self._rests
        asyncio.get_running_loop().call_later(0.25 * 2**self._rests, self.hall.dispatch)

    async def _who_is_here(self) -> str | None:
        """The hall called somebody to this window by itself: the person comes up in a moment, or the window tells."""
        for _ in range(8):
            if self.handed:
                return self.handed.popleft()
            if (ref := self.hall.called_to(self)) is not None:
                return ref
            self.wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), 0.25)
        reply = await self.hall.api.get(f"/windows/{self.place.code}", self.key)
        ticket = reply.body.get("ticket") if reply.ok and isinstance(reply.body, dict) else None
        if isinstance(ticket, dict):
            return str(ticket["id"])
        self._rest()
        return None

    async def _resume(self) -> str | None:
        _, ref = self.held.pop(0)
        reply = await self._ticket(ref, "resume")
        if reply.ok:
            await self._serve(ref, started=self.hall.clock.now())
        return None

    # ---- serving ----

    async def _serve(self, ref: str, *, started: datetime | None) -> None:
        """From the call to the end of it. `started`: the service goes on after a hold."""
        hall = self.hall
        hall.at_windows[self.place.code] = ref
        guest = hall.guests.get(ref)
        if started is None:
            answered_at = time.monotonic()
            if guest is not None and guest.misses:
                done = await self._in_vain(ref, guest)
            else:
                done = not await self._start(ref, guest)
            if guest is not None:
                hall.phones.called(guest, answered_at)
            if done:
                hall.at_windows.pop(self.place.code, None)
                return
            await self._handle(ref, guest, went_on=False)
        else:
            await self._handle(ref, guest, went_on=True)
        hall.at_windows.pop(self.place.code, None)

    async def _in_vain(self, ref: str, guest: Guest) -> bool:
        """Nobody comes: call again, then mark as missed."""
        hall = self.hall
        await hall.clock.sleep(NOBODY_CAME_S)
        if (await self._ticket(ref, "recall")).ok:
            hall.seen.counts["recalls"] += 1
        await hall.clock.sleep(NOBODY_CAME_S)
        reply = await self._ticket(ref, "miss")
        if reply.ok:
            hall.seen.miss(ref)
            if guest.citizen.returns:
                back = hall.clock.now() + timedelta(minutes=self.chance.uniform(2, 14))
                hall.later(back, lambda: visitors.come_back(hall, ref, guest))
        elif reply.status >= 500:
            hall.seen.unsure += 1
        return True

    async def _start(self, ref: str, guest: Guest | None) -> bool:
        """The person walks up; strangers get the time to put their phone away.

        :returns: whether the service began.
        """
        hall = self.hall
        if guest is not None and guest.promise is not None:
            actual = (hall.clock.now() - guest.issued_at).total_seconds()
            hall.seen.promises.append(Told(*guest.promise, actual, guest.category, guest.issued_at.hour))
            guest.promise = None
        await hall.clock.sleep(self.chance.uniform(8, 35) if guest else self.chance.uniform(25, 60))
        reply = await self._ticket(ref, "start")
        if reply.slug == "identity-mismatch" and guest is not None:
            await self._ticket(ref, "identity", {"id_number": guest.citizen.who.id_number})
            reply = await self._ticket(ref, "start")
        if reply.slug == "identity-mismatch":
            hall.seen.turned_away["identity-mismatch"] += 1
            if (await self._ticket(ref, "miss")).ok:
                hall.seen.miss(ref)
            return False
        if reply.slug == "wrong-state":
            return bool((reply.body.get("facts") or {}).get("state") == "serving")
        if reply.status >= 500:
            hall.seen.unsure += 1
        if reply.ok and guest is not None and not guest.waited:
            guest.waited = True
            waited_s = (hall.clock.now() - guest.issued_at).total_seconds()
            hall.seen.waits.append(Lived(waited_s, (guest.took_s + reply.took_s) * hall.clock.speed))
            guest.took_s = reply.took_s  # from here on: of the requests by which it began and went on
        return reply.ok

    async def _handle(self, ref: str, guest: Guest | None, *, went_on: bool) -> None:
        hall = self.hall
        category = guest.citizen.category if guest else ""
        mean_s = hall.profile.mean_minutes(category) * 60
        lasts = lognormal(self.chance, mean_s, hall.profile.handling_spread) * (0.4 if went_on else 1.0)
        began = hall.clock.now()
        what = self.chance.random() if hall.phase() == "open" and not went_on else 1.0
        if guest is not None and guest.errand is not None:
            what, errand, guest.errand = 1.0, guest.errand, None
            await errand(self.place.code)
        if guest is not None and what < 0.008:
            await hall.clock.sleep(lasts * 0.4)
            if (reply := await self._ticket(ref, "hold")).ok:
                hall.seen.counts["holds"] += 1
                guest.took_s += reply.took_s
                guest.pieces.append((hall.clock.now() - began).total_seconds())
                self.held.append((hall.clock.now() + timedelta(minutes=self.chance.uniform(2, 6)), ref))
                return
        elif guest is not None and what < 0.016 and (other := self._other_category(category)) is not None:
            await hall.clock.sleep(lasts * 0.3)
            reply = await self._ticket(ref, "transfer", {"category": other, "why": "需由该业务窗口办理"})
            if reply.ok:
                hall.seen.counts["transfers"] += 1
                guest.took_s += reply.took_s
                guest.pieces.append((hall.clock.now() - began).total_seconds())
                return
        await hall.clock.sleep_until(began + timedelta(seconds=lasts))
        reply = await self._ticket(ref, "finish")
        if reply.ok:
            self._finished(ref, guest, began, reply.took_s)
        elif reply.status >= 500:
            hall.seen.unsure += 1

    def _finished(self, ref: str, guest: Guest | None, began: datetime, took_s: float) -> None:
        hall = self.hall
        hall.seen.served(self.place.code)
        if guest is None:
            hall.seen.strangers += 1
            return
        lasted_s = (hall.clock.now() - began).total_seconds() + sum(guest.pieces)
        hall.seen.handlings.append(Lived(lasted_s, (guest.took_s + took_s) * hall.clock.speed))
        hall.guests.pop(ref, None)
        if guest.citizen.stars:
            hall.spawn(visitors.rate(hall, ref, guest))

    def _other_category(self, category: str) -> str | None:
        """A category that another window at work serves."""
        served = {
            c
            for clerk in self.hall.clerks.values()
            if clerk is not self and clerk.task is not None and not clerk.excess
            for c in clerk.place.categories
        }
        others = sorted(served - {category})
        return self.chance.choice(others) if others else None
