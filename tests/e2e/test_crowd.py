"""A crowd lives two hours of Nancheng's day, and whole matters of Dongcheng's: what it counted is what the hall reports."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from banshi.crowd.ledger import CASE_COUNTS, COUNTS
from banshi.crowd.ways import Way
from tests.e2e.standing import lived

pytestmark = pytest.mark.browser
# Every way of coming, meeting, paying and leaving once, on as few matters as they can be lived together.
WAYS = [
    Way("window", "tolerant"), Way("folder", "second_notice", leaves="cabinet"), Way("night", "wrong", leaves="courier"),
    Way("bundle"), Way(meets="stopped", leaves="returned"), Way("window", "tolerant_late"),
    Way(meets="notice", pays="twice"), Way("window", "extended"), Way(pays="till"), Way("window", pays="late"),
    Way("window", pays="ended"), Way("window", "withdrawn"), Way("window", "refused"), Way("window", "not_accepted"),
    Way("window", pays="window"),
]  # fmt: skip
# Its moments: the day, its night, and the two days of work after it; a second try takes others.
WEEKS = iter(
    [
        [
            f"2026-{month}-{day:02}T{time}:00+08:00"
            for day, time in zip(days, ("09:30", "20:30", "09:30", "09:30"), strict=True)
        ]
        for month, days in (("12", (14, 14, 15, 16)), ("12", (21, 21, 22, 23)))
    ]
)
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


@pytest.mark.timeout(280)
def test_matters_on_every_way_are_on_record_as_they_were_lived(installation: Any):
    moments = [datetime.fromisoformat(each) for each in next(WEEKS)]
    installation.set_clock(moments[0].isoformat(), 0)
    try:
        hall, reported = asyncio.run(
            lived(
                installation.url, installation.seeds["keys"], WAYS, moments,
                lambda moment: installation.set_clock(moment, 0),
            )
        )  # fmt: skip
    finally:
        installation.set_clock("2026-11-24T09:10:00+08:00", 0)

    counts, ways = hall.seen.counts, hall.matters.ways
    assert (hall.matters.differences, dict(hall.seen.turned_away), hall.seen.unsure) == ([], {}, 0)
    assert (hall.matters.open, dict(hall.api.traffic.broken)) == ({}, {})
    assert {name: counts[f"cases_{name}"] for name in CASE_COUNTS} == reported
    wanted = {kind for way in WAYS for kind in way.kinds}
    assert {kind for kind, of in ways.items() if of["ended"] == of["lived"] > 0} == wanted
    assert (counts["cases_opened"], reported["second_notices"]) == (len(WAYS) + 1, 1)  # two of them as one
