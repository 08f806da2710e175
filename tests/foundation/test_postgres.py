"""The embedded PostgreSQL, with real servers: newest binaries found, and $BANSHI_PG_BIN in the second lane."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from banshi.foundation import postgres
from banshi.foundation.postgres import PostgresTrouble, Server


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to all, unlike tmp_path: run as root, PostgreSQL has a user of its own."""
    path = Path(tempfile.mkdtemp(prefix="bpg-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    for state in path.rglob("pg.json"):
        with contextlib.suppress(PostgresTrouble):
            Server(state.parent).stop(fast=False)
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """One server for the tests that do it no harm."""
    path = Path(tempfile.mkdtemp(prefix="bpg-", dir="/tmp"))
    path.chmod(0o755)
    server = Server(path, test=True)
    server.ensure()
    yield server
    server.stop()
    shutil.rmtree(path)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def postmaster(server: Server) -> int:
    return int((server.data / "pg" / "cluster" / "postmaster.pid").read_text().split()[0])


def test_a_running_server_is_found_and_not_started_again(running):
    before = postmaster(running)

    url = Server(running.data, test=True).ensure()

    assert ask(url, "SELECT current_user || '@' || current_database()") == "banshi@banshi"
    assert postmaster(running) == before


def test_chinese_is_found_by_trigrams(running):
    assert ask(running.ensure(), "SELECT similarity('不动产登记', '不动产') > 0.3") is True


def test_a_database_with_locale_c_is_told_to_drop_chinese(running):
    url = running.ensure()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")

    with psycopg.connect(url, dbname="plain") as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        trouble = postgres.search_trouble(connection)

    assert trouble is not None
    assert "LC_CTYPE 'C.UTF-8'" in trouble


def test_data_pages_carry_checksums_and_time_is_utc(running):
    url = running.ensure()

    assert ask(url, "SHOW data_checksums") == "on"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW server_encoding") == "UTF8"


def test_passwords_are_for_the_owner_alone_and_none_is_let_in_without(running):
    state = running.data / "pg.json"

    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running.ensure(), password="guess")


def test_a_port_is_opened_only_when_asked_for(running):
    assert ask(running.ensure(), "SHOW listen_addresses") == ""


def test_settings_of_the_shell_do_not_lead_to_another_server(running, monkeypatch):
    monkeypatch.setenv("PGHOST", "203.0.113.1")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("LC_ALL", "C")

    assert Server(running.data, test=True).status().running is True


def test_a_killed_server_comes_back_with_every_committed_row(folder):
    server = Server(folder)
    url = server.ensure()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE visits AS SELECT generate_series(1, 10000) AS id")
    os.kill(postmaster(server), signal.SIGKILL)

    again = server.ensure()

    assert again == url
    assert ask(again, "SELECT count(*) FROM visits") == 10_000


def tools_of(server: Server) -> Path:
    return Path(server.tool("psql")).parent


def test_a_backup_brings_back_what_was_and_drops_what_came_after(folder):
    server = Server(folder, test=True)
    url = server.ensure()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE visits AS SELECT 1 AS id")
    postgres.dump(url, folder / "evening.dump", pg_dump=server.tool("pg_dump"))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO visits VALUES (2)")
        connection.execute("CREATE TABLE later (id int)")

    postgres.load_dump(url, folder / "evening.dump", tools=tools_of(server))

    assert ask(url, "SELECT count(*) FROM visits") == 1
    assert ask(url, "SELECT to_regclass('later') IS NULL") is True
    assert ask(url, "SELECT similarity('不动产登记', '不动产') > 0.3") is True


def test_a_damaged_backup_changes_nothing(running, tmp_path):
    url = running.ensure()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
    torn = tmp_path / "torn.dump"
    postgres.dump(url, torn, pg_dump=running.tool("pg_dump"))
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])

    with pytest.raises(PostgresTrouble, match="nothing was changed"):
        postgres.load_dump(url, torn, tools=tools_of(running))

    assert ask(url, "SELECT count(*) FROM kept") == 1


def test_a_failed_backup_leaves_no_file(tmp_path):
    with pytest.raises(PostgresTrouble, match="backup failed"):
        postgres.dump("postgresql:///x", tmp_path / "a.dump", pg_dump=shutil.which("false") or "false")

    assert list(tmp_path.iterdir()) == []


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder):
    server = Server(folder / ("办事大厅" * 4) / ("long" * 20), test=True)

    url = server.ensure()

    assert ask(url, "SELECT 1") == 1
    socket = Path(json.loads((server.data / "pg.json").read_text())["socket"])
    assert len(bytes(socket / ".s.PGSQL.5432")) <= 107
    server.stop()
    socket.rmdir()


def test_a_copied_data_directory_is_a_server_of_its_own(folder):
    first = Server(folder / "one", test=True)
    first.ensure()
    first.stop()
    subprocess.run(["cp", "-a", folder / "one", folder / "two"], check=True)
    second = Server(folder / "two", test=True)

    urls = [first.ensure(), second.ensure()]

    assert urls[0] != urls[1]
    assert postmaster(first) != postmaster(second)


def test_stop_says_whether_there_was_something_to_stop(folder):
    server = Server(folder, test=True)
    nothing_yet = server.stop()
    server.ensure()

    assert (nothing_yet, server.stop(), server.stop()) == (False, True, False)
    assert server.status().running is False


def test_asking_for_the_status_starts_nothing(folder):
    status = Server(folder / "nowhere").status()

    assert status.running is False
    assert list(folder.iterdir()) == []


def test_data_of_a_version_that_is_not_installed_is_told(folder):
    cluster = folder / "pg" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")
    (folder / "pg.json").write_text('{"password": "x", "superuser_password": "y", "home": "pg"}')

    with pytest.raises(PostgresTrouble, match="written by PostgreSQL 9"):
        Server(folder).ensure()


def test_lost_passwords_are_told(folder):
    (folder / "pg" / "cluster").mkdir(parents=True)

    with pytest.raises(PostgresTrouble, match="Put the file back"):
        Server(folder).ensure()


def test_a_wrong_place_for_binaries_is_told(monkeypatch, folder):
    monkeypatch.setenv("BANSHI_PG_BIN", str(folder))

    with pytest.raises(PostgresTrouble, match="BANSHI_PG_BIN"):
        Server(folder).ensure()


def test_a_full_disk_is_told_before_anything_is_written(monkeypatch, folder):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 0))

    with pytest.raises(PostgresTrouble, match="is full: 0 MB free"):
        Server(folder).ensure()

    assert not (folder / "pg" / "cluster").exists()


def test_a_data_directory_that_cannot_be_made_is_told(folder):
    (folder / "file").write_text("")

    with pytest.raises(PostgresTrouble, match="file"):
        Server(folder / "file" / "var").ensure()


def test_the_last_test_run_to_end_stops_the_server(folder):
    program = "import sys; from pathlib import Path; from banshi.foundation.postgres import for_tests;"
    waits = f"{program} print(for_tests(Path(sys.argv[1])), flush=True); sys.stdin.read()"
    start = [sys.executable, "-c", waits, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(start, **pipes) as first, subprocess.Popen(start, **pipes) as second:
        url = first.stdout.readline().strip()
        assert second.stdout.readline().strip() == url

        first.communicate()
        alive_with_one = ask(url, "SELECT 1")
        second.communicate()

    assert alive_with_one == 1
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
