"""The program itself: two loops – orders, heartbeats – around one journal. Time and chance are passed in."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from banshi.agent.deeds import do
from banshi.agent.drivers import Parts, Trouble, Unsure
from banshi.agent.journal import Entry, Journal
from banshi.agent.line import KeyEnded, Line, LineDown, SaidNo
from banshi.agent.numbers import Numbers
from banshi.kernel.machine_orders import HEALTH
from banshi.kernel.version import VERSION

log = logging.getLogger("banshi.agent")
BEAT_S: Final = 15.0
WAIT_S: Final = 25
CARD_LEFT_S: Final = 60.0  # by then whoever laid it there has gone
AHEAD_S: Final = 300.0  # how often it is asked which numbers may be given while the line is down
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# A deed takes a while itself: begun later than this it might end after its order was given up, and be repeated by a person.
BEGUN_WITHIN: Final = 0.5


class Time(Protocol):
    def wall(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


def pause(tries: int, chance: float) -> float:
    """How long to wait after so many tries in a row that failed: longer each time, bounded, and not all machines at once.

    :param chance: 0 to 1.
    """
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries - 1, 30)) * (0.5 + chance / 2)


class Agent:
    """:param chance: 0 to 1, anew each time: machines that lost the line together do not come back together."""

    def __init__(
        self,
        *,
        line: Line,
        journal: Journal,
        parts: Parts,
        clock: Time,
        beat_s: float = BEAT_S,
        wait_s: int = WAIT_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.line, self.journal, self.parts, self.clock = line, journal, parts, clock
        self.beat_s, self.wait_s, self.chance = beat_s, wait_s, chance
        self.server_version = ""
        self.numbers = Numbers(journal, parts)
        self.asked_ahead_at: float | None = None  # monotonic
        self.card_since: float | None = None  # monotonic; None: no card lies there
        lost = journal.after_a_stop(at=clock.wall())
        if lost:
            log.warning("%d orders were under way when the program ended: nobody knows whether they came out", lost)
        journal.forget_old(at=clock.wall())
        if self.numbers.after_a_stop():
            log.warning("a number was being printed when the program ended: it may have come out, and is called")
        self.numbers.forget_old(wall=clock.wall())

    # --- One turn of each loop -------------------------------------------------------------------------------------

    def turn(self) -> bool:
        """What is left over, what is new, and what there is to tell. Returns whether there was anything new.

        :raises LineDown: what was done is kept, and told next time. :raises KeyEnded.
        """
        self.work()
        self.report()
        self.look_ahead()
        fetched = self.line.fetch(wait_s=self.wait_s)
        self._compare(fetched.version)
        at = self.clock.wall()
        for order in fetched.orders:  # all are in the journal before the first is begun
            self.journal.see(order.id, key=order.key, kind=order.kind, body=order.body, takes_s=order.takes_s, at=at)
        self.work()
        self.report()
        return bool(fetched.orders)

    def work(self) -> None:
        """Do what was seen and not begun, one after the other; each is begun once, whatever happens then."""
        for entry in self.journal.waiting():
            if self._too_late(entry):
                self.journal.end(entry.key, state="failed", why="late", at=self.clock.wall())
            elif self.journal.begin(entry.key):
                state, why = self._done(entry)
                self.journal.end(entry.key, state=state, why=why, at=self.clock.wall())

    def report(self) -> None:
        """Tell what the server does not know yet. :raises LineDown, KeyEnded."""
        for ended in self.journal.untold():
            try:
                self.line.ended(ended.id, state=ended.state, why=ended.why)
            except SaidNo as no:
                log.error("order %d ended as %s, and the server says %s", ended.id, ended.state, no.slug)
            self.journal.told(ended.key)
        while given := self.numbers.untold(wall=self.clock.wall()):
            try:
                self.line.numbers(given)
            except SaidNo as no:
                log.error(
                    "%d offline numbers from %s%d on, and the server says %s", len(given), *_first(given), no.slug
                )
            for each in given:
                self.numbers.told(each["letter"], each["seq"])
            self.asked_ahead_at = None  # what is left may be little

    def look_ahead(self) -> None:
        """What may be given while the line is down, asked now and then. :raises LineDown, KeyEnded."""
        since = self.asked_ahead_at
        if "receipt_printer" not in self.parts or (since is not None and self.clock.monotonic() - since < AHEAD_S):
            return
        try:
            self.numbers.keep(self.line.numbers_ahead(anew=self.numbers.hall() is None), wall=self.clock.wall())
        except (SaidNo, KeyError, TypeError, ValueError) as no:  # a server of an older version, say
            log.warning("no numbers ahead: %s", no)
        self.asked_ahead_at = self.clock.monotonic()

    def beat(self) -> None:
        """Say that the machine is there and how its parts are. :raises LineDown, KeyEnded."""
        try:
            self.line.heartbeat(parts=self.health(), version=VERSION)
        except SaidNo as no:
            log.warning("the server takes no heartbeat: %s", no.slug)

    def health(self) -> dict[str, str]:
        """Part → ok | low | out | jam | broken; of the card reader also left: the card that lies there was forgotten."""
        said = {name: _health(part.health) for name, part in self.parts.items()}
        if said.get("reader") == "ok" and self._card_left():
            said["reader"] = "left"
        return said

    def _card_left(self) -> bool:
        """A card is laid there for a moment. One that lies there for so long, its holder has forgotten."""
        try:
            lies = bool(self.parts["reader"].lies())
        except Exception:
            log.exception("the card reader does not say whether a card lies there")
            lies = False
        at = self.clock.monotonic()
        if not lies:
            self.card_since = None
        elif self.card_since is None:
            self.card_since = at
        return self.card_since is not None and at - self.card_since >= CARD_LEFT_S

    def _too_late(self, entry: Entry) -> bool:
        """Also where the machine's clock was set back meanwhile: better not at all than twice."""
        age = self.clock.wall().timestamp() - entry.seen_at
        return not 0 <= age < entry.takes_s * BEGUN_WITHIN

    def _done(self, entry: Entry) -> tuple[str, str]:
        try:
            do(entry.kind, entry.body, self.parts)
        except Trouble as trouble:
            return "failed", trouble.why
        except Unsure as unsure:
            return "unsure", unsure.why
        except Exception:
            log.exception("a driver broke")  # it may have begun
            return "unsure", "broken"
        return "done", ""

    def _compare(self, version: str) -> None:
        if version not in ("", VERSION, self.server_version):
            log.warning(
                "the server is version %s, this is %s: whoever looks after the machine updates it", version, VERSION
            )
        self.server_version = version

    # --- For ever ----------------------------------------------------------------------------------------------------

    def run(self, stopping: threading.Event) -> None:
        """Until it is stopped. :raises KeyEnded: the machine is to be enrolled anew."""
        beats = threading.Thread(target=self._beats, args=(stopping,), name="heartbeat", daemon=True)
        beats.start()
        tries = 0
        while not stopping.is_set():
            since = self.clock.monotonic()
            try:
                new = self.turn()
                tries = 0
            except (LineDown, SaidNo) as down:
                tries += 1
                self.clock.sleep(max(pause(tries, self.chance()), getattr(down, "after_s", 0.0)))
                continue
            if not new and self.clock.monotonic() - since < FIRST_PAUSE_S:  # a server that lets nobody wait
                self.clock.sleep(pause(1, self.chance()))

    def _beats(self, stopping: threading.Event) -> None:
        tries = 0
        while not stopping.is_set():
            try:
                self.beat()
                tries = 0
            except LineDown as down:
                tries += 1
                log.warning("no line: %s", down)
            except KeyEnded:
                return  # the other loop says so
            self.clock.sleep(max(self.beat_s, pause(tries, self.chance()) if tries else 0.0))


def _first(given: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    return given[0]["letter"], given[0]["seq"]


def _health(ask: Callable[[], str]) -> str:
    try:
        word = ask()
    except Exception:
        log.exception("a part does not say how it is")
        return "broken"
    return word if word in HEALTH else "broken"
