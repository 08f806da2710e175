"""At a distance: heartbeats of a city's machines, two hundred callers and sixty seats, a thousand sockets of calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from banshi.crowd.bench.figures import ms, percentile
from banshi.crowd.bench.ground import BenchTrouble, Installation
from banshi.crowd.bench.processor import spent
from banshi.crowd.people import person

HALL: Final = "dongguan"
OTHER_HALL: Final = "nancheng"  # people wait there, nobody is at work
MOST_WAITING: Final = 500  # of one hall, as policies allow
EVERY_S: Final = 15.0  # a machine says that it is there
FIRST_PERSON: Final = 8_000_000
SPREAD_S: Final = 10.0
AT_ONCE: Final = 200
VERSION: Final = "1.0"
DOUBLE_SQL: Final = """
SELECT (SELECT count(*) FROM (SELECT seat_id FROM remote_session WHERE state IN ('ringing', 'talking')
                              GROUP BY seat_id HAVING count(*) > 1) s)
     + (SELECT count(*) FROM (SELECT session_id FROM remote_talk GROUP BY session_id HAVING count(*) > 1) t)
"""
RINGING_SQL: Final = (
    "SELECT seat_id::text, ref FROM remote_session WHERE state = %s AND seat_id IS NOT NULL ORDER BY seat_id"
)
BESIDE_SQL: Final = """
SELECT least((SELECT count(*) FROM remote_seat WHERE state = 'ready' AND hall_id = h.id),
             (SELECT count(*) FROM remote_session WHERE state = 'waiting' AND hall_id = h.id))
FROM places_hall h WHERE h.code = %s
"""


def distance(on: Installation, *, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """All three. Who waited at the sockets still waits afterwards: nothing else of the bench looks at the video service."""
    say("at a distance …")
    found = {"heartbeats": heartbeats(on, rounds=1 if quick else 6, spread_s=2.0 if quick else EVERY_S)}
    say(f"heartbeats {found['heartbeats']}")
    seats = Seats(on, seats=4 if quick else 60, callers=12 if quick else 200)
    found["seats"] = seats.run()
    say(f"seats {found['seats']}")
    found["sockets"] = seats.sockets(20 if quick else 1000, rounds=1 if quick else 5)
    say(f"sockets {found['sockets']}")
    return found


def heartbeats(on: Installation, *, rounds: int, spread_s: float) -> dict[str, Any]:
    """Of all machines, each at its own moment of every `spread_s`; beside it what web and database take when nobody speaks.

    The first round of all is not counted: each has something new to say then; nor is that in which they open their connections.
    """
    keys: dict[str, str] = on.keys["device"]
    body = {"parts": {}, "version": VERSION}
    beats = [[f"/devices/{code}/heartbeat", key, body] for code, key in keys.items()]
    _burst(on, beats, spread_s=spread_s)
    time.sleep(spread_s / 3)  # what the first round left to do is done
    with spent(on) as alone:
        time.sleep(spread_s)
    _burst(on, beats, spread_s=spread_s)
    outcomes: dict[str, int] = {}
    latencies: list[float] = []
    with spent(on) as used:
        for _ in range(rounds):
            found = _burst(on, beats, spread_s=spread_s, keep=True)  # as the machines' program does
            latencies += found["latencies"]
            for name, count in found["outcomes"].items():
                outcomes[name] = outcomes.get(name, 0) + count
    beat_s = (used.web + used.database) / (rounds * len(beats))
    return {
        "machines": len(beats), "rounds": rounds, "outcomes": outcomes, "p99_ms": ms(percentile(latencies, 0.99)),
        "core_percent": round(100 * beat_s * len(beats) / EVERY_S, 2),
        "alone_percent": round(100 * (alone.web + alone.database) / spread_s, 2), **used.per_request(rounds * len(beats)),
    }  # fmt: skip


def _burst(
    on: Installation, posts: Sequence[Sequence[Any]], *, spread_s: float = 0.0, keep: bool = False
) -> dict[str, Any]:
    """:param keep: over the connections of before."""
    run = on.load(kind="post", mode="burst", clients=len(posts), posts=list(posts), spread_s=spread_s, keep=keep)
    return run.go()


class Seats:
    """Callers and seats of one hall: all callers come in the same instant, then the seats help one after the other."""

    def __init__(self, on: Installation, *, seats: int, callers: int) -> None:
        self.on, self.callers = on, callers
        self.helper = on.worker("banshi.crowd.bench.distance_helper")
        self._ask(url=on.url, hall=HALL)
        self._ask(do="lines", halls=[HALL, OTHER_HALL], most=MOST_WAITING)
        self.keys: dict[str, str] = self._ask(do="seats", count=seats)["keys"]
        self.asked = 0

    def _ask(self, **asked: Any) -> dict[str, Any]:
        self.helper.say(json.dumps(asked))
        found: dict[str, Any] = json.loads(self.helper.hear())
        return found

    def run(self) -> dict[str, Any]:
        """Until everybody is helped. Who frees a seat gives it away in the same request: its time is that of the assignment."""
        self._done("ready", [["/remote/seats/ready", key, None] for key in self.keys.values()], "200")
        came = self.come(self.callers)
        given: list[float] = []
        at_once: list[float] = []
        doubles, beside, helped, first = 0, 0, 0, True
        while rings := self.with_a_seat("ringing"):
            doubles += self.doubles()
            beside += self.beside()
            self._done(
                "answer", [[f"/remote/sessions/{ref}/answer", self.keys[seat], None] for seat, ref in rings], "200"
            )
            ends = [[f"/remote/sessions/{ref}/end", self.keys[seat], None] for seat, ref in rings]
            found = self._done("end", ends, "200", spread_s=0.0 if first else SPREAD_S * len(ends) / len(self.keys))
            (at_once if first else given).extend(found["latencies"])
            helped += len(rings)
            first = False
        left = self.on.sql("SELECT count(*) FROM remote_session WHERE state <> 'ended'")[0][0]
        return {
            "callers": self.callers, "seats": len(self.keys), "helped": helped, "left": int(left), "doubles": doubles,
            "beside": beside, "came_p99_ms": ms(percentile(came["latencies"], 0.99)),
            "at_once_p99_ms": ms(percentile(at_once, 0.99)), "p50_ms": ms(percentile(given, 0.5)),
            "p99_ms": ms(percentile(given, 0.99)),
        }  # fmt: skip

    def come(self, count: int, hall: str = HALL) -> dict[str, Any]:
        """So many new people ask, two hundred in the same instant. :returns: what became of the last of these."""
        key, found = self.on.keys["channel"], {}
        for first in range(self.asked, self.asked + count, AT_ONCE):
            asks = [
                ["/remote/sessions", key, {"hall": hall, "person": person(FIRST_PERSON + n).body(), "media": "text"}]
                for n in range(first, min(first + AT_ONCE, self.asked + count))
            ]
            found = self._done("ask", asks, "201")
        self.asked += count
        return found

    def with_a_seat(self, state: str) -> list[tuple[str, str]]:
        """Seat and ref of each call in this state."""
        return [(str(seat), str(ref)) for seat, ref in self.on.sql(RINGING_SQL, [state])]

    def doubles(self) -> int:
        return int(self.on.sql(DOUBLE_SQL)[0][0])

    def beside(self) -> int:
        """Seats that are free while somebody waits."""
        return int(self.on.sql(BESIDE_SQL, [HALL])[0][0])

    def _done(self, what: str, posts: Sequence[Sequence[Any]], status: str, *, spread_s: float = 0.0) -> dict[str, Any]:
        """:raises BenchTrouble: one was answered otherwise."""
        found = _burst(self.on, posts, spread_s=spread_s)
        if set(found["outcomes"]) != {status}:
            raise BenchTrouble(f"{what}: {found['outcomes']}")
        return found

    def sockets(self, count: int, *, rounds: int) -> dict[str, Any]:
        """So many people in the lines of two halls, each with a socket; the first are helped, and their seats write to them."""
        there = min(count, MOST_WAITING)
        self.come(there)
        self.come(count - there, OTHER_HALL)
        refs = [ref for (ref,) in self.on.sql("SELECT ref FROM remote_session WHERE state <> 'ended' ORDER BY id")]
        tickets = self._ask(do="tickets", refs=refs)["tickets"]
        paths = [f"/live/remote/{ref}.{ticket}" for ref, ticket in tickets.items()]
        worker = self.on.worker("banshi.crowd.bench.sockets")
        worker.say(json.dumps({"port": self.on.port, "paths": paths}))
        opened = int(worker.hear().split()[1])
        rings = self.with_a_seat("ringing")
        self._done("answer", [[f"/remote/sessions/{ref}/answer", self.keys[seat], None] for seat, ref in rings], "200")
        took, lines, heard, lost = [], 0, 0, 0
        for n in range(rounds):
            for seat, ref in rings:
                said = time.monotonic()
                self._done(
                    "line", [[f"/remote/sessions/{ref}/lines", self.keys[seat], {"text": "好", "key": f"k{n}"}]], "201"
                )
                lines += 1
                came = self._heard(worker, ref)
                lost = max(lost, came[1])
                if came[0] is not None:
                    heard += 1
                    took.append(came[0] - said)
        for seat, ref in rings:
            self._done("end", [[f"/remote/sessions/{ref}/end", self.keys[seat], {"then": "paused"}]], "200")
        return {
            "sockets": count, "open": opened, "lost": lost, "lines": lines, "heard": heard,
            "p50_ms": ms(percentile(took, 0.5)) if took else 0.0, "p99_ms": ms(percentile(took, 0.99)) if took else 0.0,
        }  # fmt: skip

    @staticmethod
    def _heard(worker: Any, ref: str) -> tuple[float | None, int]:
        """When the socket of a call heard its line, and how many sockets have ended so far."""
        until, lost = time.monotonic() + 10, 0
        while time.monotonic() < until:
            worker.say("take")
            found = json.loads(worker.hear())
            lost = found["lost"]
            for path, at in found["heard"].items():
                if f"/{ref}." in path:
                    return float(at), lost
            time.sleep(0.02)
        return None, lost
