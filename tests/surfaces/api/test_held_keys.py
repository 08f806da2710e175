"""A call whose Idempotency-Key somebody holds waits by itself; the other windows' calls go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from banshi.config import lanes
from banshi.foundation.models import IdempotencyKey
from banshi.foundation.together import Aside
from banshi.rooms.tickets.models import Call
from banshi.surfaces.api import calls as calling
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer
from banshi.surfaces.api.traces import TRACE
from tests import together
from tests.surfaces.api.conftest import Calls

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def held(*keyed: calling.Calling) -> AbstractContextManager[None]:
    """Somebody has claimed these keys, and breaks when this ends."""
    return together.held(lambda: idempotency.claim([one.once for one in keyed if one.once]), gives_up=True)


@pytest.fixture
def windows(committed_calls: Calls) -> Calls:
    """Two windows with a clerk each, and three people in line."""
    for _ in range(3):
        committed_calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})
    committed_calls("post", "/windows/town-01/sign-in", "desk")
    committed_calls("post", "/windows/town-02/sign-in", "second-desk")
    return committed_calls


def headers(calls: Calls, caller: str, key: str = "") -> dict[str, str]:
    once = {"idempotency-key": key} if key else {}
    return {"authorization": f"Bearer {calls.keys[caller]}", TRACE: "test", **once}


def asked(calls: Calls, window: str, caller: str, key: str = "") -> calling.Calling:
    found = calling.prepare_call(headers(calls, caller, key), b"", window=window)
    assert isinstance(found, calling.Calling)
    return found


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[int]:
    """One entry for every time that this is done."""
    done: list[int] = []
    act: Callable[..., Any] = getattr(module, name)

    def count(*args: Any, **more: Any) -> Any:
        done.append(1)
        return act(*args, **more)

    monkeypatch.setattr(module, name, count)
    return done


def test_other_windows_call_while_the_key_of_one_is_held(
    windows: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 0.5
    under_way = asked(windows, "town-01", "desk", "k1")
    checks = counted(monkeypatch, calling, "prepare_call")
    both = lanes.Lanes()
    plain = ("call", {"window": "town-02"}, headers(windows, "second-desk"), b"", "")
    keyed = ("call", {"window": "town-01"}, headers(windows, "desk", "k1"), b"", "")

    async def everybody() -> tuple[Answer, bool, list[Answer]]:
        with held(under_way):
            waiting = [asyncio.ensure_future(both._done(*keyed))]
            went_on = await both._done(*plain)
            waiting.append(asyncio.ensure_future(both._done(*keyed)))
            assert (await both._done(*plain)).status == 409  # that window has somebody now
            undone = not any(each.done() for each in waiting)
        return went_on, undone, list(await asyncio.gather(*waiting))

    went_on, undone, at_last = asyncio.run(everybody())
    both.close()

    assert (went_on.status, undone) == (201, True)
    assert [(a.status, a.headers.get("Idempotency-Replayed")) for a in at_last] == [(201, None), (201, "true")]
    assert at_last[0].body == at_last[1].body
    assert Call.objects.count() == 2
    assert len(checks) == 4


def test_one_whose_key_is_held_is_set_aside_with_nothing_done(windows: Calls, settings: Any) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 0.5
    keyed, plain = asked(windows, "town-01", "desk", "k1"), asked(windows, "town-02", "second-desk")

    with held(keyed):
        answers = calling.call_quickly([keyed, plain, keyed], frozenset())
    known = calling.call_quickly([keyed], frozenset({_group(keyed)}))

    assert answers[0] == answers[2] == known[0] == Aside(_group(keyed))
    assert isinstance(answers[1], Answer)
    assert answers[1].status == 201
    assert (Call.objects.count(), IdempotencyKey.objects.count()) == (1, 0)


def test_of_many_held_keys_only_some_are_waited_for(
    windows: Calls, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BANSHI_BOOKING_LOCK_S = 0.5
    keyed = [asked(windows, "town-01", "desk", f"k{i}") for i in range(6)]

    with held(*keyed):
        claims = counted(monkeypatch, idempotency, "claim")
        answers = calling.call_quickly(keyed, frozenset())

    assert answers == [Aside(_group(one)) for one in keyed]
    assert len(claims) == 3


def _group(one: calling.Calling) -> str:
    assert one.once is not None
    return f"{one.once.owner} {one.once.key}"
