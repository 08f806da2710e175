"""Busy statements, prepared on the server.

Django sends parameters inside the text of a statement, so the server plans it anew each time; planning the statements of
booking and calling costs more than running them. Behind PgBouncer in transaction mode (`prepare_threshold` None) they are
sent as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement. Raises what Django's cursor would."""
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    if connection.queries_logged:  # so that tests which count queries count these too
        connection.queries_log.append({"sql": sql, "time": "0"})
    with connection.wrap_database_errors, psycopg.Cursor(raw) as prepared:
        prepared.execute(sql.encode(), values, prepare=True)
        return prepared.fetchall()
