"""A restore says where it goes, and nothing that was acknowledged is lost to a mistake."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from banshi.cli.restoring import drop_database, look, make_database, restore, with_database
from banshi.cli.talk import Trouble
from banshi.foundation.postgres import find_binaries

TABLES = """
CREATE TABLE places_hall (id int);
CREATE TABLE foundation_clock (wall_at timestamptz, hall_at timestamptz, speed float);
CREATE TABLE booking_appointment (id int, day date);
CREATE TABLE tickets_ticket (id int, day date);
CREATE TABLE audit_entry (id int);
INSERT INTO places_hall VALUES (1);
INSERT INTO foundation_clock VALUES (now(), '2026-03-10T09:00:00+08:00', 0);
INSERT INTO tickets_ticket VALUES (1, '2026-03-10'), (2, '2026-03-09');
"""
BOOKED = "INSERT INTO booking_appointment VALUES (%s, '2026-03-10')"


@pytest.fixture
def home() -> str:
    """The embedded server that tests run on, by the address of a database on it."""
    return os.environ["DATABASE_URL"]


@pytest.fixture
def living(home: str) -> Iterator[str]:
    """A small installation: one hall, 3 appointments, 1 ticket of today."""
    name = f"living_{secrets.token_hex(4)}"
    url = make_database(home, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        for number in range(3):
            connection.execute(BOOKED, [number])
    yield url
    with psycopg.connect(home, autocommit=True) as connection:
        drop_database(connection, name)


@pytest.fixture
def tools() -> str:
    return str(find_binaries()[0].folder)


@pytest.fixture
def dumped(living: str, tools: str, tmp_path: Path) -> Path:
    """A backup of the evening, when there were 3 appointments."""
    file = tmp_path / "evening.dump"
    subprocess.run([f"{tools}/pg_dump", "-Fc", "-d", living, "-f", str(file)], check=True)
    return file


def banshi(url: str, tools: str, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "PATH": f"{tools}:{os.environ['PATH']}", "BANSHI_DATA": str(data)}
    return subprocess.run(
        [sys.executable, "-m", "banshi.cli", "db", *command],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def booked(url: str, number: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BOOKED, [number])


def appointments(url: str) -> int:
    return look(url).appointments


def name_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


def test_a_database_tells_what_is_in_it_and_who(living: str):
    with psycopg.connect(living, application_name="banshi web") as inside:
        found = look(living)
        pid = inside.info.backend_pid

    assert (found.halls, found.appointments, found.appointments_today, found.tickets_today) == (1, 3, 3, 1)
    assert found.sessions == (f"banshi web (process {pid})",)
    assert str(found).startswith(f"the database {name_of(living)} at ")
    assert str(found).endswith(": 1 halls, 3 appointments (3 of today), 1 tickets of today, 0 audit entries")


def test_nobody_to_ask_is_not_a_yes(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)

    tried = banshi(living, tools, tmp_path, "restore", str(dumped))

    assert tried.returncode == 1
    assert f"Restoring into the database {name_of(living)} at " in tried.stdout
    assert "banshi: it is not empty, and nobody is here to ask." in tried.stderr
    assert appointments(living) == 4


def test_a_database_that_people_use_is_refused(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)
    with psycopg.connect(living, application_name="banshi web"):
        tried = banshi(living, tools, tmp_path, "restore", str(dumped))

    assert tried.returncode == 1
    assert "banshi: it is in use by banshi web (process " in tried.stderr
    assert appointments(living) == 4


def test_another_name_than_the_databases_replaces_nothing(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)

    tried = banshi(living, tools, tmp_path, "restore", str(dumped), "--yes-replace", "banshi_rehearsal")

    assert tried.returncode == 1
    assert appointments(living) == 4


@pytest.mark.parametrize("in_use", [True, False])
def test_a_rehearsal_touches_nothing_whatever_the_address_says(
    living: str, dumped: Path, tools: str, tmp_path: Path, in_use: bool
):
    booked(living, 99)
    if in_use:
        with psycopg.connect(living, application_name="banshi web"):
            done = banshi(living, tools, tmp_path, "rehearse", str(dumped))
    else:
        done = banshi(living, tools, tmp_path, "rehearse", str(dumped))

    assert done.returncode == 0, done.stderr
    assert "The backup is good. It was restored into the database banshi_rehearsal_" in done.stdout
    assert ": 1 halls, 3 appointments (3 of today)" in done.stdout
    assert appointments(living) == 4
    with psycopg.connect(living) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'banshi_rehearsal_%'").fetchall()
    assert left == []


def test_into_another_database_leaves_the_live_one_alone(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)
    name = f"other_{secrets.token_hex(4)}"

    done = banshi(living, tools, tmp_path, "restore", str(dumped), "--into", name)
    again = banshi(living, tools, tmp_path, "restore", str(dumped), "--into", name)

    other = with_database(living, name)
    try:
        assert done.returncode == 0, done.stderr
        assert (appointments(living), appointments(other)) == (4, 3)
        assert again.returncode == 1  # by now there is something in it
    finally:
        with psycopg.connect(living, autocommit=True) as connection:
            drop_database(connection, name)


def test_who_means_it_replaces_it_and_what_was_there_is_kept(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)

    banshi(living, tools, tmp_path, "restore", str(dumped), "--yes-replace", name_of(living))

    (kept,) = (tmp_path / "backup").glob("before-restore-*.dump")
    listing = [f"{tools}/pg_restore", "-a", "-t", "booking_appointment", "-f", "-", str(kept)]
    listed = subprocess.run(listing, capture_output=True, text=True, check=True)
    assert appointments(living) == 3
    assert "99\t2026-03-10" in listed.stdout


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody sits at the terminal, and types `typed`; `asked` is what they read."""
    said = {"typed": "", "asked": ""}

    def read(question: str = "") -> str:
        said["asked"] = question
        return said["typed"]

    monkeypatch.setattr("click.termui.visible_prompt_func", read)
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    return said


@pytest.mark.parametrize("typed", ["yes", "y", "Living", "postgres"])
def test_a_wrong_answer_at_the_terminal_replaces_nothing(
    living: str, dumped: Path, tools: str, tmp_path: Path, asked: dict[str, str], typed: str
):
    booked(living, 99)
    asked["typed"], safe = typed, tmp_path / "safe.dump"

    with pytest.raises(Trouble, match=r"that is not its name\. Nothing was changed\."):
        restore(living, dumped, tools=Path(tools), replace=None, safe=safe)

    assert asked["asked"].startswith(f"Type {name_of(living)} to replace ALL of this")
    assert (appointments(living), safe.exists()) == (4, False)


def test_the_databases_name_typed_at_the_terminal_replaces_it(
    living: str, dumped: Path, tools: str, tmp_path: Path, asked: dict[str, str]
):
    booked(living, 99)
    asked["typed"], safe = name_of(living), tmp_path / "safe.dump"

    found = restore(living, dumped, tools=Path(tools), replace=None, safe=safe)

    assert (found.appointments, appointments(living), safe.exists()) == (3, 3, True)


def test_a_torn_backup_changes_nothing(living: str, dumped: Path, tools: str, tmp_path: Path):
    booked(living, 99)
    with dumped.open("r+b") as file:
        file.truncate(dumped.stat().st_size // 2)

    tried = banshi(living, tools, tmp_path, "restore", str(dumped), "--yes-replace", name_of(living))

    assert tried.returncode == 1
    assert appointments(living) == 4
