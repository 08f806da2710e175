"""A crowd lives two hours of Nancheng's day; what it counted itself is what the hall reports."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from banshi.crowd.ledger import COUNTS

pytestmark = pytest.mark.browser
DAYS = iter(("2026-12-02", "2026-12-09"))  # a second try finds nobody of the first in its day


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
