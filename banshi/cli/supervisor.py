"""``banshi up``: set everything up, keep it running in the foreground, take it all down again."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from banshi.cli.ground import ROOT, Ground, data_directory, prepare_django, stand
from banshi.cli.processes import Child, follow_parent, is_loopback, port_trouble, stop_all
from banshi.cli.setting_up import compile_translations, load_presets, migrate_tables, otherwise
from banshi.cli.talk import Trouble, console, step
from banshi.foundation.postgres import PostgresTrouble

HEALTHY_WITHIN_S: Final = 180.0  # a machine with much else to do takes minutes; a child that falls is told at once
CHILDREN_END_WITHIN_S: Final = 5.0
LOOK_EVERY_S: Final = 0.2
FALLS_UNTIL_TROUBLE: Final = 10  # about three minutes of falling; whoever keeps `up` alive starts everything anew
REMEMBER_EVERY_S: Final = 5.0


class _Told(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""


def run(
    *, at: datetime | None, speed: float | None, crowd: bool, data: Path | None, host: str, port: int, workers: int
) -> None:
    """Return once everything has stopped.

    :raises Trouble: when something does not come up, with what to do.
    """
    follow_parent()
    folder = data_directory(data)
    os.environ["PORT"] = str(port)
    os.environ.setdefault("BANSHI_DEMO_URL", f"http://127.0.0.1:{port}")
    _guard_open_demo(folder, host)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _tell)
    with _alone(folder):
        if trouble := port_trouble(host, port):
            raise Trouble(trouble)
        memory = Memory(folder / "up.json")
        ground: Ground | None = None
        children: list[Child] = []
        try:
            with step("Database"):
                ground = stand(folder)
            seeds = _set_up(ground, memory, at=at, speed=speed, port=port)
            children += _children(folder, host=host, port=port, workers=workers)
            _bring_up(children, host, port)
            if crowd and seeds:
                visitors = _crowd(folder)
                visitors.start()
                children.append(visitors)
            _welcome(folder, host, port, seeds)
            _watch(children, ground, memory)
        except _Told:
            console.print("\nStopping …")
        finally:
            _take_down(children, ground, memory)
    console.print("Everything has stopped. `make run` continues where this ended.")


def _guard_open_demo(folder: Path, host: str) -> None:
    """A demo that others can reach gets staff passwords and keys of its own, the same at each start."""
    if os.environ.get("BANSHI_MODE", "demo") != "demo" or is_loopback(host):
        os.environ.pop("BANSHI_DEMO_PASSWORD", None)
        return
    os.environ["BANSHI_DEMO_PASSWORD"] = _kept_secret(folder / "demo-password")
    console.print(
        f"[bold red]This demo listens on {host}: others can reach it.[/] Its staff passwords and keys are random; "
        f"what phones were sent, the clock and the crowd are open to all. For citizens: BANSHI_MODE=production."
    )


def _kept_secret(file: Path) -> str:
    with contextlib.suppress(OSError):
        if kept := file.read_text().strip():
            return kept
    file.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(12)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(made + "\n")
    return made


def _tell(number: int, frame: object) -> None:
    raise _Told


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One ``up`` per data directory. The kernel drops the lock with the process, so it cannot go stale."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / "up.lock", "a+")  # noqa: SIM115 - held below
    except OSError as error:
        raise Trouble(f"cannot write to {folder}: {error.strerror}. Choose another: BANSHI_DATA=… make run") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            who = lock.read().strip() or "unknown"
            raise Trouble(
                f"process {who} already runs on the data in {folder}. Stop it (kill {who}), or use another directory: "
                f"BANSHI_DATA=… PORT=… make run"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


class Memory:
    """What one run leaves for the next, per database: which presets are loaded, what time it was in the halls."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.values: dict[str, Any] = {}

    def recall(self, database: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            values = json.loads(self.file.read_text())
            if values.get("database") == database:
                self.values = values
        self.values["database"] = database

    def keep(self, **values: Any) -> None:
        self.values.update(values)
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(self.values, default=str))
        draft.replace(self.file)


def _set_up(ground: Ground, memory: Memory, *, at: datetime | None, speed: float | None, port: int) -> dict[str, Any]:
    with step("Translations"):
        compile_translations()
    prepare_django()
    migrate_tables()
    from django.conf import settings
    from django.db import connection

    memory.recall(_which_database())
    demo = bool(settings.BANSHI_VIRTUAL_CLOCK)
    if not demo and (at is not None or speed is not None):
        raise Trouble("--at and --speed need a demo or test installation; this one follows real time.")
    fingerprint = fingerprint_of(ROOT / "presets")
    fresh = memory.values.get("presets") != fingerprint
    if fresh:
        for line in otherwise(load_presets(ROOT / "presets"), most=5):
            console.print(line)
        memory.keep(presets=fingerprint)
    if demo:
        # After the presets: the first moment is a working day, and they bring the working-day table.
        _set_clock(memory, at=at, speed=speed)
    from banshi.foundation import clock
    from banshi.foundation.planner import look_at_tables
    from banshi.journeys.hall.housekeeping import run_due

    with step("Opening the halls"):
        run_due(now=clock.now())
        if fresh:
            look_at_tables()
    seeds: dict[str, Any] = {}
    if demo:
        from banshi.journeys.hall.demo_seeds import sow

        with step("Demo logins and keys"):
            seeds = sow(f"http://127.0.0.1:{port}", ground.data / "demo.json") or {}
        from banshi.config.wiring import make_demo_authority

        make_demo_authority(now=clock.now())
    connection.close()
    return seeds


def _which_database() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT oid, datname FROM pg_database WHERE datname = current_database()")
        oid, name = cursor.fetchone()
    return f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}/{name}/{oid}"


def _set_clock(memory: Memory, *, at: datetime | None, speed: float | None) -> None:
    """Time stood still in the halls while nobody ran them; a killed run may have been a few seconds further."""
    from banshi.foundation import clock
    from banshi.journeys.hall.demo_seeds import OPENING_SPEED, opening_moment

    moment = at
    if moment is None and (saved := memory.values.get("hall_time")):
        ran_on = (
            timedelta(0) if memory.values.get("stopped") else 2 * timedelta(seconds=REMEMBER_EVERY_S) * clock.speed()
        )
        moment = datetime.fromisoformat(saved) + ran_on
    elif moment is None:
        moment = opening_moment()
        speed = OPENING_SPEED if speed is None else speed
    clock.set_clock(now=moment, speed=speed)
    memory.keep(hall_time=moment.isoformat(), stopped=False)


def fingerprint_of(folder: Path) -> str:
    """Changes when any preset file does."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _children(folder: Path, *, host: str, port: int, workers: int) -> list[Child]:
    banshi = [sys.executable, "-m", "banshi.cli"]
    serve = [*banshi, "serve", "--host", host, "--port", str(port), "--workers", str(workers)]
    return [
        Child("web", serve, folder / "log" / "web.log"),
        Child("worker", [*banshi, "work"], folder / "log" / "worker.log"),
    ]


def _crowd(folder: Path) -> Child:
    return Child("crowd", [sys.executable, "-m", "banshi.cli", "crowd"], folder / "log" / "crowd.log")


def _bring_up(children: list[Child], host: str, port: int) -> None:
    with step("Web and jobs") as tell:
        for child in children:
            child.start()
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        said = "no answer yet"
        while time.monotonic() < deadline:
            well, said = _health(host, port)
            if well:
                if said:
                    console.print(f"[yellow]![/] {said}")
                return
            tell(said.splitlines()[0][:60] if said else "", 0, 0)
            _tend(children)
            time.sleep(LOOK_EVERY_S)
        tails = "\n".join(f"--- end of {child.log}\n{child.tail()}" for child in children)
        raise Trouble(
            f"/healthz was not well within {HEALTHY_WITHIN_S:.0f} s (last answer: {said}). The logs say:\n{tails}\n"
            f"`banshi check` looks for the usual causes."
        )


def _health(host: str, port: int) -> tuple[bool, str]:
    """Whether people can be served, and what is to be said. A duty that goes badly is no reason not to open."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{_reached_at(host)}:{port}/healthz", timeout=5):
            return True, ""
    except urllib.error.HTTPError as error:
        with error:
            text = error.read(4000).decode(errors="replace")
        with contextlib.suppress(ValueError, AttributeError):
            found = json.loads(text)
            if found.get("status") == "degraded":
                bad = [f"{name}: {word}" for name, word in found["duties"].items() if word != "ok"]
                return True, "Not everything goes well. " + "; ".join(bad)
        return False, f"{error.code} {text[:300]}"
    except OSError:
        return False, "no answer yet"


def _reached_at(host: str) -> str:
    """Where this machine reaches what listens on `host`."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 – every address, this machine's own among them
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _tend(children: list[Child]) -> None:
    """Start again what fell.

    :raises Trouble: where it falls again and again: somebody has to look.
    """
    for child in children:
        if news := child.tend():
            console.print(news, markup=False)
        if child.falls > FALLS_UNTIL_TROUBLE:
            raise Trouble(f"{child.name} ended {child.falls} times in a row. The end of {child.log}:\n{child.tail()}")


def _welcome(folder: Path, host: str, port: int, seeds: dict[str, Any]) -> None:
    from django.conf import settings

    from banshi.config import wiring

    own = f"http://{_reached_at(host)}:{port}"
    root = settings.BANSHI_PUBLIC_URL if settings.PRODUCTION else own
    places = {} if settings.PRODUCTION else {"Start here: every page, clock, crowd": f"{root}/demo/"}
    places["Citizens"] = f"{root}/"
    places |= {str(title): f"{root}{path}" for title, path in seeds.get("pages", {}).items()}
    if settings.PRODUCTION:
        places |= {"Office": f"{root}/office/", "The proxy passes on to": own}
    places["API"] = f"{root}/api/v1/docs"
    if seeds:
        places["Keys for the API"] = str(folder / "demo.json")
    places["Logs"] = str(folder / "log")
    console.print("\n[bold]Banshi is open[/]")
    for warning in wiring.warnings(os.environ):
        console.print(f"[bold red]![/] {warning}")
    for title, place in places.items():
        console.print(f"  {title:<40}{place}", markup=False)
    if logins := seeds.get("logins"):
        table = Table(title="Demo logins", title_justify="left", title_style="bold", box=None, header_style="dim")
        for column in ("Role", "User", "Password"):
            table.add_column(column)
        for role, login in logins.items():
            table.add_row(str(role), str(login["user"]), str(login["password"]))
        console.print()
        console.print(table)
    console.print("\nCtrl-C stops everything.")


def _watch(children: list[Child], ground: Ground, memory: Memory) -> None:
    remember_at = 0.0
    while True:
        _tend(children)
        if time.monotonic() >= remember_at:
            _remember_time(memory)
            if ground.server is not None:
                try:
                    ground.server.ensure()
                except PostgresTrouble as trouble:
                    console.print(f"The database is in trouble: {trouble}")
            remember_at = time.monotonic() + REMEMBER_EVERY_S
        time.sleep(LOOK_EVERY_S)


def _remember_time(memory: Memory, **more: Any) -> None:
    """A database that is away is no reason to fall; the next run then continues a little earlier."""
    from django.conf import settings
    from django.db import Error, connection

    from banshi.foundation import clock

    if not settings.BANSHI_VIRTUAL_CLOCK or "hall_time" not in memory.values:
        return
    with contextlib.suppress(Error, OSError):
        memory.keep(hall_time=clock.now().isoformat(), **more)
    connection.close()


def _take_down(children: list[Child], ground: Ground | None, memory: Memory) -> None:
    """Children first, then the database. A second Ctrl-C kills what is left."""
    try:
        stop_all(children, patience_s=CHILDREN_END_WITHIN_S)
        if ground is not None and "database" in memory.values:
            _remember_time(memory, stopped=True)
        if ground is not None and ground.server is not None:
            ground.server.stop()
    except _Told:
        for child in children:
            child.signal(signal.SIGKILL)
        if ground is not None and ground.server is not None:
            ground.server.stop(fast=False)
        raise SystemExit(1) from None
