"""The whole bench, quickly: counts only, no times – those are for `make bench` on a quiet machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.browser  # as long as a browser test, and for the same reason: a whole installation comes up
@pytest.mark.timeout(800)
def test_the_bench_runs_and_finds_nothing_double_and_nothing_oversold(tmp_path: Path):
    out = tmp_path / "bench.json"

    done = subprocess.run(
        [sys.executable, "-m", "banshi.cli", "bench", "--quick", "--out", str(out), "--data", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=780, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    figures = json.loads(out.read_text(encoding="utf-8"))
    call, rush, push = figures["call_next"], figures["rush"], figures["push"]
    assert (call["windows"], call["doubles"], call["called"]) == (270, 0, call["expected"])
    assert (rush["people"], rush["booked"], rush["slot_full"], rush["other"]) == (2000, rush["places"], 1820, 0)
    assert (push["watchers"], push["followed"], push["heard"]) == (200, 200, push["calls"])
    assert (figures["book"]["wrong"], figures["issue"]["repeated_numbers"]) == (0, 0)
    lines = {
        f"{web} web, {n} clients": row for web, rows in figures["book"]["processes"].items() for n, row in rows.items()
    }
    assert list(lines) == [f"{web} web, {n} clients" for web in (1, 2) for n in (16, 64, 128)]
    assert {row["not_booked"] for row in lines.values()} == {0}
    assert all(row["web_ms"] > 0 and row["database_ms"] > 0 for row in lines.values())
    assert set(figures["issue"]["outcomes"]) == {"201"}
    _look_at_cases(figures["cases"])
    _look_afar(figures["distance"])


def _look_afar(found: dict[str, Any]) -> None:
    beats, seats, sockets = found["heartbeats"], found["seats"], found["sockets"]
    assert (beats["machines"], beats["outcomes"]) == (387, {"200": 387})
    assert (seats["helped"], seats["left"], seats["doubles"], seats["beside"]) == (12, 0, 0, 0)
    assert (sockets["open"], sockets["lost"], sockets["heard"]) == (20, 0, sockets["lines"])


def _look_at_cases(found: dict[str, Any]) -> None:
    assert found["broken_chains"] == 0
    assert (found["papers"]["made"], found["uploads"]["files"]) == (3, 2)
    assert (found["items"]["new"], found["items"]["new_again"], found["left_out"]) == (40, 0, "")
    few, many = (found["by"][str(size)] for size in found["sizes"])
    for at in (few, many):
        assert (at["accept"]["accepted"], at["due"]["done"]) == (at["accept"]["asked"], at["due"]["late"])
    statements = [{name: page["statements"] for name, page in at["pages"].items()} for at in (few, many)]
    assert statements[0] == statements[1]
