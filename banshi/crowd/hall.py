"""One hall with its public and its clerks: plans the day, lets people come, staffs windows, spreads calls."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from banshi.crowd import plan, visitors
from banshi.crowd.clerk import Clerk
from banshi.crowd.client import Api, Closing
from banshi.crowd.dice import dice
from banshi.crowd.guest import Guest
from banshi.crowd.halls import Place, Profile, on_duty
from banshi.crowd.halltime import HallClock
from banshi.crowd.ledger import Seen
from banshi.crowd.matter import Matter
from banshi.crowd.matters import Matters
from banshi.crowd.plan import Booked, Session

BEFORE_OPENING = timedelta(minutes=15)
AFTER_CLOSING = timedelta(minutes=60)
LUNCH_AT_MOST = timedelta(hours=3)
TOO_LATE = timedelta(minutes=10)  # what was due longer ago than this was jumped over


@dataclass
class Keys:
    """API keys of a demo, as demo.json names them."""

    channel: str
    read: str
    demo: str
    kiosk: dict[str, str]
    desk: dict[str, str]
    staff: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # hall → role → keys of who works cases there


class HallRun:
    """Lives from the moment the switch names the hall until it does not."""

    def __init__(
        self,
        code: str,
        *,
        api: Api,
        clock: HallClock,
        keys: Keys,
        profile: Profile,
        seed: int,
        scale: Callable[[], float],
        say: Callable[[str], None],
        reserved: frozenset[str],
        booked: list[Booked],
        at_windows: dict[str, str],
        matters: list[Matter] | None = None,
    ) -> None:
        self.code, self.api, self.clock, self.keys, self.profile, self.seed = code, api, clock, keys, profile, seed
        self.scale, self.say, self.reserved = scale, say, reserved
        self.on = True
        self.began = clock.now()
        self.seen = Seen(code)
        self.days: set[date] = set()
        self.booked: list[Booked] = booked
        self.at_windows = at_windows  # window → ref left there by an earlier run
        self.guests: dict[str, Guest] = {}
        self.places: list[Place] = []
        self.by_number: dict[str, Clerk] = {}
        self.clerks: dict[str, Clerk] = {}
        self.items: dict[str, list[str]] = {}  # category → items one may walk in for
        self.bookable: dict[str, list[str]] = {}
        self.slots: dict[str, tuple[datetime, list[dict[str, Any]]]] = {}
        self.sessions: list[Session] = []
        self.day: date | None = None
        self.jumps = -1
        self.waiting: Counter[str] = Counter()
        self.called: dict[str, str] = {}  # window → number called there, as last heard
        self.numbers: dict[str, str] = {}  # today's number → ref
        self.phones = visitors.Phones()
        self.matters = Matters(self, keys.staff[code], matters or []) if code in keys.staff else None
        self._due: list[tuple[datetime, int, Callable[[], Coroutine[Any, Any, None]]]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: dict[str, Clerk] = {}
        self._staffed_at: datetime | None = None
        self._staffed_for: tuple[float, int] | None = None

    # ---- life ----

    async def run(self) -> None:
        """Until cancelled or the crowd closes. What breaks one person's visit stops nobody else."""
        await self._learn()
        self.spawn(self._listen())
        while not self.api.closing:
            if self.clock.jumps != self.jumps or self.clock.now().date() != self.day:
                await self._new_day()
            self._staff()
            await self._do_what_is_due()
            soon = self.clock.now() + timedelta(seconds=30)
            next_due = min(self._due[0][0], soon) if self._due else soon
            await self.clock.sleep_until(next_due, most_s=0.5)

    async def wind_down(self, within_s: float) -> None:
        """No more arrivals; clerks finish those they serve and sign out."""
        self.on = False
        self._due.clear()
        self.wake_all()
        tasks = [c.task for c in self.clerks.values() if c.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def end(self) -> None:
        tasks = [*self._tasks, *(c.task for c in self.clerks.values() if c.task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Closing:
            pass
        except asyncio.CancelledError:
            raise
        except Exception as trouble:
            self.api.traffic.broken[f"crowd: {type(trouble).__name__}: {trouble}"[:160]] += 1

    def later(self, at: datetime, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        heapq.heappush(self._due, (at, next(self._order), act))

    # ---- knowing the hall ----

    async def _learn(self) -> None:
        hall = (await self.api.get(f"/halls/{self.code}", self.keys.read)).body
        self.places = [
            Place(w["code"], w["number"], frozenset(w["categories"]), w["kind"] == "integrated")
            for w in hall["windows"]
        ]
        for place in self.places:
            if place.code in self.keys.desk and place.code not in self.reserved:
                clerk = Clerk(self, place)
                self.clerks[place.code] = clerk
                self.by_number[place.number] = clerk
        for row in await self.api.pages("/items", self.keys.read, hall=self.code):
            category = (row.get("category") or {}).get("code")
            if category and row["walk_in"]:
                self.items.setdefault(category, []).append(row["code"])
            if category and row["bookable"]:
                self.bookable.setdefault(category, []).append(row["code"])

    async def _new_day(self) -> None:
        """Another day, or another time of the same one: plan what is still to come."""
        jumps, now = self.clock.jumps, self.clock.now()
        reply = await self.api.get(
            f"/halls/{self.code}/sessions",
            self.keys.read,
            **{"from": now.date().isoformat(), "to": now.date().isoformat()},
        )
        if not reply.ok:
            raise RuntimeError(f"no sessions of {self.code}: {reply.status} {reply.slug}")
        self.sessions = sorted(
            (
                Session(
                    datetime.fromisoformat(s["starts_at"]), datetime.fromisoformat(s["ends_at"]), s["kind"],
                    tuple(s["items"]) if s.get("items") else None,
                )
                for s in reply.body["data"]
            ),
            key=lambda s: s.starts_at,
        )  # fmt: skip
        self.day, self.jumps, self._due, self._staffed_for = now.date(), jumps, [], None
        if self.day not in self.days:
            self.numbers.clear()
        self.days.add(self.day)
        self.settle()
        self.booked = [b for b in self.booked if not b.done and b.ends_at > now]
        coming = [b for b in self.booked if b.starts_at.date() == self.day and b.fate in ("come", "late", "move")]
        scale = max(self.scale(), 0.01)
        for arrival in plan.arrivals(
            self.profile, seed=self.seed, day=self.day, sessions=self.sessions, booked=round(len(coming) / scale)
        ):
            if arrival.at > now:
                act = visitors.walk_in if arrival.what == "walk_in" else visitors.book
                self.later(arrival.at, lambda a=arrival, act=act: self._perhaps(act, a))  # type: ignore[misc]
        for booking in self.booked:
            self.plan_booked(booking)
        if self.matters is not None:
            self.matters.plan()

    def settle(self) -> None:
        """Count the appointments whose period ended since this run began without their person checking in."""
        now = self.clock.now()
        for booking in self.booked:
            if not booking.settled and self.began < booking.ends_at < now:
                booking.settled = True
                self.seen.counts["no_shows"] += booking.done in ("", "walk_in", "refused")

    async def _perhaps(
        self, act: Callable[[HallRun, plan.Arrival], Coroutine[Any, Any, None]], a: plan.Arrival
    ) -> None:
        if self.on and a.share < self.scale():
            await act(self, a)

    def plan_booked(self, booking: Booked) -> None:
        """Let the person of an appointment do what they are going to do today."""
        if booking.done or self.day is None:
            return
        now = self.clock.now()
        if booking.act_at is not None and booking.act_at.date() <= self.day and booking.starts_at > now:
            self.later(max(booking.act_at, now), lambda: visitors.change_mind(self, booking))
        elif booking.fate in ("come", "late") and booking.starts_at.date() == self.day and booking.ends_at > now:
            self.later(max(booking.come_at, now), lambda: visitors.arrive(self, booking))

    async def _do_what_is_due(self) -> None:
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            at, _, act = heapq.heappop(self._due)
            if now - at <= TOO_LATE + timedelta(seconds=2 * self.clock.speed):
                self.spawn(act())

    # ---- phases of the day ----

    def phase(self) -> str:
        """open | soon (clerks come) | lunch | after (those who wait are served) | closed."""
        now = self.clock.now()
        if plan.session_at(self.sessions, now):
            return "open"
        coming = min((s.starts_at for s in self.sessions if s.starts_at > now), default=None)
        if coming is not None and coming - now <= BEFORE_OPENING:
            return "soon"
        ended = max((s.ends_at for s in self.sessions if s.ends_at <= now), default=None)
        if ended is not None and now - ended <= AFTER_CLOSING and sum(self.waiting.values()) > 0:
            return "after"
        if coming is not None and ended is not None and coming - ended <= LUNCH_AT_MOST:
            return "lunch"
        return "closed"

    def next_start(self) -> datetime | None:
        now = self.clock.now()
        return min((s.starts_at for s in self.sessions if s.starts_at > now), default=None)

    # ---- staff ----

    def _staff(self) -> None:
        """Have the right windows staffed; looked at every few hall minutes and when the scale changes."""
        now, phase = self.clock.now(), self.phase()
        for clerk in self.clerks.values():
            if clerk.task is not None and clerk.task.done():
                clerk.ended()
        if not self.on or phase not in ("open", "soon", "after"):
            return
        scale = round(self.scale(), 2)
        due = (scale, self.jumps)
        if due == self._staffed_for and self._staffed_at and now - self._staffed_at < timedelta(minutes=10):
            return
        self._staffed_for, self._staffed_at = due, now
        places = [p for p in self.places if p.code in self.clerks]
        minutes = min(max(plan.open_minutes(self.sessions), 420.0), 480.0)
        wanted = set(on_duty(places, self.profile, open_minutes=minutes, scale=scale)) if places else set()
        chance = dice(self.seed, self.code, self.day, "staff", now.hour)
        opens = self.next_start() if phase == "soon" else None
        for code, clerk in self.clerks.items():
            clerk.excess = code not in wanted
            if clerk.excess or clerk.task is not None or phase == "after":
                continue
            at = (
                (opens - timedelta(minutes=chance.uniform(0.5, 14)))
                if opens
                else now + timedelta(seconds=chance.uniform(0, 90))
            )
            clerk.begin(max(at, now))
        self.wake_all()

    def wake_all(self) -> None:
        for clerk in self.clerks.values():
            clerk.wake.set()

    # ---- the line ----

    async def _listen(self) -> None:
        """The hall's stream: who waits where wakes clerks, a time that has jumped makes the crowd look at the clock."""
        async for state in self.api.events(f"/live/halls/{self.code}"):
            if not state:
                continue
            self.waiting = Counter({c["code"]: c["waiting"] for c in state["categories"] if c["waiting"]})
            self.called = {w["code"]: w["ticket"] for w in state["windows"] if w["state"] == "called"}
            for clerk in list(self._idle.values()):
                if (ref := self.called_to(clerk)) is not None:
                    clerk.hand(ref)
            self.dispatch()

    def called_to(self, clerk: Clerk) -> str | None:
        """The number that the stream shows as called to this window, where it is one of the crowd's.

        A hall that calls by itself may call another than the one just taken.
        """
        return self.numbers.get(self.called.get(clerk.place.code, ""))

    def idle(self, clerk: Clerk) -> None:
        self._idle.setdefault(clerk.place.code, clerk)
        self.dispatch()

    def not_idle(self, clerk: Clerk) -> None:
        self._idle.pop(clerk.place.code, None)

    def dispatch(self) -> None:
        """Let as many idle clerks call as there are people whom they serve; who has been idle longest first. Those who have
        come before the hall opens wait for the hour."""
        if self.phase() == "soon":
            return
        for clerk in list(self._idle.values()):
            if not any(self.waiting.values()):
                return
            if clerk.resting():
                continue
            category = max(
                (c for c in clerk.place.categories if self.waiting[c] > 0), key=lambda c: self.waiting[c], default=None
            )
            if category is not None:
                self.waiting[category] -= 1
                self.not_idle(clerk)
                clerk.go.set()
                clerk.wake.set()

    def some_wait_for(self, clerk: Clerk) -> bool:
        return any(self.waiting[c] > 0 for c in clerk.place.categories)

    def took(self, ref: str, guest: Guest, ticket: dict[str, Any]) -> None:
        """A number was given to one of the crowd; called at once, that window's clerk sees the person come."""
        self.guests[ref] = guest
        self.numbers[ticket["number"]] = ref
        self.seen.counts["tickets"] += 1
        self.seen.counts["booked" if ticket["kind"] == "booked" else "walk_in"] += 1
        clerk = self.by_number.get(ticket.get("called_to") or "")
        if ticket.get("state") == "called" and clerk is not None:
            clerk.hand(ref)
        else:
            self.phones.follow(self, ref, guest)
