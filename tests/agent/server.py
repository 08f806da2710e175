"""A server of the tests' own: machines with orders, in memory, behind the same operations; and a clock that nobody waits for."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from banshi.agent.agent import Agent
from banshi.agent.journal import Journal
from banshi.agent.keyfile import Held, reader_key_of
from banshi.agent.line import Line
from banshi.agent.simulated import parts
from banshi.agent.simulated.world import World
from banshi.kernel.version import VERSION

NINE = datetime(2026, 3, 10, 1, tzinfo=UTC)
SLIP: dict[str, Any] = {
    "hall": "小镇大厅", "kind": "号票", "number": "A001", "lines": [["业务", "养老"]], "qr": "", "qr_says": "", "foot": []
}  # fmt: skip

# Of the server: numbers for an hour without it, at nine by the hall's clock.
TODAY = [{"starts_at": "2026-03-10T08:45:00+08:00", "ends_at": "2026-03-10T17:00:00+08:00"}]
AHEAD: dict[str, Any] = {
    "hall": "town", "hall_name": "小镇大厅", "hall_name_en": "Town Hall", "timezone": "Asia/Shanghai",
    "now": "2026-03-10T09:00:00+08:00",
    "data": [
        {"category": "A", "name": "社保", "name_en": "Social security", "letter": "PA", "first": 1, "last": 3, "spans": TODAY},
        {"category": "B", "name": "不动产", "name_en": "Property", "letter": "PB", "first": 61, "last": 120, "spans": TODAY},
        {"category": "A", "name": "社保", "name_en": "Social security", "letter": "PA", "first": 7, "last": 8, "spans": TODAY},
    ],
}  # fmt: skip


class Stopped:
    """Time stands, but for what is slept; `slept` says how long each time."""

    def __init__(self) -> None:
        self.at = NINE
        self.slept: list[float] = []

    def wall(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NINE).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@dataclass
class FakeServer:
    """Answers `/devices/{device}/…` of keys `key-{device}`. `down`: paths whose answer is lost, though they were heard; `away`:
    nothing is heard."""

    waiting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    ended: list[tuple[str, int, str, str]] = field(default_factory=list)
    beats: list[dict[str, Any]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    away: bool = False
    revoked: set[str] = field(default_factory=set)
    refuses: dict[str, int] = field(default_factory=dict)  # path's end → status
    version: str = VERSION
    lock: Any = field(default_factory=threading.Lock)
    ids: int = 0
    ahead: dict[str, Any] = field(default_factory=lambda: dict(AHEAD))
    numbers: list[tuple[str, int, int, str]] = field(default_factory=list)
    anew: list[bool] = field(default_factory=list)

    def give(self, device: str, kind: str = "print_slip", body: Any = None, key: str = "") -> int:
        with self.lock:
            self.ids += 1
            order = {
                "id": self.ids, "key": key or f"t-{self.ids}", "kind": kind, "body": SLIP if body is None else body,
                "takes_s": 60,
            }  # fmt: skip
            self.waiting.setdefault(device, []).append(order)
            return self.ids

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away", request=request)
        steps = request.url.path.split("/")  # "", api, v1, devices, k-1, …
        device, rest, end = steps[4], "/".join(steps[5:]), steps[-1]
        if request.headers.get("Authorization") != f"Bearer key-{device}" or device in self.revoked:
            return httpx.Response(401, json={"type": "unauthenticated"})
        if end in self.refuses:
            return httpx.Response(self.refuses[end], json={"type": "wrong-state"}, headers={"Retry-After": "7"})
        content = self._answer(device, rest, json.loads(request.content or b"{}"))
        if end in self.lost:
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(200, json=content)

    def _answer(self, device: str, rest: str, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            if rest == "orders":
                return {"data": self.waiting.pop(device, []), "version": self.version}
            if rest == "heartbeat":
                self.beats.append({"device": device, **body})
                return {}
            if rest == "numbers/ahead":
                self.anew.append(body["anew"])
                return self.ahead
            if rest == "numbers":
                self.numbers += [(one["letter"], one["seq"], one["ago_s"], one["language"]) for one in body["given"]]
                return {"data": []}
            order = int(rest.split("/")[1])
            self.ended.append((device, order, body["state"], body["why"]))
            return {"id": order, **body}


@dataclass
class Machine:
    """One machine with all parts simulated, in a folder."""

    server: FakeServer
    folder: Path
    device: str = "k-1"
    clock: Stopped = field(default_factory=Stopped)
    agent: Any = None

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        client = httpx.Client(transport=httpx.MockTransport(self.server), base_url="https://hall.example")
        held = self.held
        self.journal = Journal(self.folder)
        self.agent = Agent(
            line=Line(held, client), journal=self.journal, parts=parts(World(self.folder, sleep=self.clock.sleep)),
            clock=self.clock, wait_s=0, chance=lambda: 1.0,
        )  # fmt: skip

    @property
    def held(self) -> Held:
        return Held("https://hall.example", self.device, f"key-{self.device}", reader_key_of("abcd-1234"))

    def restart(self) -> None:
        """As after a power cut: nothing is closed in good order but by the system."""
        self.journal.close()
        self.start()

    def mood(self, **moods: list[str]) -> None:
        (self.folder / "moods.json").write_text(json.dumps(moods))

    def out(self, part: str = "receipt_printer") -> str:
        file = self.folder / "out" / part
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def slips(self) -> int:
        return self.out().count("---\n")
