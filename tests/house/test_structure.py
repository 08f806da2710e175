"""A new installation gets its tables at once; they are those that all migrations make one after the other."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from banshi.cli.restoring import make_database, with_database
from banshi.foundation.postgres import find_binaries
from banshi.foundation.postgres.structure import APPLIED_SQL, DUMP_ARGUMENTS, FILE, HEADER, lay, without_session
from tests.tables import migrated_tables

HOME = os.environ["DATABASE_URL"]
MOST_BEHIND = 30  # more of them, and a new installation begins to wait: `make structure`
TABLES_SQL = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
LAST_WORDS = {"django_content_type", "auth_permission"}  # written after the migrations, by Django's own signal


@pytest.fixture(scope="module")
def migrated() -> str:
    """All tables as the migrations make them, from nothing."""
    return with_database(HOME, migrated_tables(HOME))


@contextmanager
def database() -> Iterator[str]:
    name = f"laid_{secrets.token_hex(4)}"
    yield make_database(HOME, name)
    with psycopg.connect(HOME, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def empty() -> Iterator[str]:
    with database() as url:
        yield url


def applied(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(APPLIED_SQL).fetchall()


def structure_of(url: str) -> str:
    dump = [find_binaries()[0]["pg_dump"], *DUMP_ARGUMENTS, "-d", url]
    return HEADER + without_session(subprocess.run(dump, check=True, capture_output=True, text=True).stdout)


def told_again(url: str) -> str:
    """Its structure, read once: PostgreSQL says some conditions in other words after it has read its own."""
    with database() as other, psycopg.connect(other) as connection:
        lay(connection.cursor(), structure_of(url))
        connection.commit()
        return structure_of(other)


def filled(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES_SQL)]
        counts = [f"(SELECT count(*) FROM {name})" for name in names]
        row = connection.execute("SELECT " + ", ".join(counts)).fetchone()
        return {name: count for name, count in zip(names, row, strict=True) if count}


def test_laid_at_once_they_are_what_the_migrations_make(migrated: str, empty: str):
    done = subprocess.run(
        [sys.executable, "-m", "banshi.cli", "migrate"],
        env={**os.environ, "DATABASE_URL": empty}, capture_output=True, text=True, timeout=200,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert told_again(empty) == told_again(migrated)
    assert sorted(applied(empty)) == sorted(applied(migrated))
    assert filled(empty) == filled(migrated)
    assert filled(migrated).keys() == {"django_migrations", *LAST_WORDS}


def test_the_file_is_not_far_behind(migrated: str, empty: str):
    with psycopg.connect(empty) as connection:
        assert lay(connection.cursor())

    assert set(applied(empty)) <= set(applied(migrated))
    assert len(applied(migrated)) - len(applied(empty)) <= MOST_BEHIND


@pytest.mark.parametrize(
    "there",
    [
        "CREATE TABLE of_somebody (id int)",
        "CREATE VIEW of_somebody AS SELECT 1",
        "CREATE FUNCTION of_somebody() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE of_somebody AS ENUM ('this', 'that')",
        "CREATE SCHEMA of_somebody; SET search_path = of_somebody",
    ],
)
def test_where_there_is_anything_nothing_is_laid(empty: str, there: str):
    with psycopg.connect(empty) as connection:
        connection.execute(there)
        before = connection.execute("SELECT count(*) FROM pg_class").fetchone()

        assert not lay(connection.cursor())
        assert connection.execute("SELECT count(*) FROM pg_class").fetchone() == before


def test_what_an_extension_brought_is_no_table_of_ours(empty: str):
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")

        assert lay(connection.cursor())


def test_names_are_found_afterwards_as_before(empty: str):
    with psycopg.connect(empty) as connection:
        lay(connection.cursor())

        assert connection.execute("SELECT count(*) FROM places_hall").fetchone() == (0,)
        assert connection.execute("SHOW check_function_bodies").fetchone() == ("on",)


def test_the_file_has_only_what_tables_need():
    said = FILE.read_text(encoding="utf-8")

    for never in ("OWNER TO", "GRANT ", "\\restrict", "Dumped", "\nSET ", "\nCOPY "):
        assert never not in said
