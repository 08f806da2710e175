"""A change that thousands hear wakes no task for each: it is sent as it is handed out, where the server takes it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.live.app import _stream
from banshi.live.hub import HallWatch, Hub, Watcher
from tests.doors.test_phones_told import WAITS

Send = Callable[[dict[str, Any]], Awaitable[None]]
PHONES = 150


class Streams:
    """The phones of a hall, each with an open stream. `said`: by phone, what was sent since it began."""

    def __init__(self, many: int) -> None:
        self.hub = Hub(admit=lambda *_: None)
        self.watchers = [Watcher("town", f"r{n}") for n in range(many)]
        self.hall = HallWatch("town", 1, ZoneInfo("Asia/Shanghai"), watchers=set(self.watchers))
        self.hub.halls["town"] = self.hall
        self.said: dict[str, list[bytes]] = {f"r{n}": [] for n in range(many)}
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def open(self, through: Callable[[str, bytes], Awaitable[None]] | None = None) -> Any:
        def send_of(ref: str) -> Send:
            def send(message: dict[str, Any]) -> Awaitable[None]:
                body = message["body"]
                return sent(body, None if through is None or body.startswith(b"retry") else through(ref, body))

            async def sent(body: bytes, first: Awaitable[None] | None) -> None:
                if first is not None:
                    await first
                if not body.startswith(b"retry"):
                    self.said[ref].append(body)

            return send

        for watcher in self.watchers:
            stream = _stream(watcher, asyncio.Event().wait, send_of(watcher.ref or ""), self.hub)
            self.tasks.append(asyncio.create_task(stream))
        await turns()
        yield self
        self.hub.closing.set()
        for watcher in self.watchers:
            watcher.wake.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def line(self, version: int, ahead: int) -> None:
        tickets = tuple(WAITS._replace(ref=ref, ahead=ahead) for ref in self.said)
        line: Any = SimpleNamespace(version=version, tickets=tickets)
        await self.hub._hand_out(self.hall, line, self.watchers)

    def heard(self, ref: str) -> list[int]:
        """Places said so far; a sign of life is −1."""
        return [int(body.split(b'"ahead":')[1].split(b",")[0]) if b"ahead" in body else -1 for body in self.said[ref]]


async def turns(many: int = 5) -> None:
    for _ in range(many):
        await asyncio.sleep(0)


def test_all_phones_are_told_without_a_turn_of_their_tasks() -> None:
    async def story() -> None:
        async with Streams(PHONES).open() as streams:
            await streams.line(1, ahead=3)
            assert [streams.heard(ref) for ref in streams.said] == [[3]] * PHONES
            assert not any(watcher.wake.is_set() for watcher in streams.watchers)
            await streams.line(2, ahead=2)
            await turns()
            assert [streams.heard(ref) for ref in streams.said] == [[3, 2]] * PHONES  # and no sign of life beside it

    asyncio.run(story())


def test_a_stream_that_must_wait_says_the_newest_next_and_keeps_nobody_waiting() -> None:
    async def story() -> None:
        free = asyncio.Event()

        async def slow(ref: str, _body: bytes) -> None:
            if ref == "r0":
                await free.wait()

        async with Streams(3).open(slow) as streams:
            for version, ahead in enumerate((5, 4, 3, 2), start=1):
                await streams.line(version, ahead)
                await turns()
            assert [streams.heard(ref) for ref in streams.said] == [[], [5, 4, 3, 2], [5, 4, 3, 2]]
            free.set()
            await turns()
            assert streams.heard("r0") == [5, 2]
            await streams.line(5, ahead=1)
            assert [streams.heard(ref)[-1] for ref in streams.said] == [1, 1, 1]

    asyncio.run(story())


@pytest.mark.parametrize("breaks", ["as it is asked", "at once", "later"])
def test_a_stream_that_breaks_ends_and_no_other(breaks: str) -> None:
    async def story() -> None:
        def broken(ref: str, _body: bytes) -> Awaitable[None]:
            if ref == "r0" and breaks == "as it is asked":
                raise OSError("gone")
            return breaking(ref)

        async def breaking(ref: str) -> None:
            if ref == "r0":
                if breaks == "later":
                    await asyncio.sleep(0)
                raise OSError("gone")

        async with Streams(3).open(broken) as streams:
            await streams.line(1, ahead=3)
            await turns()
            await streams.line(2, ahead=2)
            assert [streams.heard(ref) for ref in streams.said] == [[], [3, 2], [3, 2]]
        with pytest.raises(OSError, match="gone"):
            await streams.tasks[0]

    asyncio.run(story())


def test_a_sign_of_life_and_a_change_in_the_same_moment_are_one() -> None:
    async def story() -> None:
        async with Streams(1).open() as streams:
            streams.watchers[0].wake.set()  # nothing was said for long
            await streams.line(1, ahead=3)
            await turns()
            assert streams.heard("r0") == [3]
            streams.watchers[0].wake.set()
            await turns()
            assert streams.heard("r0") == [3, -1]

    asyncio.run(story())
