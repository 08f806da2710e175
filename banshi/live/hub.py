"""The hub: one LISTEN connection per web process; a hall's line is computed once per change and shared by everybody.

Five thousand phones cost one query, not five thousand. Those called hear it first. A burst of changes is folded into one
computation: at most one at a time per hall and at least `PAUSE_S` apart.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import psycopg
import structlog
from django.conf import settings

from banshi.foundation import clock, metrics
from banshi.foundation.announce import CHANNEL
from banshi.foundation.threads import Threads
from banshi.foundation.together import fresh
from banshi.journeys.visit.watch import hall_part, moving_part, renewed_part, shown_of, ticket_part
from banshi.kernel.refusals import Refused
from banshi.live.waiting import Waiting
from banshi.rooms.places import queries as places
from banshi.rooms.remote import queries as remote
from banshi.rooms.tickets import queries as tickets

log = structlog.get_logger("banshi.live")
PAUSE_S = 0.05
POOL = 2
CALLS_POOL = 3  # a call is not behind the lines of whole halls, nor they behind it
MOVING = frozenset({"line", "windows", "clock"})  # topics that change what watchers see
BOOKINGS = "bookings"  # an appointment was checked in, moved or cancelled: its own page is out of date, no line is
CALLS = "remote"  # a video session moved, or something was said in it
SEATS = "seats"  # somebody takes calls, or no longer does
ORDERS = "orders"  # a machine has something to do: whoever waits for its orders asks again
RIGHTS = "rights"  # told by triggers on keys, roles and staff (identity 0004)
YIELD_EVERY = 200  # watchers handed their part before others get a turn
SETTLED = frozenset({"finished", "closed", "left", "redirected", "missed"})  # moves only by a change of its own
PING_S = 5.0  # a hall's stream: a desk says within 15 s that it no longer hears
TICKET_PING_S = 15.0  # phones come in thousands, and each sign of life costs
LOOK_S = 1.0  # how often it is looked for streams that have said nothing for so long
STANDING_S = 1.0  # so long all who wait for a call share what was read of their hall's line
REFRESH_S = 10.0  # estimates and waits move with the clock even where nobody calls


@dataclass(eq=False)
class Watcher:
    """One open stream. `ref` is set for a phone that follows one ticket; `booking` (its subject) for the page of an appointment,
    which hears the hall's line and, without a word about it, that the appointment is not what it was."""

    hall: str
    ref: str | None
    booking: str = ""
    turned: bool = False
    over: bool = False  # its number has left the line, and that was told
    key: str = ""  # the Authorization it was opened with, and for what: asked again when rights change
    operation: str = ""
    ended: bool = False  # whoever opened it may no longer watch
    version: int = 0
    pending: bytes | None = None
    last: bytes = b""
    shows: tuple[object, ...] | None = None  # what of its number it was told last, where the line told it
    spoke_at: float = 0.0  # monotonic seconds
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    say: Callable[[], bool] | None = None  # send `words` without the stream's task; False where that is to do it

    def turn(self) -> None:
        """The appointment changed: its page is to be fetched anew."""
        self.turned = True
        self.tell()

    def tell(self) -> None:
        """There is something to say. A task that is woken costs more than what it sends, and thousands hear the same call."""
        if self.say is None or not self.say():
            self.wake.set()

    @property
    def quiet_s(self) -> float:
        """For how long it may say nothing."""
        return PING_S if self.ref is None else TICKET_PING_S

    def words(self) -> bytes:
        """What is to be sent now, once; b"" where nothing is."""
        self.spoke_at = clock.monotonic()
        turned, body = self.turned, self.pending
        self.turned, self.pending = False, None
        return (b"event: booking\ndata: {}\n\n" if turned else b"") + (body or b"")

    @property
    def follows(self) -> str:
        """The subject of events that are this stream's own; "" of a wall's."""
        return self.ref or self.booking

    def offer(self, version: int, body: bytes) -> None:
        """Hand over the newest state, unless the watcher has seen just this, or something newer.

        A line that was being worked out when a number was called may come after the call itself was told.
        """
        if version >= self.version and body != self.last:
            self.version, self.last, self.shows = version, body, None
            self.pending = b"id: %d\nevent: state\ndata: %b\n\n" % (version, body)
            self.tell()


@dataclass(eq=False)
class HallWatch:
    code: str
    hall_id: int
    zone: ZoneInfo
    watchers: set[Watcher] = field(default_factory=set)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    line: tickets.Line | None = None


class Hub:
    """Owned by the ASGI app; lives on its event loop."""

    def __init__(
        self,
        *,
        admit: Callable[[str, str, str], None],
        rights_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """:param admit: (authorization, operation, hall) → None or Refused. :param rights_changed: called on the loop."""
        self.admit = admit
        self.rights_changed = rights_changed
        self.halls: dict[str, HallWatch] = {}
        self.pool = Threads(POOL, "live")
        self.first = Threads(1, "live-first")
        self.followers: dict[str, set[Watcher]] = {}  # by the number, or the appointment, they follow
        self.orders = Waiting()  # for the orders of a machine, by its code
        self.calls = Waiting()  # for news of a video session, or of those of a hall
        self.standings: dict[int, tuple[float, asyncio.Future[remote.Standing]]] = {}  # by hall: read when
        self.talkers: dict[str, int] = {}  # open sockets of a side
        self.talk = Threads(CALLS_POOL, "live-calls")
        self.urgent: set[asyncio.Task[None]] = set()
        self.listener: asyncio.Task[None] | None = None
        self.pinger: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()  # what is said from now on is heard
        self.closing = asyncio.Event()

    async def start(self) -> None:
        self.listener = asyncio.create_task(self._listen())
        self.pinger = asyncio.create_task(self._ping())

    async def stop(self) -> None:
        self.closing.set()
        self.orders.moved(self.orders)
        self.calls.moved(self.calls)
        for watch in self.halls.values():
            for watcher in watch.watchers:
                watcher.wake.set()
            if watch.task:
                watch.task.cancel()
        for task in filter(None, (self.listener, self.pinger)):
            task.cancel()
        for threads in (self.pool, self.first, self.talk):
            threads.leave()

    async def run(self, act: Callable[[], Any], *, first: bool = False) -> Any:
        """Run a query in a thread with a database connection of its own; `first`: not behind the lines of whole halls."""
        return await asyncio.get_running_loop().run_in_executor(self.first if first else self.pool, fresh, act)

    async def run_calls(self, act: Callable[[], Any]) -> Any:
        """As `run`, for video sessions."""
        return await asyncio.get_running_loop().run_in_executor(self.talk, fresh, act)

    async def standing(self, hall_id: int) -> remote.Standing:
        """The line of a hall's video service: read once a second at most, however many ask."""
        at, kept = clock.monotonic(), self.standings.get(hall_id)
        if kept is None or at - kept[0] >= STANDING_S:
            read = asyncio.ensure_future(self.run_calls(lambda: remote.standing(hall_id, now=clock.now())))
            kept = self.standings[hall_id] = at, read
        return await asyncio.shield(kept[1])

    async def watch(
        self, hall_code: str, ref: str | None, *, booking: str = "", key: str = "", operation: str = ""
    ) -> Watcher:
        """Open a stream on a hall, or on one ticket or appointment of it. :raises Refused: nothing-found."""
        hall_watch = self.halls.get(hall_code)
        if hall_watch is None:
            hall = await self.run(lambda: places.hall_by_code(hall_code))
            hall_watch = self.halls.setdefault(hall_code, HallWatch(hall_code, hall.id, ZoneInfo(hall.timezone)))
        if hall_watch.task is None or hall_watch.task.done():
            hall_watch.task = asyncio.create_task(self._follow(hall_watch))
        watcher = Watcher(hall_code, ref, booking, key=key, operation=operation)
        hall_watch.watchers.add(watcher)
        if watcher.follows:
            self.followers.setdefault(watcher.follows, set()).add(watcher)
        if hall_watch.line is not None:
            await self._hand_out(hall_watch, hall_watch.line, [watcher])
        hall_watch.dirty.set()
        metrics.watchers.labels("ticket" if ref else "hall").inc()
        return watcher

    async def _ping(self) -> None:
        """Wake the streams that have said nothing for long: one clock for thousands."""
        while not self.closing.is_set():
            await asyncio.sleep(LOOK_S)
            at = clock.monotonic()
            for watch in self.halls.values():
                for watcher in watch.watchers:
                    if at - watcher.spoke_at >= watcher.quiet_s:
                        watcher.wake.set()

    def unwatch(self, watcher: Watcher) -> None:
        self.halls[watcher.hall].watchers.discard(watcher)
        if (followers := self.followers.get(watcher.follows)) is not None:
            followers.discard(watcher)
            if not followers:
                del self.followers[watcher.follows]
        metrics.watchers.labels("ticket" if watcher.ref else "hall").dec()

    async def _listen(self) -> None:
        """Keep one LISTEN connection; after a gap everybody is brought up to date."""
        database = settings.DATABASES["default"]
        arguments = {
            "dbname": database["NAME"], "user": database["USER"], "password": database["PASSWORD"],
            "host": database["HOST"], "port": database["PORT"],
        }  # fmt: skip
        while not self.closing.is_set():
            try:
                connection = await psycopg.AsyncConnection.connect(
                    autocommit=True, connect_timeout=5, **{k: v for k, v in arguments.items() if v}
                )
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._rights_changed()  # what was said while nobody listened
                    for watch in self.halls.values():
                        watch.dirty.set()
                    self._bookings_changed(list(self.followers) if self.listening.is_set() else [])
                    self.orders.moved(self.orders)
                    self.calls.moved(self.calls)
                    self.listening.set()
                    async for notice in connection.notifies():
                        event, hall, topic, *subjects = notice.payload.split(" ")
                        if topic == RIGHTS:
                            self._rights_changed()
                        if topic == BOOKINGS:
                            self._bookings_changed(subjects)
                        if topic == ORDERS:
                            self.orders.moved(subjects)
                        if topic in (CALLS, SEATS):
                            halls = [each for each in self.calls if each.startswith("hall-")]
                            self.calls.moved([*subjects, *(halls if hall == "*" else [f"hall-{hall}"])])
                        if topic not in MOVING:
                            continue
                        for ref in subjects:
                            self._tell_first(ref, int(event))
                        for watch in self.halls.values() if hall == "*" else filter(None, [self.halls.get(hall)]):
                            watch.dirty.set()
            except (psycopg.Error, OSError) as trouble:
                log.warning("live connection lost", error=type(trouble).__name__)
                await asyncio.sleep(0.5)

    def _bookings_changed(self, subjects: Iterable[str]) -> None:
        for watcher in [each for subject in subjects for each in self.followers.get(subject, ()) if each.booking]:
            watcher.turn()

    @contextlib.contextmanager
    def news_of(self, side: str, subject: str) -> Iterator[tuple[asyncio.Event, int]]:
        """Set when a video session moved; beside it how many of this side are open already."""
        others = self.talkers.get(side, 0)
        self.talkers[side] = others + 1
        metrics.watchers.labels("call").inc()
        try:
            with self.calls.of(subject) as news:
                yield news, others
        finally:
            metrics.watchers.labels("call").dec()
            self.talkers[side] -= 1
            if not self.talkers[side]:
                del self.talkers[side]

    def _rights_changed(self) -> None:
        """Forget what was remembered of keys, and end the streams of those that may no longer watch."""
        self.rights_changed()
        self.calls.moved(self.calls)  # each is asked for its rights whenever it says something
        if any(watcher.key for watch in self.halls.values() for watcher in watch.watchers):
            task = asyncio.create_task(self._admit_again())
            self.urgent.add(task)
            task.add_done_callback(self.urgent.discard)

    async def _admit_again(self) -> None:
        """Ask for each open stream with a key what was asked when it was opened; a key of many streams once."""
        opened: dict[tuple[str, str, str], list[Watcher]] = {}
        for watch in self.halls.values():
            for watcher in watch.watchers:
                if watcher.key:
                    opened.setdefault((watcher.key, watcher.operation, watcher.hall), []).append(watcher)
        for asked, watchers in opened.items():
            try:
                await self.run(lambda asked=asked: self.admit(*asked))  # type: ignore[misc]
            except Refused:
                for watcher in watchers:
                    watcher.ended = True
                    watcher.wake.set()
            except Exception:
                log.exception("a stream could not be asked for its rights again")

    async def _follow(self, watch: HallWatch) -> None:
        """Compute the hall's line after each change, and now and then while time passes."""
        while not self.closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(watch.dirty.wait(), REFRESH_S)
            watch.dirty.clear()
            if not watch.watchers:
                watch.line = None
                return
            try:
                line = await self.run(lambda: tickets.line(watch.hall_id, clock.now()))
                watch.line = line
                await self._hand_out(watch, line, list(watch.watchers))
                await self._hand_out_gone(watch, line)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("line could not be computed", hall=watch.code)
                await asyncio.sleep(1)
                watch.dirty.set()
            await asyncio.sleep(PAUSE_S)

    def _tell_first(self, ref: str, version: int) -> None:
        """Somebody's own number changed: read it alone and push it now; the line of all the others takes longer."""
        followers = self.followers.get(ref)
        if followers:
            task = asyncio.create_task(self._tell_followers(ref, version, followers))
            self.urgent.add(task)
            task.add_done_callback(self.urgent.discard)

    async def _tell_followers(self, ref: str, version: int, followers: set[Watcher]) -> None:
        try:
            view = await self.run(lambda: tickets.ticket_now(ref), first=True)
        except Refused as no:
            self._tell_renewed(no, ref, version, list(followers))
            return
        if view.state == "waiting":  # its place among the others is the line's to say
            return
        body = orjson.dumps(
            moving_part(view, ZoneInfo(view.timezone))
        )  # as the line will say it, so that it is sent once
        for watcher in list(followers):
            watcher.offer(version, body)

    def _tell_renewed(self, no: Refused, ref: str, version: int, watchers: list[Watcher]) -> None:
        """Who follows a number that has another ref now learns only that."""
        if "renewed" in no.facts:
            body = orjson.dumps(renewed_part(ref))
            for watcher in watchers:
                watcher.offer(version, body)
                watcher.over = True

    async def _hand_out(self, watch: HallWatch, line: tickets.Line, watchers: list[Watcher]) -> None:
        parts = {t.ref: t for t in line.tickets}
        whole: bytes | None = None
        phones = [w for w in watchers if w.ref is not None and w.ref in parts]
        phones.sort(key=lambda w: parts[w.ref].state != "called")  # type: ignore[index]
        for n, watcher in enumerate(phones):
            if n % YIELD_EVERY == YIELD_EVERY - 1:
                await asyncio.sleep(0)  # let those served so far be sent, and those called pass
            assert watcher.ref is not None
            watcher.over = False  # also who was gone and is back: a step undone, a missed number put back
            shows = shown_of(parts[watcher.ref])
            if shows != watcher.shows:
                watcher.offer(line.version, orjson.dumps(moving_part(parts[watcher.ref], watch.zone)))
                watcher.shows = shows if watcher.version == line.version else None
        for watcher in watchers:
            if watcher.ref is None:
                if whole is None:
                    whole = orjson.dumps(hall_part(line))
                watcher.offer(line.version, whole)

    async def _hand_out_gone(self, watch: HallWatch, line: tickets.Line) -> None:
        """Tickets that left the line (finished, closed, missed another day): read once, told to each follower once."""
        here = {t.ref for t in line.tickets}
        gone: dict[str, list[Watcher]] = {}
        for watcher in watch.watchers:
            if watcher.ref is not None and watcher.ref not in here and not watcher.over:
                gone.setdefault(watcher.ref, []).append(watcher)
        for ref, watchers in gone.items():
            try:
                view = await self.run(lambda ref=ref: tickets.ticket(ref, clock.now()))  # type: ignore[misc]
            except Refused as no:
                self._tell_renewed(no, ref, line.version, watchers)
                continue
            part = ticket_part(view, watch.zone)
            part["floor_en"] = view.floor_en
            body = orjson.dumps(part)
            for watcher in watchers:
                watcher.offer(line.version, body)
                watcher.over = view.state in SETTLED
