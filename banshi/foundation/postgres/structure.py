"""All tables of a new installation at once, as `structure.sql` has them: what two hundred migrations make one after the other
takes a minute on a busy machine, this a second. An installation that has tables already is migrated, as ever.

The file is what the migrations come to, written by `make structure`; a test compares the two. It says at its end which
migrations it holds, so it may be a few behind: those are applied after it, in the usual way.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("structure.sql")
HEADER: Final = "-- What the migrations make of an empty database. Written by `make structure`; nobody edits it.\n\n"
ABOUT_SESSIONS: Final = re.compile(r"(SET|SELECT pg_catalog\.set_config) ?[^;]*;|\\(un)?restrict .*|--.*")
SETTINGS: Final = "SET LOCAL search_path = ''; SET LOCAL check_function_bodies = false;"

# What an extension brought does not count.
IS_EMPTY_SQL: Final = """
SELECT current_schema() = 'public' AND NOT EXISTS (
  SELECT 1 FROM (
    SELECT 'pg_class'::regclass AS kind, oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = current_schema()::regnamespace
  ) AS here
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = kind AND d.objid = here.oid AND d.deptype IN ('e', 'i'))
)
"""
APPLIED_SQL: Final = "SELECT app, name FROM django_migrations ORDER BY id"
DUMP_ARGUMENTS: Final = ("--schema-only", "--no-owner", "--no-privileges", "--no-comments")


def lay(cursor: Any, text: str = "") -> bool:
    """Make the tables and note the migrations as applied, where there is nothing yet. Call it in a transaction.

    Returns whether there was nothing. :param text: other than the file's.
    """
    cursor.execute(IS_EMPTY_SQL)
    if not cursor.fetchone()[0]:
        return False
    cursor.execute("SELECT current_setting('search_path'), current_setting('check_function_bodies')")
    before = cursor.fetchone()
    cursor.execute(SETTINGS + (text or FILE.read_text(encoding="utf-8")))
    cursor.execute("SELECT set_config('search_path', %s, true), set_config('check_function_bodies', %s, true)", before)
    return True


def written(dumped: str, applied: list[tuple[str, str]]) -> str:
    """The text of the file.

    :param dumped: what pg_dump says with `DUMP_ARGUMENTS`.
    :param applied: app and name of each migration.
    """
    lines = [f"    ('{app}', '{name}', now())" for app, name in applied]
    noted = "INSERT INTO public.django_migrations (app, name, applied) VALUES\n" + ",\n".join(lines) + ";\n"
    return HEADER + without_session(dumped) + "\n\n" + noted


def without_session(dumped: str) -> str:
    """What pg_dump says of tables alone: no settings, versions and comments."""
    statements, inside = [], False
    for line in dumped.splitlines():
        if inside or not ABOUT_SESSIONS.fullmatch(line):
            statements.append(line)
        if line.count("$") and len(re.findall(r"\$\w*\$", line)) % 2:
            inside = not inside
    return re.sub(r"\n{3,}", "\n\n", "\n".join(statements)).strip()
