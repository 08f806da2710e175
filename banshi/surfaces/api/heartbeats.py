"""Heartbeats (心跳) of machines: four hundred of a city every fifteen seconds, nearly all of them with nothing new – bytes and
headers in, an `Answer` out (as calls.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.kernel.refusals import Refused
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.actions import fleet
from banshi.surfaces.api import idempotency, raw
from banshi.surfaces.api.answers import Answer, answer, language_of
from banshi.surfaces.api.idempotency import Once
from banshi.surfaces.api.schemas.fleet import HeartbeatIn

WHOLE = "machine"


@dataclass(frozen=True)
class Hearing:
    """One checked heartbeat."""

    device: str
    said: fleet.Said
    language: str
    once: Once | None = None


def prepare_heartbeat(headers: Mapping[str, str], body: bytes, query: str = "", *, device: str) -> Hearing | Answer:
    """Check one: key, scope, rate, shape, whose machine it is."""
    asked_in = language_of(headers.get("accept-language", ""))

    def check() -> Hearing:
        caller = raw.authorised(headers, "heartbeat", query)
        code = raw.path_code(device)
        said = raw.read(HeartbeatIn, headers, body)
        hall = _hall_of(code)
        if caller.key.device != code:
            raise Refused("nothing-found", facts={"device": code})
        caller.must("heartbeat", hall)
        path = f"{raw.BASE}/devices/{device}/heartbeat"
        once = idempotency.once_of(headers, caller=caller, method="POST", path=path, body=body)
        return Hearing(code, fleet.Said(dict(said.parts), said.version), asked_in, once)

    return raw.checked(asked_in, check)


@lru_cache(maxsize=8192)
def _hall_of(device: str) -> str:
    """Code of a machine's hall: a machine stays in it. :raises Refused: nothing-found."""
    return devices.device_by_code(device).hall.code


forgettable(_hall_of.cache_clear)


def hear_many(asked: Sequence[Hearing]) -> list[Answer]:
    """POST /devices/{device}/heartbeat of all machines that spoke together: those with nothing new in one statement, the others,
    and whoever spoke twice, one by one; one answer each, in order."""
    spoke = Counter(one.device for one in asked)
    plain = {one.device: one.said for one in asked if one.once is None and spoke[one.device] == 1}
    quiet = fleet.steady(plain, at=clock.wall()) if plain else frozenset()
    return [_answer(one.device) if one.device in quiet else _heard(one) for one in asked]


def _heard(one: Hearing) -> Answer:
    def act() -> Answer:
        open_faults = fleet.report(code=one.device, said=one.said, at=clock.wall(), now=clock.now())
        return _answer(
            one.device,
            [
                {"part": each.part or WHOLE, "kind": each.kind, "opened_at": each.opened_at, "seen_at": each.seen_at}
                for each in open_faults
            ],
        )

    return raw.answered(
        one.language,
        lambda: idempotency.answered_once(one.once, one.language, lambda: raw.checked(one.language, act)),
    )


def _answer(device: str, faults: Sequence[dict[str, Any]] = ()) -> Answer:
    return answer(200, {"device": device, "faults": list(faults)})
