"""Thousands of phones in one process: each follows its number by the live stream and notes when it heard what.

`python -m banshi.crowd.bench.watch` takes one JSON line {port, refs}, says `ready <open>` once all streams have had their
first state, then answers each `take` line with what arrived since the last: {"called": {ref: at}, "events": [at, …]}.
Times are of CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass

CALLED = b'"state":"called"'
STATE = b"event: state"


@dataclass
class Phone:
    ref: str
    socket: socket.socket
    states: int = 0
    tail: bytes = b""


def main() -> None:
    spec = json.loads(sys.stdin.readline())
    phones = _Phones(spec["port"], spec["refs"])
    phones.connect()
    while line := _poll_stdin(phones):
        if line.strip() == "take":
            _say(json.dumps(phones.taken()))
        else:
            return


class _Phones:
    def __init__(self, port: int, refs: list[str]) -> None:
        self.port, self.refs = port, refs
        self.ready = selectors.DefaultSelector()
        self.phones: list[Phone] = []
        self.called: dict[str, float] = {}
        self.events: list[float] = []
        self.lost = 0

    def connect(self) -> None:
        for n, ref in enumerate(self.refs):
            stream = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            stream.sendall(f"GET /live/tickets/{ref} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            stream.setblocking(False)
            phone = Phone(ref, stream)
            self.phones.append(phone)
            self.ready.register(stream, selectors.EVENT_READ, phone)
            if n % 50 == 49:
                self.read(0.0)
        until = time.monotonic() + 90
        while time.monotonic() < until and any(p.states == 0 for p in self.phones):
            self.read(0.2)
        first = sum(p.states > 0 for p in self.phones)
        self.called.clear()
        self.events.clear()
        _say(f"ready {first}")

    def read(self, timeout: float) -> None:
        for key, _ in self.ready.select(timeout):
            phone = key.data
            if phone is None:
                continue
            try:
                data = phone.socket.recv(65_536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            at = time.monotonic()
            if not data:
                self.lost += 1
                self.ready.unregister(phone.socket)
                continue
            text = phone.tail + data
            states = text.count(STATE)
            # An event may come in pieces; what follows the last blank line is not whole yet.
            end = text.rfind(b"\n\n")
            phone.tail = text[end + 2 :][-4096:] if end >= 0 else text[-4096:]
            if states:
                phone.states += states
                self.events.append(at)
                if CALLED in text:
                    self.called.setdefault(phone.ref, at)

    def taken(self) -> dict[str, object]:
        answer = {"called": self.called, "events": self.events, "lost": self.lost}
        self.called, self.events = {}, []
        return answer


def _poll_stdin(phones: _Phones) -> str:
    """The next line of standard input; phones go on listening meanwhile."""
    phones.ready.register(sys.stdin, selectors.EVENT_READ, None)
    try:
        while True:
            quiet = selectors.DefaultSelector()
            quiet.register(sys.stdin, selectors.EVENT_READ)
            if quiet.select(0):
                quiet.close()
                return sys.stdin.readline()
            quiet.close()
            phones.read(0.5)
    finally:
        phones.ready.unregister(sys.stdin)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
