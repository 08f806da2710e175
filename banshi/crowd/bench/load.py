"""The load generator: a process of its own with bare sockets and ready-made bytes, because it shares the machine.

`python -m banshi.crowd.bench.load` reads one JSON document per line (what to send) and answers each with one line (what
came). It says `ready` when connections stand and bytes are made, and begins at the next line, so that runs start together.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from banshi.crowd.people import person

Prepared = Iterator[bytes]


def request(method: str, path: str, key: str, body: Any = None) -> bytes:
    """An HTTP/1.1 request, ready to be sent."""
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
    if content:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    elif method != "GET":
        head += "Content-Length: 0\r\n"
    return head.encode() + b"\r\n" + content


@dataclass
class Connection:
    """One keep-alive connection with at most one request under way."""

    address: tuple[str, int]
    socket: socket.socket = field(init=False)
    buffer: bytes = b""
    need: int = -1  # bytes of the whole answer, once its head is known
    sent_at: float = 0.0

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        if hasattr(self, "socket"):
            self.socket.close()
        self.socket = socket.create_connection(self.address, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer, self.need = b"", -1

    def send(self, data: bytes) -> None:
        self.sent_at = time.monotonic()
        self.socket.setblocking(True)
        self.socket.sendall(data)
        self.socket.setblocking(False)

    def answer(self) -> tuple[int, bytes] | None:
        """Status and body once they are here.

        :raises ConnectionError: the server closed it.
        """
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("closed")
        self.buffer = self.buffer + data if self.buffer else data
        if self.need < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.buffer[:end].lower()
            if (at := head.find(b"content-length:")) >= 0:
                line_end = head.find(b"\r\n", at)
                self.need = end + 4 + int(head[at + 15 : line_end if line_end > 0 else len(head)])
            elif b"transfer-encoding: chunked" in head:
                if not self.buffer.endswith(b"0\r\n\r\n"):
                    return None
                self.need = len(self.buffer)
            else:
                self.need = end + 4
        if len(self.buffer) < self.need:
            return None
        status, body = int(self.buffer[9:12]), self.buffer[self.buffer.find(b"\r\n\r\n") + 4 : self.need]
        self.buffer, self.need = self.buffer[self.need :], -1
        return status, body


@dataclass
class Result:
    """Latencies in seconds of all answers; counts by status and, for refusals, by slug."""

    latencies: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    bodies: list[str] = field(default_factory=list)  # asked for: of 201 answers
    answered_at: list[float] = field(default_factory=list)

    def take(self, connection: Connection, status: int, body: bytes, *, keep: bool) -> None:
        at = time.monotonic()
        self.latencies.append(at - connection.sent_at)
        slug = ""
        if status >= 400:
            start = body.find(b'"type":"')
            slug = " " + body[start + 8 : body.find(b'"', start + 8)].decode() if start >= 0 else ""
        self.outcomes[f"{status}{slug}"] += 1
        if keep:
            self.answered_at.append(at)
            self.bodies.append(_ref(body) if status == 201 else "")


def _ref(body: bytes) -> str:
    start = body.find(b'"id":"')
    return body[start + 6 : body.find(b'"', start + 6)].decode() if start >= 0 else ""


# ---- what is sent ----


def bookings(spec: dict[str, Any]) -> Prepared:
    """A booking by a new person each time, at a slot of its item."""
    chance = random.Random(spec["first"])  # noqa: S311 – load, no secret
    number = spec["first"]
    while True:
        slot, item = chance.choice(spec["pairs"])
        body = {"slot": slot, "item": item, "person": person(number).body(), "source": "app"}
        yield request("POST", "/appointments", spec["key"], body)
        number += 1


def numbers(spec: dict[str, Any]) -> Prepared:
    """A walk-in ticket for a category, for a new person each time, whose card was read: the others are capped."""
    chance = random.Random(spec["first"])  # noqa: S311
    number = spec["first"]
    while True:
        body = {"category": chance.choice(spec["categories"]), "person": person(number).body(), "presented": "read"}
        yield request("POST", f"/halls/{spec['hall']}/tickets", spec["key"], body)
        number += 1


def calls(spec: dict[str, Any]) -> Prepared:
    """A call at each window in turn."""
    for window, key in spec["windows"]:
        yield request("POST", f"/windows/{window}/calls", key)


def signing_in(spec: dict[str, Any]) -> Prepared:
    for window, key in spec["windows"]:
        yield request("POST", f"/windows/{window}/sign-in", key)


def reads(spec: dict[str, Any]) -> Prepared:
    while True:
        yield request("GET", spec["path"], spec["key"])


def posts(spec: dict[str, Any]) -> Prepared:
    """Each of a list: path, key, body or None."""
    for path, key, body in spec["posts"]:
        yield request("POST", path, key, body)


KINDS: dict[str, Callable[[dict[str, Any]], Prepared]] = {
    "book": bookings, "issue": numbers, "call": calls, "sign_in": signing_in, "read": reads, "post": posts,
}  # fmt: skip


# ---- how it is sent ----


def closed_loop(
    connections: list[Connection], prepared: Prepared, *, seconds: float | None, most: int | None
) -> Result:
    """Each connection sends its next request when it has its answer, for so long or so many."""
    result = Result()
    began = time.monotonic()
    until = began + seconds if seconds else float("inf")
    left = most if most is not None else sys.maxsize
    with selectors.DefaultSelector() as ready:
        under_way = 0

        def send(connection: Connection) -> bool:
            nonlocal left, under_way
            data = next(prepared, None) if left > 0 and time.monotonic() < until else None
            if data is None:
                return False
            left -= 1
            under_way += 1
            connection.send(data)
            return True

        for connection in connections:
            ready.register(connection.socket, selectors.EVENT_READ, connection)
            if not send(connection):
                break
        while under_way:
            for key, _ in ready.select(30):
                connection = key.data
                try:
                    answer = connection.answer()
                except ConnectionError:
                    under_way -= 1
                    result.outcomes["connection lost"] += 1
                    ready.unregister(connection.socket)
                    connection.open()
                    ready.register(connection.socket, selectors.EVENT_READ, connection)
                    send(connection)
                    continue
                if answer is not None:
                    under_way -= 1
                    result.take(connection, *answer, keep=False)
                    send(connection)
    result.seconds = time.monotonic() - began
    return result


def burst(connections: list[Connection], prepared: list[bytes], *, spread_s: float, seed: int) -> Result:
    """One request on each connection: all at once, or at random moments within `spread_s`."""
    result = Result()
    chance = random.Random(seed)  # noqa: S311
    began = time.monotonic()
    plan = sorted((began + chance.random() * spread_s, n) for n in range(len(prepared)))
    with selectors.DefaultSelector() as ready:
        for connection in connections:
            ready.register(connection.socket, selectors.EVENT_READ, connection)
        waiting = 0
        while plan or waiting:
            now = time.monotonic()
            while plan and plan[0][0] <= now:
                _, n = plan.pop(0)
                connections[n].send(prepared[n])
                waiting += 1
            for key, _ in ready.select(min(0.5, max(0.0, plan[0][0] - time.monotonic())) if plan else 30):
                answer = key.data.answer()
                if answer is not None:
                    waiting -= 1
                    result.take(key.data, *answer, keep=True)
    result.seconds = time.monotonic() - began
    return result


def main() -> None:
    pool: list[Connection] = []
    for line in sys.stdin:
        spec = json.loads(line)
        address = ("127.0.0.1", int(spec["port"]))
        wanted = int(spec["clients"])
        while len(pool) < wanted:
            pool.append(Connection(address))
        if not spec.get("keep"):  # those who speak every few seconds keep their connection
            _fresh(pool[:wanted])
        prepared = KINDS[spec["kind"]](spec)
        if spec.get("ahead"):  # made before the start, so that making them takes no time while it counts
            prepared = _then([next(prepared) for _ in range(spec["ahead"])], prepared)
        if spec["mode"] == "burst":
            ready = list(prepared)
            _say("ready")
            sys.stdin.readline()
            result = burst(pool[: len(ready)], ready, spread_s=spec.get("spread_s", 0.0), seed=spec.get("seed", 1))
        else:
            _say("ready")
            sys.stdin.readline()
            result = closed_loop(pool[:wanted], prepared, seconds=spec.get("seconds"), most=spec.get("most"))
        _say(json.dumps(result.__dict__))


def _fresh(pool: list[Connection]) -> None:
    """Open all again: the server closes whoever was idle for a while, also between this look and the first request."""
    for connection in pool:
        connection.open()


def _then(first: list[bytes], rest: Prepared) -> Prepared:
    yield from first
    yield from rest


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
