"""The database that test databases are copied from has the tables that the code has."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg.sql import Composed, Identifier

from tests.tables import _drop_old, state_of_migrations


@pytest.mark.django_db
def test_every_migration_was_made():
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert connection.introspection.table_names() != []


@pytest.mark.django_db
def test_no_table_is_counted_while_tests_run():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.reltuples FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = current_schema() "
            "AND NOT COALESCE(c.reloptions, '{}') @> ARRAY['autovacuum_enabled=false']"
        )
        assert cursor.fetchall() == []


def house(root: Path) -> Path:
    """A small product: a migration that uses a module of its own, and a page."""
    for path, text in {
        "banshi/rooms/inn/migrations/0001_first.py": "from django.db import migrations\nfrom banshi.kernel.names import fold\n",
        "banshi/kernel/names.py": "fold = str.lower\n",
        "banshi/kernel/phones.py": "",
        "banshi/rooms/inn/models.py": "",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("path", "makes_anew"),
    [
        ("banshi/rooms/inn/migrations/0001_first.py", True),
        ("banshi/rooms/inn/migrations/0002_second.py", True),
        ("banshi/kernel/names.py", True),
        ("banshi/kernel/phones.py", False),
        ("banshi/rooms/inn/models.py", False),
    ],
)
def test_tables_are_made_anew_when_what_makes_them_changes(tmp_path: Path, path: str, makes_anew: bool):
    before = state_of_migrations(house(tmp_path))
    with (tmp_path / path).open("a") as file:
        file.write("# changed\n")

    assert (state_of_migrations(tmp_path) != before) is makes_anew


def test_a_migration_that_is_gone_or_renamed_is_another_state(tmp_path: Path):
    before = state_of_migrations(house(tmp_path))
    first = tmp_path / "banshi/rooms/inn/migrations/0001_first.py"
    first.rename(first.with_name("0001_begin.py"))

    assert state_of_migrations(tmp_path) != before


def test_the_newest_are_kept_and_what_is_half_made_goes():
    class Server:
        """Hears what it is told."""

        dropped: list[str] = []

        def execute(self, text: str | Composed, values: object = None) -> Server:
            if isinstance(text, Composed):
                self.dropped += [each.as_string().strip('"') for each in text if isinstance(each, Identifier)]
            return self

        def fetchall(self) -> list[tuple[str]]:  # the newest first
            return [("t_5",), ("t_4_draft",), ("t_3",), ("t_2",), ("t_1",)]

    server = Server()

    _drop_old(server, "t_6", "t_")

    assert server.dropped == ["t_4_draft", "t_2", "t_1"]
