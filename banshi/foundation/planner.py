"""What PostgreSQL's planner knows of our tables: without statistics it takes each for a few pages, and reads it whole.

Autovacuum gathers them too, a minute after the first rows; small tables, which every busy statement joins, it never looks at.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection


def look_at_tables() -> None:
    """Gather statistics of all our tables. Those of another owner are left as they are; nobody's work waits for it."""
    tables = sorted({model._meta.db_table for model in apps.get_models() if model._meta.managed})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(table) for table in tables))
