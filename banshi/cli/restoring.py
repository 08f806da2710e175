"""Put a backup back: never without saying where to, never under people's feet, never into the live database by mistake."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import click
import psycopg
from psycopg import sql

from banshi.cli.talk import Trouble, console, step
from banshi.foundation.postgres import dump, load_dump

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LEAVING_LOOKS = 10  # a tenth of a second apart
# Today by hall time: a demo's clock may be set.
COUNTS = """
WITH today AS (SELECT (COALESCE((SELECT hall_at + (now() - wall_at) * speed FROM foundation_clock), now())
                       AT TIME ZONE 'Asia/Shanghai')::date AS day)
SELECT (SELECT count(*) FROM places_hall), (SELECT count(*) FROM booking_appointment),
  (SELECT count(*) FROM booking_appointment JOIN today USING (day)),
  (SELECT count(*) FROM tickets_ticket JOIN today USING (day)), (SELECT count(*) FROM audit_entry)
"""


@dataclass(frozen=True)
class Found:
    """What is in a database, and who is in it."""

    host: str
    database: str
    halls: int = 0
    appointments: int = 0
    appointments_today: int = 0
    tickets_today: int = 0
    entries: int = 0
    sessions: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.halls or self.appointments or self.entries)

    def __str__(self) -> str:
        if self.empty:
            return f"the database {self.database} at {self.host}: nothing in it"
        return (
            f"the database {self.database} at {self.host}: {self.halls} halls, {self.appointments} appointments "
            f"({self.appointments_today} of today), {self.tickets_today} tickets of today, {self.entries} audit entries"
        )


def look(url: str) -> Found:
    """:raises psycopg.OperationalError: it does not answer."""
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        info = connection.info
        # Of another role's sessions (web and worker are one) only name and process are told; their kind reads as NULL.
        sessions = connection.execute(
            "SELECT COALESCE(NULLIF(application_name, ''), 'a program') || ' (process ' || pid || ')' FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND COALESCE(backend_type, 'client backend') = 'client backend' ORDER BY pid"
        ).fetchall()
        found = Found(_place(info), info.dbname, sessions=tuple(str(row[0]) for row in sessions))
        if connection.execute("SELECT to_regclass('booking_appointment') IS NULL").fetchone() == (True,):
            return found
        row = connection.execute(COUNTS).fetchone() or (0, 0, 0, 0, 0)
        return Found(found.host, found.database, row[0], row[1], row[2], row[3], row[4], found.sessions)


def _left_alone(url: str) -> Found:
    """As it stands once those have gone who closed their connection a moment ago: the server takes a while to see it."""
    there = look(url)
    for _ in range(LEAVING_LOOKS):
        if not there.sessions:
            break
        time.sleep(0.1)
        there = look(url)
    return there


def _place(info: psycopg.ConnectionInfo) -> str:
    return f"{info.host or 'this machine'}" + (f":{info.port}" if not info.host.startswith("/") else "")


def restore(url: str, file: Path, *, tools: Path | None, replace: str | None, safe: Path) -> Found:
    """Replace what is in the database by the backup.

    :param replace: the database's name, said by whoever really means it; else it must be empty, or somebody must say so
      on a terminal, and nobody may be in it.
    :param safe: where what is replaced is kept.
    :returns: what is in it now.
    :raises Trouble: nothing was changed.
    """
    there = look(url) if replace is not None else _left_alone(url)  # who says its name takes it from under anybody
    _agreed(there, replace)
    if not there.empty:
        with step(f"Keeping what is there, in {safe}"):
            dump(url, safe, pg_dump=str(tools / "pg_dump") if tools else "pg_dump")
    with step("Restore"):
        load_dump(url, file, tools=tools)
    return look(url)


def _agreed(there: Found, replace: str | None) -> None:
    console.print(f"Restoring into {there}.", markup=False)
    if replace is not None and replace != there.database:
        raise Trouble(f"--yes-replace names {replace}, but this is {there.database}. Nothing was changed.")
    if there.empty or replace is not None:
        return
    elsewhere = (
        f"To look into the backup, `banshi db rehearse`, or --into another_name. "
        f"If this database really is to be replaced: --yes-replace {there.database}. Nothing was changed."
    )
    if there.sessions:
        raise Trouble(
            f"it is in use by {', '.join(there.sessions[:3])}. Stop `serve`, `work` and `up` first. {elsewhere}"
        )
    if not sys.stdin.isatty():
        raise Trouble(f"it is not empty, and nobody is here to ask. {elsewhere}")
    if click.prompt(f"Type {there.database} to replace ALL of this") != there.database:
        raise Trouble("that is not its name. Nothing was changed.")


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def make_database(url: str, name: str) -> str:
    """Address of the database `name` beside another; made when it is not there.

    :raises Trouble: the role may not make it.
    """
    if not NAME.fullmatch(name):
        raise Trouble(f"{name!r} is not a name for a database: small letters, digits and _.")
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _create(connection, name)
    return with_database(url, name)


def _create(connection: psycopg.Connection[Any], name: str) -> None:
    text = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
    try:
        connection.execute(sql.SQL(text).format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        role = connection.info.user
        raise Trouble(
            f"{role} may not make databases. As a superuser: ALTER ROLE {role} CREATEDB, or make {name} with {role} as owner."
        ) from error


def drop_database(connection: psycopg.Connection[Any], name: str) -> None:
    """Gone, with whoever of this role is still in it. WITH (FORCE) would have to end the server's own workers, too, which only a
    superuser may; the plain command waits for them.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
        [name],
    )
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """A database of its own beside the live one, gone at the end."""
    name = f"banshi_rehearsal_{secrets.token_hex(4)}"
    address = make_database(url, name)
    try:
        yield address
    finally:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
            drop_database(connection, name)
