"""An installation of its own for the bench: embedded database, all presets, a clock that stands on a working morning."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

OPENING = "2026-11-25T10:00:00+08:00"  # a Wednesday; Thursday and Friday can be booked everywhere
DAY = "2026-11-25"
UP_WITHIN_S = 240.0
BANSHI = [sys.executable, "-m", "banshi.cli"]
NEED_FILES = 12_000


class BenchTrouble(Exception):
    """The bench cannot run; the message says why."""


@dataclass
class Installation:
    """A running product. `sql` goes past it: to fill tables and to count what is true."""

    data: Path
    port: int
    url: str
    keys: dict[str, Any]
    password: str  # of all staff of the demo city
    environment: dict[str, str]
    web: subprocess.Popen[bytes] | None = None
    processes: int = 1  # of the web server
    helpers: list[Worker] = field(default_factory=list)

    def sql(self, statement: str, values: Sequence[Any] | dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    def serve(self, processes: int) -> None:
        """Serve with so many web processes from now on."""
        if self.web is not None and processes == self.processes:
            return
        _end(self.web)
        self.processes = processes
        self.web = _serve(self.data, self.port, self.environment, processes)

    def get(self, path: str, key: str) -> Any:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", headers={"Authorization": f"Bearer {key}"}
        )
        with direct().open(asked, timeout=60) as answer:
            return json.load(answer)

    def pages(self, path: str, key: str) -> list[Any]:
        rows: list[Any] = []
        cursor = ""
        while True:
            joint = "&" if "?" in path else "?"
            page = self.get(f"{path}{joint}limit=200{cursor}", key)
            rows += page["data"]
            if not page["next"]:
                return rows
            cursor = f"&cursor={page['next']}"

    def load(self, **spec: Any) -> Load:
        return Load(self, spec)

    def worker(self, module: str) -> Worker:
        worker = Worker(module, self.environment)
        self.helpers.append(worker)
        return worker


class Worker:
    """A helper process that is spoken to line by line."""

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """:raises BenchTrouble: it has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise BenchTrouble(f"a helper ended with code {self.process.wait()}")
        return line.decode().rstrip("\n")

    def end(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            assert self.process.stdin is not None
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Load:
    """One run of the load generator; `ready()`, then `go()`."""

    def __init__(self, installation: Installation, spec: dict[str, Any]) -> None:
        processes = spec.pop("processes", 1)
        self.workers = [w for w in installation.helpers if getattr(w, "loads", False)][:processes]
        while len(self.workers) < processes:
            worker = installation.worker("banshi.crowd.bench.load")
            worker.loads = True  # type: ignore[attr-defined]
            self.workers.append(worker)
        for n, worker in enumerate(self.workers):
            part = {**spec, "port": installation.port, "clients": _part(spec["clients"], n, processes)}
            if "most" in spec:
                part["most"] = _part(spec["most"], n, processes)
            if "first" in spec:
                part["first"] = spec["first"] + n * 3_000_000
            worker.say(json.dumps(part))
        for worker in self.workers:
            worker.hear()

    def go(self) -> dict[str, Any]:
        """Run; latencies of all processes together, outcomes added up, seconds of the slowest."""
        for worker in self.workers:
            worker.say("go")
        results = [json.loads(worker.hear()) for worker in self.workers]
        outcomes: dict[str, int] = {}
        for result in results:
            for name, count in result["outcomes"].items():
                outcomes[name] = outcomes.get(name, 0) + count
        return {
            "latencies": [x for r in results for x in r["latencies"]],
            "outcomes": outcomes,
            "seconds": max(r["seconds"] for r in results),
            "bodies": [x for r in results for x in r["bodies"]],
            "answered_at": [x for r in results for x in r["answered_at"]],
        }


def _part(whole: int, n: int, parts: int) -> int:
    return whole // parts + (1 if n < whole % parts else 0)


def direct(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """Asks the installation itself, whatever proxy is set."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def raise_file_limit() -> int:
    """Open files this process and its children may have; as many as the system gives."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@contextlib.contextmanager
def installation(data: Path) -> Iterator[Installation]:
    """Set up by `banshi up`, then served by `banshi serve` alone: the job worker rests while something is measured.

    :param data: an empty directory; DATABASE_URL is not used, the bench never writes into somebody's database.
    :raises BenchTrouble: it does not come up.
    """
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BANSHI_FOLLOW")}
    environment |= {
        "BANSHI_DATA": str(data), "BANSHI_MODE": "demo", "BANSHI_LOG_LEVEL": "WARNING", "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    try:
        _set_up(data, port, environment)
        url = subprocess.run(
            [*BANSHI, "db", "start"], env=environment, check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        seeds = json.loads((data / "demo.json").read_text(encoding="utf-8"))
        running = Installation(data, port, url, seeds["keys"], seeds["logins"]["city_admin"]["password"], environment)
        try:
            running.serve(1)
            yield running
        finally:
            for helper in running.helpers:
                helper.end()
            _end(running.web)
    finally:
        subprocess.run([*BANSHI, "db", "stop"], env=environment, check=False, capture_output=True)


def _set_up(data: Path, port: int, environment: dict[str, str]) -> None:
    with (data / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [*BANSHI, "up", "--no-crowd", "--at", OPENING, "--speed", "0", "--host", "127.0.0.1", "--port", str(port)],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _until_well(port, up, data / "up.log")
        finally:
            _end(up)


def _serve(data: Path, port: int, environment: dict[str, str], processes: int) -> subprocess.Popen[bytes]:
    log = (data / "web.log").open("ab")
    web = subprocess.Popen(
        [*BANSHI, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(processes)],
        env=environment, stdout=log, stderr=log,
    )  # fmt: skip
    log.close()
    _until_well(port, web, data / "web.log", path="/api/v1/openapi.json")
    return web


def _until_well(port: int, process: subprocess.Popen[bytes], log: Path, path: str = "/healthz") -> None:
    until = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), direct().open(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.3)
    end = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise BenchTrouble(f"the installation did not come up; its log ends:\n{end}")


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=25)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
