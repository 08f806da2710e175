"""The one connection that listens is closed however its task ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from banshi.live.hub import Hub


class Listening:
    """Stands in for the connection: nothing is ever said, and leaving it as a context waits, as a rollback does."""

    def __init__(self) -> None:
        self.closed = False

    async def execute(self, _: str) -> None: ...

    async def notifies(self) -> AsyncIterator[Any]:
        await asyncio.Future()
        yield None

    async def __aenter__(self) -> Listening:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.Future()
        await self.close()

    async def close(self) -> None:
        self.closed = True


def test_a_loop_that_goes_away_leaves_no_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Listening] = []

    async def connect(**_: object) -> Listening:
        made.append(Listening())
        return made[0]

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", connect)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        listens = Hub(admit=lambda *_: None)._listen()
        listens.send(None)  # it waits for what is said
        listens.close()  # as when the loop is gone and its tasks are dropped
    finally:
        asyncio.set_event_loop(None)
        loop.close()

    assert [each.closed for each in made] == [True]
