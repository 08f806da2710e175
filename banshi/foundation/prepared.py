"""Busy statements, prepared on the server.

Django sends parameters inside the text of a statement, so the server plans it anew each time; planning the statements of
booking and calling costs more than running them. Long texts with named parameters are also parsed by the driver each time;
here they are turned into numbered ones once. Behind PgBouncer in transaction mode (`prepare_threshold` None) nothing is
prepared.

What is prepared stays so when a transaction is rolled back, as it does on the server: every refusal is a rollback, and after each
psycopg would have all of it planned anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Statement = tuple[str, Mapping[str, Any]]
_NAMED = re.compile(r"%\((\w+)\)s|%%")


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement. Raises what Django's cursor would."""
    raw, prepare = _connection(sql)
    text, names = _numbered(sql)
    with connection.wrap_database_errors, psycopg.RawCursor(raw) as cursor:
        cursor.execute(text, [values[name] for name in names], prepare=prepare)
        return cursor.fetchall()


def many(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """As `rows`, of a statement that finds thousands: numbers and moments come as they are instead of as text, of which moments
    alone are most of what reading a line costs.

    Its values stand in its text: a statement with parameters, prepared or not, gets a plan for any values here
    (`plan_cache_mode`), and where thousands of rows are read, one for just these takes half the time.
    """
    raw, _ = _connection(sql)
    with connection.wrap_database_errors, psycopg.ClientCursor(raw) as client, psycopg.RawCursor(raw) as cursor:
        cursor.execute(client.mogrify(sql, values).encode(), prepare=False, binary=True)
        return cursor.fetchall()


class Trips:
    """Statements of one transaction in few round trips: what needs no answer waits for the next that does, and goes with it."""

    def __init__(self) -> None:
        self._waiting: list[Statement] = []
        self.begun = False  # the database has answered

    def later(self, statement: Statement) -> None:
        """Run before whatever is asked next, and never where nothing is."""
        self._waiting.append(statement)

    def rows(self, *statements: Statement) -> list[list[tuple[Any, ...]]]:
        """All rows of each of these, in order: one round trip, with the transaction's BEGIN if it is the first.

        :raises DatabaseError: what Django's cursor would, of the first that broke; those after it were not run.
        """
        waiting, self._waiting = self._waiting, []
        found = _together([*waiting, *statements])
        self.begun = True
        return found[len(waiting) :]


def _together(statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    if not statements:
        return []
    with connection.wrap_database_errors:
        cursors = []
        raw, _ = _connection()
        with raw.pipeline():
            for sql, values in statements:
                _, prepare = _connection(sql)
                text, names = _numbered(sql)
                cursors.append(cursor := psycopg.RawCursor(raw))
                cursor.execute(text, [values[name] for name in names], prepare=prepare)
        return [cursor.fetchall() for cursor in cursors]


class Keeping(PrepareManager):
    """Forgets what is prepared, as psycopg does, only where that may be wrong: at a rollback after something failed – which of it
    the server still knows is open, or a plan may no longer fit its table – or after a definition was changed, which the rollback
    may have undone. A rollback that nothing went before but a refusal undoes nothing that was prepared.
    """

    _DEFINES = re.compile(rb"(?:CREATE|ALTER|DROP|DISCARD|DEALLOCATE)\b").match

    def __init__(self, of: PrepareManager, *, in_doubt: bool) -> None:
        self.__dict__.update(of.__dict__)
        self.in_doubt = in_doubt

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        super().maybe_add_to_cache(query, prep, name)
        return None if self.prepare_threshold is None else self.key(query)  # `validate` sees what becomes of each

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        done = all(result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK) for result in results)
        defined = any(self._DEFINES(result.command_status or b"") for result in results)
        self.in_doubt = self.in_doubt or not done or defined
        super().validate(key, prep, name, results)
        self.in_doubt = self.in_doubt or defined  # it may be rolled back yet

    def clear(self) -> bool:
        if not self.in_doubt:
            return False
        self.in_doubt = False
        return super().clear()


def _connection(sql: str = "") -> tuple[Any, bool]:
    connection.ensure_connection()
    if sql and connection.queries_logged:  # so that tests which count queries count these too
        connection.queries_log.append({"sql": sql, "time": "0"})
    raw = connection.connection
    if type(raw._prepared) is PrepareManager:
        raw._prepared = Keeping(raw._prepared, in_doubt=raw.info.transaction_status != TransactionStatus.IDLE)
    return raw, raw.prepare_threshold is not None


@lru_cache(maxsize=64)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """`%(name)s` → `$1`, and the names in the order of their numbers."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _NAMED.sub(number, sql).encode(), tuple(names)
