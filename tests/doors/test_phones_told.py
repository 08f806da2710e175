"""A phone is told what its page would show otherwise, and nothing else; a stream that is silent shows that it lives."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from banshi.foundation import clock
from banshi.live import hub as live
from banshi.live.hub import HallWatch, Hub, Watcher
from banshi.rooms.tickets.queries import LineTicket
from tests.town import TUESDAY_NINE

WAITS = LineTicket(
    ref="r1", number="A007", category="A", kind="walk_in", lane="", state="waiting", masked_name="", ahead=3, likely_s=600,
    at_most_s=900, walk_off_until=TUESDAY_NINE, made_at=TUESDAY_NINE, waited_s=0, window=None, floor="1 楼",
    floor_en="Floor 1", served_today=True, service_ends_at=None,
)  # fmt: skip


class Phone:
    def __init__(self) -> None:
        self.watcher = Watcher("town", "r1")
        self.hub = Hub(admit=lambda *_: None)
        self.hall = HallWatch("town", 1, ZoneInfo("Asia/Shanghai"), watchers={self.watcher})
        self.version = 0

    def line(self, ticket: LineTicket) -> Any:
        """What the phone is told of a hall's next line; None where that is nothing."""
        self.version += 1
        line: Any = SimpleNamespace(version=self.version, tickets=(ticket,))
        asyncio.run(self.hub._hand_out(self.hall, line, [self.watcher]))
        return self.heard()

    def heard(self) -> Any:
        words = self.watcher.words()
        return orjson.loads(words.split(b"data: ")[1]) if words else None


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"likely_s": 625, "at_most_s": 850},  # ten minutes, at most fifteen, as before
        {"waited_s": 40},
        {"walk_off_until": TUESDAY_NINE + timedelta(seconds=50)},
    ],
)
def test_no_word_of_what_no_page_shows(same: dict[str, Any]) -> None:
    phone = Phone()
    assert phone.line(WAITS)["ahead"] == 3

    assert phone.line(WAITS._replace(**same)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"ahead": 2},
        {"likely_s": 631},
        {"at_most_s": 901},
        {"likely_s": None, "at_most_s": None},
        {"served_today": False},
        {"walk_off_until": None},
        {"walk_off_until": TUESDAY_NINE + timedelta(seconds=60)},
        {"stopped": True},
        {"floor": "2 楼"},
        {"state": "called", "window": "07", "ahead": None},
    ],
)
def test_whatever_a_page_shows_is_told(other: dict[str, Any]) -> None:
    phone = Phone()
    phone.line(WAITS)

    assert phone.line(WAITS._replace(**other)) is not None


def test_half_a_minute_is_rounded_as_the_page_rounds_it() -> None:
    phone = Phone()
    phone.line(WAITS._replace(likely_s=149))

    assert phone.line(WAITS._replace(likely_s=150))["estimate"]["likely"] == 150  # two minutes, then three


def test_small_steps_that_add_up_are_told() -> None:
    phone = Phone()
    told = [phone.line(WAITS._replace(likely_s=600 - 10 * n)) is not None for n in range(7)]

    assert told == [True, False, False, False, True, False, False]  # 570 s are ten minutes, 560 s nine


def test_who_was_told_alone_hears_the_line_when_it_says_otherwise() -> None:
    phone = Phone()
    phone.line(WAITS)
    phone.watcher.offer(phone.version + 1, b'{"state":"called"}')
    assert phone.heard() == {"state": "called"}

    phone.version += 1
    assert phone.line(WAITS)["state"] == "waiting"  # the call was undone


def test_a_line_older_than_the_call_is_not_told_and_the_next_is() -> None:
    phone = Phone()
    phone.watcher.offer(5, b'{"state":"called"}')
    phone.heard()

    assert phone.line(WAITS) is None
    phone.version = 5
    assert phone.line(WAITS)["state"] == "waiting"


def test_a_silent_stream_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    phone, wall = Phone(), Watcher("town", None)
    phone.hall.watchers.add(wall)
    phone.hub.halls["town"] = phone.hall
    at = 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: at)
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    for watcher in phone.hall.watchers:
        watcher.words()

    async def look() -> tuple[bool, bool]:
        pinger = asyncio.create_task(phone.hub._ping())
        for _ in range(5):
            await asyncio.sleep(0)
        pinger.cancel()
        return wall.wake.is_set(), phone.watcher.wake.is_set()

    found = []
    for later in (live.PING_S - 1, live.PING_S, live.TICKET_PING_S):
        at = 1000.0 + later
        found.append(asyncio.run(look()))

    assert found == [(False, False), (True, False), (True, True)]
