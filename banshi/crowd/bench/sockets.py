"""A thousand signalling sockets in one process: each notes when it heard the first line of its call.

`python -m banshi.crowd.bench.sockets` takes one JSON line {port, paths}, says `ready <open>` once all have had their first
state, then answers each `take` with {"heard": {path: at}, "lost": n} since the last. Times are of CLOCK_MONOTONIC, which all
processes of a machine share.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

OPENS = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
STATE, SAID = b'"kind":"state"', b'"kind":"said"'
TAIL = 16  # bytes: a mark may come in two pieces
OPEN_WITHIN_S = 120.0


@dataclass
class Line:
    """One socket, from its handshake on."""

    path: str
    socket: socket.socket
    open: bool = False
    tail: bytes = b""


@dataclass
class Lines:
    """All of them. `heard`: path → when its first line came."""

    ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    lines: list[Line] = field(default_factory=list)
    heard: dict[str, float] = field(default_factory=dict)
    lost: int = 0

    def connect(self, port: int, paths: list[str]) -> int:
        """:returns: how many have had their first state."""
        for n, path in enumerate(paths):
            stream = socket.create_connection(("127.0.0.1", port), timeout=60)
            stream.sendall(OPENS.format(path=path, port=port).encode())
            stream.setblocking(False)
            line = Line(path, stream)
            self.lines.append(line)
            self.ready.register(stream, selectors.EVENT_READ, line)
            if n % 25 == 24:
                self.read(0.0)
        until = time.monotonic() + OPEN_WITHIN_S
        while time.monotonic() < until and not all(each.open for each in self.lines) and len(self.lines) > self.lost:
            self.read(0.2)
        return sum(each.open for each in self.lines)

    def read(self, timeout: float) -> bool:
        """:returns: whether somebody speaks at standard input."""
        spoken = False
        for key, _ in self.ready.select(timeout):
            if key.data is None:
                spoken = True
            else:
                self._take(key.data)
        return spoken

    def _take(self, line: Line) -> None:
        try:
            data = line.socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        at = time.monotonic()
        if not data:
            self.lost += 1
            self.ready.unregister(line.socket)
            return
        text = line.tail + data
        line.tail = text[-TAIL:]
        line.open = line.open or STATE in text
        if SAID in text:
            self.heard.setdefault(line.path, at)

    def taken(self) -> dict[str, object]:
        answer = {"heard": self.heard, "lost": self.lost}
        self.heard = {}
        return answer


def main() -> None:
    spec = json.loads(sys.stdin.readline())
    lines = Lines()
    _say(f"ready {lines.connect(spec['port'], spec['paths'])}")
    lines.ready.register(sys.stdin, selectors.EVENT_READ, None)
    while True:
        while not lines.read(0.5):
            pass
        if sys.stdin.readline().strip() != "take":
            return
        _say(json.dumps(lines.taken()))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
