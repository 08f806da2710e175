"""The data of any server, ours or a city's, written to a file and put back."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import psycopg

from banshi.foundation.postgres.accounts import clean_environment
from banshi.foundation.postgres.trouble import PostgresTrouble, explain


def dump(url: str, path: Path, *, pg_dump: str = "pg_dump") -> None:
    """Write a custom-format dump of the database at ``url``; ``path`` appears only when it is whole."""
    path = Path(os.path.abspath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".partial")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        done = subprocess.run(
            [pg_dump, "-Fc", "-d", url], stdout=out, stderr=subprocess.PIPE, env=clean_environment(), errors="replace"
        )
        out.flush()
        os.fsync(out.fileno())
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        explain(done.stderr, path.parent)
        raise PostgresTrouble(f"The backup failed: {done.stderr.strip()}")
    draft.replace(path)


def load_dump(url: str, path: Path, *, tools: Path | None = None) -> None:
    """Replace all that the database's owner has in the database at ``url`` by the dump, in one transaction.

    :param tools: directory of pg_restore and psql; without it those on the PATH.
    """
    if not path.is_file():
        raise PostgresTrouble(f"There is no backup at {path}.")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    if row is None or not row[0]:
        raise PostgresTrouble("Only the owner of the database can restore it. Put the owner into DATABASE_URL.")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        # No comments: they would touch extensions that a superuser owns.
        _run_tool(tools, "pg_restore", "--no-owner", "--no-acl", "--no-comments", "-f", str(script), str(path))
        clear = ["-c", "DROP OWNED BY CURRENT_USER CASCADE"]
        _run_tool(tools, "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", url, *clear, "-f", str(script))


def _run_tool(folder: Path | None, name: str, *arguments: str) -> None:
    program = str(folder / name) if folder else name
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, errors="replace", env=clean_environment()
    )
    if done.returncode != 0:
        raise PostgresTrouble(f"{name} failed, nothing was changed: {done.stderr.strip()}")
