"""What PostgreSQL's planner knows of our tables: without statistics it guesses, and joins small tables the wrong way round.

Autovacuum gathers them too, a minute after the first rows; small tables, which every busy statement joins, it never looks at.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection

# One that is empty is left out: looked at, it would be planned for as empty, and such a plan stays when the rows come.
FILLED_SQL = """
SELECT relname FROM pg_class
WHERE relname = ANY(%s) AND relnamespace = current_schema()::regnamespace AND pg_relation_size(oid) > 0 ORDER BY relname
"""


def look_at_tables() -> None:
    """Gather statistics of those of our tables that hold anything. Nobody's work waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(FILLED_SQL, [[model._meta.db_table for model in apps.get_models()]])
        if filled := [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]:
            cursor.execute("ANALYZE " + ", ".join(filled))
