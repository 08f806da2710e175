"""Owner and programs are kept apart: the programs' role runs the halls and cannot touch what the audit trail holds."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from banshi.cli.preparing import prepare

ROOT = Path(__file__).resolve().parent.parent.parent
ENTRY = (
    "INSERT INTO audit_entry (at, actor, hall, action, subject, facts) VALUES (now(), 'system', '', 'x', 'x:1', '{}')"
)


@pytest.fixture(scope="module")
def admin() -> str:
    """The superuser's address of the server that tests run on."""
    url = os.environ["DATABASE_URL"]
    folder = Path(parse_qs(urlsplit(url).query).get("host", ["/nowhere"])[0])
    for state in (ROOT / "var" / "test-pg").glob("pg*/pg.json"):
        known = json.loads(state.read_text())
        if str(state.parent / known.get("socket", "no")) == str(folder) or known.get("socket") == str(folder):
            return f"postgresql://postgres:{known['superuser_password']}@/postgres?{urlsplit(url).query}"
    pytest.skip("a server of somebody else's: we are no superuser there")


@pytest.fixture(scope="module")
def apart(admin: str) -> Iterator[dict[str, str]]:
    """A migrated installation with two roles: {"BANSHI_OWNER_URL", "DATABASE_URL"}."""
    mark = secrets.token_hex(4)
    names = {"database": f"apart_{mark}", "owner": f"owner_{mark}", "app": f"app_{mark}"}
    lines = [line for line in prepare(admin, **names) if not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines)
    done = subprocess.run(
        [sys.executable, "-m", "banshi.cli", "migrate"],
        # Started from a web process's surroundings, an operator's command still speaks as the owner.
        env={**os.environ, **settings, "BANSHI_MODE": "demo", "BANSHI_PROCESS": "web"},
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    yield settings
    with psycopg.connect(admin, autocommit=True) as connection:
        for text in ("DROP DATABASE {database} WITH (FORCE)", "DROP ROLE {owner}", "DROP ROLE {app}"):
            connection.execute(text.format(**names))


def test_web_and_worker_append_and_seal(apart: dict[str, str]):
    with psycopg.connect(apart["DATABASE_URL"]) as connection:
        connection.execute(ENTRY)
        sealed = connection.execute("UPDATE audit_entry SET sealed_hash = 'x', sealed_no = 1 WHERE sealed_no IS NULL")
        connection.execute("INSERT INTO audit_seal (last_no, last_hash, version, at) VALUES (1, 'x', 2, now())")

        assert sealed.rowcount == 1
        assert connection.execute("SELECT count(*) FROM audit_entry").fetchone() == (1,)
        connection.rollback()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_entry SET facts = '{}'",
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_seal",
        "UPDATE audit_seal SET last_hash = 'x'",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_entry_is_append_only ON audit_entry",
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE audit_entry",
        "SET session_replication_role = replica",
        "DELETE FROM django_migrations",
        "CREATE TABLE mine (id int)",
    ],
)
def test_they_change_nothing_of_it_and_no_table(apart: dict[str, str], sql: str):
    with psycopg.connect(apart["DATABASE_URL"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql)


def test_the_owner_too_is_stopped_by_the_triggers(apart: dict[str, str]):
    with psycopg.connect(apart["BANSHI_OWNER_URL"]) as connection:
        connection.execute(ENTRY)
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            connection.execute("TRUNCATE audit_entry")


def test_a_table_that_comes_later_is_the_programs_too(apart: dict[str, str]):
    with psycopg.connect(apart["BANSHI_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY)")
    with psycopg.connect(apart["DATABASE_URL"], autocommit=True) as app:
        app.execute("INSERT INTO later DEFAULT VALUES")

        assert app.execute("SELECT id FROM later").fetchone() == (1,)


def test_preparing_twice_makes_nothing_twice(admin: str, apart: dict[str, str]):
    parts = urlsplit(apart["DATABASE_URL"])
    owner = urlsplit(apart["BANSHI_OWNER_URL"]).username or ""

    again = prepare(admin, database=parts.path.strip("/"), owner=owner, app=parts.username or "")

    assert f"DATABASE_URL=postgresql://{parts.username}:…@" in again[3]
    with psycopg.connect(apart["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (parts.username,)
