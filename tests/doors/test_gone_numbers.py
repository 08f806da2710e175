"""Followers of a number that left the line: one read for all of them, once, until it moves again."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.live import hub as live
from banshi.live.hub import HallWatch, Hub, Watcher


@pytest.mark.parametrize(
    ("state", "reads"), [("missed", 1), ("finished", 1), ("closed", 1), ("left", 1), ("redirected", 1), ("waiting", 3)]
)
def test_each_change_of_a_hall_does_not_read_gone_numbers_again(
    monkeypatch: pytest.MonkeyPatch, state: str, reads: int
):
    monkeypatch.setattr(live, "ticket_part", lambda view, zone: {"state": view.state})
    hub, read = Hub(admit=lambda *_: None), []
    hall = HallWatch("town", 1, ZoneInfo("Asia/Shanghai"), watchers={Watcher("town", "r1") for _ in range(3)})

    async def run(act: Any, *, first: bool = False) -> Any:
        read.append(act)
        return SimpleNamespace(state=state, floor_en="")

    monkeypatch.setattr(hub, "run", run)

    async def story() -> None:
        for version in (1, 2, 3):
            await hub._hand_out_gone(hall, SimpleNamespace(version=version, tickets=()))  # type: ignore[arg-type]

    asyncio.run(story())

    assert (len(read), {w.pending is not None for w in hall.watchers}) == (reads, {True})


def test_a_number_that_is_back_in_line_is_followed_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "moving_part", lambda ticket, zone: {"state": ticket.state})
    monkeypatch.setattr(live, "shown_of", lambda ticket: (ticket.state,))
    hub, back = Hub(admit=lambda *_: None), Watcher("town", "r1", over=True)
    line = SimpleNamespace(version=1, tickets=(SimpleNamespace(ref="r1", state="waiting"),))
    hall = HallWatch("town", 1, ZoneInfo("Asia/Shanghai"), watchers={back})

    asyncio.run(hub._hand_out(hall, line, [back]))  # type: ignore[arg-type]

    assert (back.over, back.pending is not None) == (False, True)
