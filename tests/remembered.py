"""What was built once in an empty database and is put back in one statement: a fifth of what building it costs.

Rows come back as they were, with their ids and all that was drawn by lot; objects are new ones each time. No two tables
begin to count at the same number: who takes the id of one thing for that of another finds nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from tests.emptying import KEPT

T = TypeVar("T")
APART = 1000  # between what two tables count from

COUNT_APART = f"""
SELECT setval(c.oid, {APART} * row_number() OVER (ORDER BY c.relname))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND n.nspname = current_schema()
"""
COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND c.relname <> ALL (%s)
GROUP BY c.relname ORDER BY c.relname
"""


def count_apart() -> None:
    """From now on in this database."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_APART)


Rows = dict[str, list[str]]  # by table and columns, each as SQL


def all_rows() -> Rows:
    """Every row there is."""
    quote = connection.ops.quote_name
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [[*KEPT, "django_migrations"]])
        for table, columns in cursor.fetchall():
            values = ", ".join(f"quote_nullable({quote(column)}::text)" for column in columns)
            cursor.execute(f"SELECT '(' || concat_ws(', ', {values}) || ')' FROM {quote(table)}")
            if rows := [row for (row,) in cursor.fetchall()]:
                found[f"{quote(table)} ({', '.join(quote(column) for column in columns)})"] = rows
    return found


def written(rows: Rows) -> str:
    """SQL that writes them."""
    return ";\n".join(f"INSERT INTO {table} VALUES {', '.join(each)}" for table, each in rows.items())


class Remembered(Generic[T]):
    """A scene: `build` writes it and tells what is in it. Called, it is there; first remembered, in no time."""

    def __init__(self, build: Callable[[], T]) -> None:
        self.build = build
        self.rows: Rows | None = None
        self._known: tuple[str, bytes] | None = None

    def remember(self) -> None:
        """Build it in the database, which is empty and is left so."""
        with transaction.atomic():
            scene = self.build()
            self.rows = all_rows()
            self._known = written(self.rows), pickle.dumps(scene)
            transaction.set_rollback(True)

    def __call__(self) -> T:
        if self._known is None:
            return self.build()
        rows, scene = self._known
        with connection.cursor() as cursor:
            cursor.execute(rows)
        found: Any = pickle.loads(scene)
        return found


class Added(Generic[T]):
    """Rows that `add` writes on top of a scene, of which it changes nothing. Whoever first adds them where there is the scene
    alone has them remembered; from then on they are put back, where nobody else has written into their tables: what comes on
    top of something more is added anew.
    """

    def __init__(self, to: Remembered[T], add: Callable[[T], object]) -> None:
        self.to, self.add = to, add
        self._known: str | None = None
        self._untouched = ""  # a query: whether their tables hold what the scene does

    def __call__(self, scene: T) -> None:
        if self._known is not None:
            with connection.cursor() as cursor:
                cursor.execute(self._untouched)
                if cursor.fetchone()[0]:
                    cursor.execute(self._known)
                    return
            self.add(scene)
            return
        before = all_rows()
        self.add(scene)
        if not alike(before, self.to.rows):
            return
        after = all_rows()
        assert all(set(rows) <= set(after.get(table, ())) for table, rows in before.items()), "something was changed"
        new = {table: [row for row in rows if row not in before.get(table, ())] for table, rows in after.items()}
        new = {table: rows for table, rows in new.items() if rows}
        same = [f"(SELECT count(*) FROM {t.partition(' (')[0]}) = {len(before.get(t, ()))}" for t in new]  # noqa: S608
        self._untouched = f"SELECT {' AND '.join(same) or 'true'}"
        self._known = written(new)


def alike(rows: Rows, others: Rows | None) -> bool:
    """The same rows in whatever order."""
    return others is not None and {t: sorted(r) for t, r in rows.items()} == {t: sorted(r) for t, r in others.items()}
