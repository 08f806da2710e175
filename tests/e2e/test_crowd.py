"""A crowd lives two hours of Nancheng's day, and whole matters of Dongcheng's: what it counted is what the hall reports."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from banshi.crowd.client import Api
from banshi.crowd.ledger import CASE_COUNTS, COUNTS, Seen, totals
from banshi.crowd.matters import Matters
from banshi.crowd.plan import Session

pytestmark = pytest.mark.browser
DAYS = iter(
    ("2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23")
)  # a second try finds nobody of the first in its day


@pytest.mark.timeout(280)
def test_two_hours_of_a_crowd_are_reported_as_it_lived_them(installation: Any):
    installation.set_clock(f"{next(DAYS)}T08:20:00+08:00", 0)
    arguments = ["--hall", "nancheng", "--speed", "120", "--minutes", "120", "--seed", "7", "--json"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "banshi.cli", "crowd", "--demo-json", str(installation.data / "demo.json"), *arguments],
            env={**installation.environment, "BANSHI_CROWD_SCALE": "0.3"},
            capture_output=True, text=True, timeout=270, check=False,
        )  # fmt: skip
    finally:
        installation.set_clock("2026-11-24T09:10:00+08:00", 0)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    report = json.loads(done.stdout)
    found = {f["what"]: (f["seen"], f["reported"]) for f in report["findings"]}
    counted = {name: found[name] for name in COUNTS}
    assert counted == {name: (seen, seen) for name, (seen, _) in counted.items()}
    assert report["traffic"]["broken"] == {}
    assert (report["halls"]["nancheng"]["unsure"], report["halls"]["nancheng"]["strangers"]) == (0, 0)
    assert min(found["tickets"][0], found["served"][0], found["appointments"][0]) > 5


class Standing:
    """A hall whose clock stands: whatever was put off is done at once, in its order."""

    def __init__(self, installation: Any, api: Api, at: datetime, seed: int) -> None:
        keys = installation.seeds["keys"]
        self.code, self.api, self.seed, self.day, self.on, self.seen = (
            "dongcheng",
            api,
            seed,
            at.date(),
            True,
            Seen("dongcheng"),
        )
        self.clock = SimpleNamespace(now=lambda: at)
        self.keys = SimpleNamespace(channel=keys["channel"], read=keys["read"])
        self.sessions = [Session(at - timedelta(hours=8), at + timedelta(hours=15), "regular", None)]
        self.due: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self.matters = Matters(self, keys["staff"]["dongcheng"])  # type: ignore[arg-type]

    def later(self, at: datetime, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.due.append(act)

    def scale(self) -> float:
        return 1.0


async def lived(installation: Any, at: datetime, applications: int) -> tuple[Standing, dict[str, int]]:
    """So many applications, each to its end, and by how much the hall's figures rose."""
    api = Api(installation.url, per_second=200)
    hall = Standing(installation, api, at, seed=at.day)

    async def figures() -> Counter[str]:
        day = at.date().isoformat()
        rows = await api.pages("/stats/cases", hall.keys.read, hall=hall.code, by="day", **{"from": day, "to": day})
        return totals(rows, CASE_COUNTS)

    try:
        before = await figures()
        for number in range(applications):
            await hall.matters.apply(number)
        while hall.due:
            await hall.due.pop(0)()
        after = await figures()
    finally:
        await api.close()
    return hall, {name: after[name] - before[name] for name in CASE_COUNTS}


def test_whole_matters_end_and_are_reported_as_they_were_lived(installation: Any):
    at = datetime.fromisoformat(f"{next(DAYS)}T09:30:00+08:00")
    installation.set_clock(at.isoformat(), 0)
    try:
        hall, reported = asyncio.run(lived(installation, at, applications=5))
    finally:
        installation.set_clock("2026-11-24T09:10:00+08:00", 0)

    counts = hall.seen.counts
    assert (dict(hall.seen.turned_away), hall.seen.unsure, dict(hall.api.traffic.broken)) == ({}, 0, {})
    assert {name: counts[f"cases_{name}"] for name in CASE_COUNTS} == reported
    assert (hall.matters.open, counts["cases_opened"]) == ({}, reported["received"])
    assert reported["completed"] >= 3
