"""Keys of other systems, hooks of theirs, and a receiver that remembers what it was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.hooks import actions
from banshi.rooms.hooks.models import Hook
from banshi.rooms.hooks.ports import Answered
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import ApiKey
from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


@dataclass
class Receiver:
    """Answers as told – then 204 – and keeps what came: (url, headers, event)."""

    answers: list[int | None] = field(default_factory=list)
    came: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, url: str, *, headers: Any, body: bytes, reach: Any) -> Answered:
        self.came.append((url, dict(headers), json.loads(body)))
        self.bodies.append(body)
        status = self.answers.pop(0) if self.answers else 204
        return Answered(status, "" if status else "ConnectError: refused")

    @property
    def types(self) -> list[str]:
        return [event["type"] for _, _, event in self.came]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.came]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def key(scope: str = "manage", **bound: Any) -> ApiKey:
    create_key(name=f"{scope} system", scope=scope, now=TUESDAY_NINE, **bound)
    return ApiKey.objects.latest("id")


def listening(of: ApiKey, **more: Any) -> Hook:
    asked = {"url": f"https://hooks.example.com/{of.pk}", "types": [], "now": TUESDAY_NINE, **more}
    made, _ = actions.register(key_id=of.pk, by=Actor(ActorKind.CHANNEL, str(of.pk)), **asked)
    return made


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Machine time goes on by so much."""
    real, gone = clock.wall, [timedelta()]
    monkeypatch.setattr(clock, "wall", lambda: real() + gone[0])

    def on(by: timedelta) -> None:
        gone[0] += by

    return on


def told(receiver: Receiver, now: datetime = TUESDAY_NINE) -> int:
    """One run of the job. :returns: how many were heard."""
    actions.gather(now=now)
    return actions.send_due(now=now, post=receiver)
