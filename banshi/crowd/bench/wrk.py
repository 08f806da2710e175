"""A second client, of somebody else's making: Debian's `wrk` with a script. It measures what ours measures, its own way."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from banshi.crowd.bench.ground import BenchTrouble, Installation
from banshi.crowd.people import person

SCRIPT = Path(__file__).with_name("booking.lua")
RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)", re.M)
COUNT = re.compile(r"^\s*(\d+) requests in", re.M)
REFUSED = re.compile(r"^\s*Non-2xx or 3xx responses: (\d+)", re.M)
P99 = re.compile(r"^\s*99%\s+([0-9.]+)(us|ms|s)$", re.M)
IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
MOST_PER_S = 6000


def wrk(
    on: Installation, *, clients: int, seconds: int, pairs: list[tuple[int, str]], first: int
) -> dict[str, Any] | None:
    """Bookings by new people from number `first`. None where wrk is not installed.

    :raises BenchTrouble: it broke.
    """
    program = shutil.which("wrk")
    if program is None:
        return None
    chance = random.Random(first)  # noqa: S311 – load, no secret
    with tempfile.TemporaryDirectory(prefix="banshi-wrk-") as folder:
        bodies = Path(folder) / "bodies"
        with bodies.open("w", encoding="utf-8") as out:
            for number in range(first, first + MOST_PER_S * seconds):
                slot, item = chance.choice(pairs)
                body = {"slot": slot, "item": item, "person": person(number).body(), "source": "app"}
                out.write(json.dumps(body, ensure_ascii=False) + "\n")
        done = subprocess.run(
            [
                program, "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "--latency", "-s", str(SCRIPT),
                f"http://127.0.0.1:{on.port}/api/v1/appointments",
            ],
            env={**os.environ, "BENCH_BODIES": str(bodies), "BENCH_KEY": on.keys["channel"]},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode or RATE.search(done.stdout) is None:
        raise BenchTrouble(f"wrk ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return read(done.stdout)


def read(said: str) -> dict[str, Any]:
    """What wrk tells: bookings a second, how many it asked for, how many were refused, p99 in milliseconds."""
    rate, count, refused, p99 = RATE.search(said), COUNT.search(said), REFUSED.search(said), P99.search(said)
    return {
        "per_s": float(rate[1]) if rate else 0.0,
        "made": int(count[1]) if count else 0,
        "not_booked": int(refused[1]) if refused else 0,
        "p99_ms": round(float(p99[1]) * IN_MS[p99[2]], 1) if p99 else None,
    }
