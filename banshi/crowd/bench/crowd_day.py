"""A day of the crowd in one hall: what waits were told, and what came of them, by category and by hour of arrival."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from banshi.crowd.bench.ground import DAY, OPENING, BenchTrouble, Installation

HALL = "nancheng"
BEGINS = f"{DAY}T08:20:00+08:00"
SPEED = 120  # hall seconds a second
MINUTES, QUICK_MINUTES = 560, 60  # of the hall; its doors close at half past five
PATIENCE_S = 900


def crowd_day(on: Installation, *, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Counts and ratios: `n` waits told, the share that stayed below “at most”, how far “about” was off (0.04: 4 % too long).

    :raises BenchTrouble: the crowd could not live its day, or the hall does not report what the crowd saw.
    """
    minutes = QUICK_MINUTES if quick else MINUTES
    say(f"a crowd lives {minutes} minutes of {HALL} …")
    _set_clock(on, BEGINS)
    try:
        with _duties(on):
            told = _lived(on, minutes)
    finally:
        _set_clock(on, OPENING)
    return {"hall": HALL, "minutes": minutes, "speed": SPEED, **told}


def _lived(on: Installation, minutes: int) -> dict[str, Any]:
    asked = ["--hall", HALL, "--speed", str(SPEED), "--minutes", str(minutes), "--seed", "7", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "banshi.cli", "crowd", "--demo-json", str(on.data / "demo.json"), *asked],
        env={**os.environ, **on.environment}, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError as wrong:
        raise BenchTrouble(f"the crowd went home early:\n{done.stderr[-2000:]}") from wrong
    told: dict[str, Any] | None = report["halls"][HALL]["promises"]
    if told is None:
        raise BenchTrouble("nobody of the crowd was told a wait")
    return {**told, "same_as_reported": bool(report["ok"])}


def _set_clock(on: Installation, now: str) -> None:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{on.port}/api/v1/demo/clock",
        data=json.dumps({"now": now, "speed": 0}).encode(),
        headers={"Authorization": f"Bearer {on.keys['demo']}", "Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=60):
        pass


@contextlib.contextmanager
def _duties(on: Installation) -> Iterator[None]:
    """The job worker works as in a hall; it rests in the other sections."""
    with (on.data / "work.log").open("ab") as log:
        work = subprocess.Popen(
            [sys.executable, "-m", "banshi.cli", "work"], env={**os.environ, **on.environment}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        work.terminate()
        try:
            work.wait(timeout=25)
        except subprocess.TimeoutExpired:
            work.kill()
            work.wait()
