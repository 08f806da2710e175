"""Who may do what in the database: the owner makes tables and restores; web and worker read and write, and of the audit
trail only append.

A trigger guards the trail against everybody, but who owns a table may take its triggers away. So where people are served
the programs that talk to the world sign in as a role that owns nothing.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import sql

# In one transaction: there is no moment in which the trail is open.
GRANTS: Final = (
    "GRANT USAGE ON SCHEMA public TO {app}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal FROM {app}",
    "GRANT UPDATE (sealed_hash, sealed_no) ON audit_entry TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
)


def grant(connection: Any, *, app: str) -> None:
    """Give the programs' role its rights on all there is. `connection`: the owner's, psycopg's own."""
    with connection.transaction(), connection.cursor() as cursor:
        for text in GRANTS:
            cursor.execute(sql.SQL(text).format(app=sql.Identifier(app)))
