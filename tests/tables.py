"""All tables, empty, in a database that others are copied from: to make them takes as long as some hundred tests, to copy
them a moment. There is one for each state of the migrations; it stays in the server that tests run on.

They are laid at once, as in a new installation, and what is newer than the file is migrated. That both come to the same is
tested against tables that every migration made, one after the other (tests/house/test_structure.py).
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection

from banshi.cli.restoring import drop_database
from banshi.foundation.postgres.structure import FILE, lay

ROOT = Path(__file__).resolve().parent.parent
IMPORTED = re.compile(r"^(?:from|import) (banshi(?:\.\w+)+)", re.MULTILINE)
MAKERS = ("Django", "procrastinate", "psycopg")  # packages that have migrations, or write what ours say
KEPT = 3  # of them: whoever changes between branches finds the tables of each
PREFIX = "banshi_tables_"  # made by every migration
LAID = "banshi_laid_"
LOCK = 7_190_233  # of the server: whoever needs the tables first makes them, the others wait
MADE = """
SELECT datname FROM pg_database
WHERE datname ~ %s AND pg_get_userbyid(datdba) = current_user AND datname <> %s ORDER BY oid DESC
"""


# What was counted of a table while it was empty stays true for the planner when a test fills it in one transaction: a plan
# for no rows then reads thousands of them, over and over. Never counted, a table is taken for a few pages.
UNCOUNTED = """
DO $uncounted$
DECLARE
  each regclass;
BEGIN
  FOR each IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = current_schema()
  LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', each);
  END LOOP;
END
$uncounted$
"""


def state_of_migrations(root: Path = ROOT) -> str:
    """What the tables depend on, as sixteen hexadecimal digits: migrations, modules of ours they import, packages."""
    migrations = sorted(root.glob("banshi/**/migrations/*.py"))
    found = hashlib.sha256(" ".join(version(name) for name in MAKERS).encode())
    for path in sorted({*migrations, *_imported(migrations, root)}):
        found.update(f"\n{path.relative_to(root)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _imported(paths: list[Path], root: Path) -> Iterator[Path]:
    for path in paths:
        for module in IMPORTED.findall(path.read_text(encoding="utf-8")):
            for file in (root / (module.replace(".", "/") + ".py"), root / module.replace(".", "/") / "__init__.py"):
                if file.exists():
                    yield file


def tables(url: str) -> str:
    """The name of a database with all tables on this server; nobody is connected to it."""
    file = hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]
    return _made(url, LAID, f"{file}{state_of_migrations()}")


def migrated_tables(url: str) -> str:
    """The same, from nothing by every migration: a minute or two, where they are not there yet."""
    return _made(url, PREFIX, state_of_migrations())


def _made(url: str, prefix: str, state: str) -> str:
    name = prefix + state
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            _drop_old(server, name, prefix)
            draft = f"{name}_draft"  # half-made ones never bear the name
            server.execute(
                f"CREATE DATABASE {draft} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
            inside = urlunsplit(urlsplit(url)._replace(path=f"/{draft}"))
            if prefix == LAID:
                with psycopg.connect(inside) as empty:
                    lay(empty.cursor())
            _migrate(inside)
            server.execute(f"ALTER DATABASE {draft} RENAME TO {name}")
    return name


def _drop_old(server: Any, name: str, prefix: str = PREFIX) -> None:
    """What was half made, and all but the newest; `name` is about to be."""
    found = [old for (old,) in server.execute(MADE, [f"^{prefix}[0-9a-f]+(_draft)?$", name]).fetchall()]
    drafts = [old for old in found if old.endswith("_draft")]
    whole = [old for old in found if old not in drafts]
    for old in [*drafts, *whole[KEPT - 1 :]]:
        drop_database(server, old)


def _migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "BANSHI_MODE": "test",
            "BANSHI_PROCESS": "operator",
            "DJANGO_SETTINGS_MODULE": "banshi.config.settings",
        },
        cwd=ROOT,
        check=True,
    )


def leave_uncounted() -> None:
    """No statistics come by themselves from now on in the tests' own database: plans are the same in any order."""
    with connection.cursor() as cursor:
        cursor.execute(UNCOUNTED)
