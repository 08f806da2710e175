"""`banshi bench`: bookings, calls, numbers, a rush, pushes, history and cases over real HTTP, beside pgbench on the same machine.

It sets up an installation of its own in a temporary directory, measures, and takes it down. Generators and watchers are
processes of their own; all share the machine with server and database, as `make bench` has only one.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from banshi.crowd.bench import report
from banshi.crowd.bench.cases import cases
from banshi.crowd.bench.crowd_day import crowd_day
from banshi.crowd.bench.distance import distance
from banshi.crowd.bench.ground import NEED_FILES, BenchTrouble, installation, raise_file_limit
from banshi.crowd.bench.measure import Bench

DOC = Path(__file__).resolve().parents[3] / "docs" / "bench.md"


def main(options: dict[str, Any]) -> int:
    """Measure and write.

    :param options: quick, json, out (file of the figures), data (the directory of the running demo: not touched);
        optional: cases (so many as a size of their own), doc (docs/bench.md; False leaves it as it is), only ("crowd_day",
        "bookings", "cases" or "distance": that section alone).
    :returns: 0 – measured, nothing double, nothing oversold; 1 – trouble, or a promise was broken.
    """
    quick, as_json = bool(options.get("quick")), bool(options.get("json"))

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    began = time.monotonic()
    only = options.get("only")
    try:
        figures: dict[str, Any] = (
            {"quick": quick} if only == "crowd_day" else _measured(quick, say, only=only, most=options.get("cases"))
        )
        if only in (None, "crowd_day"):
            figures["crowd_day"] = crowd_day(quick=quick, say=say)
    except BenchTrouble as trouble:
        say(f"the bench could not run: {trouble}")
        return 1
    figures["seconds"] = round(time.monotonic() - began)
    out = Path(options["out"])
    out.parent.mkdir(parents=True, exist_ok=True)
    measured = figures
    if only and out.is_file():
        figures = {**json.loads(out.read_text(encoding="utf-8")), **_section(figures, only)}
    out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(report.table(measured) + "\n")
    if not quick and only != "bookings" and options.get("doc") is not False and DOC.parent.is_dir():
        report.refresh(DOC, _section(figures, only) if only else figures)
        say(f"{DOC} is up to date")
    broken = report.broken_promises(measured)
    for promise in broken:
        say(f"BROKEN: {promise}")
    return 1 if broken else 0


def _section(figures: dict[str, Any], only: str) -> dict[str, Any]:
    name = {"bookings": "book"}.get(only, only)
    return {name: figures[name]}


def _measured(
    quick: bool, say: Callable[[str], None], *, only: str | None = None, most: int | None = None
) -> dict[str, Any]:
    files = raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="banshi-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root the database runs as a user of its own
        say("setting up an installation …")
        with installation(data) as on:
            machine = _machine(on.sql("SHOW server_version")[0][0])
            figures: dict[str, Any] = {"quick": quick, "machine": machine}
            if only == "cases":
                return {**figures, "cases": {**cases(on, quick=quick, say=say, most=most), "machine": machine}}
            if only == "distance":
                return {**figures, "distance": {**distance(on, quick=quick, say=say), "machine": machine}}
            bench = Bench(on, quick=quick, say=say)
            if only == "bookings":
                return {**figures, "book": bench.book()}
            before = bench.before_history()
            figures["book"] = bench.book()
            figures["call_next"] = bench.call_next()
            figures["issue"] = bench.issue()
            figures["rush"] = bench.rush()
            sizes = (200,) if quick else (1000, 5000)
            pushes = {str(n): bench.push(n) for n in sizes if n + 500 < files}
            if len(pushes) < len(sizes):
                say(f"left out watchers: only {files} files may be open here, {NEED_FILES} are needed (ulimit -n)")
            figures["push"] = {
                **(list(pushes.values())[-1] if pushes else {"watchers": 0, "p99_ms": None}),
                "by": pushes,
            }
            figures["history"] = bench.history(before)
            figures["pages"] = bench.pages(figures["history"]["days"])
            figures["cases"] = {**cases(on, quick=quick, say=say, most=most), "machine": machine}
            figures["distance"] = {**distance(on, quick=quick, say=say), "machine": machine}
    return figures


def _machine(server: str) -> dict[str, Any]:
    """Generic: what a reader needs to compare, nothing that names a machine."""
    cores, model, memory = 0, "", 0
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        cores = info.count("processor\t")
        model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "")
        memory = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]) // 2**20
    except OSError:
        pass
    return {
        "cores": cores, "processor": model, "memory_gib": memory, "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(), "postgresql": server.split()[0], "load_1min": _load(),
    }  # fmt: skip


def _load() -> float:
    try:
        return float(Path("/proc/loadavg").read_text(encoding="utf-8").split()[0])
    except OSError:
        return 0.0
