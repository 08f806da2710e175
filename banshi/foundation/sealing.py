"""For migrations: seal what stands in clear in a column that became `FreeText`."""

from __future__ import annotations

from typing import Any

from banshi.foundation.crypto import SEALED, words_sealed

BATCH = 5000


def seal_words(editor: Any, table: str, column: str, *, place: str = "") -> None:
    """Row by row in batches; what is empty or sealed already stays as it is, so it may run again.

    :param place: what the words are sealed for; else the column itself.
    """
    place = place or f"{table}.{column}"
    last = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                f'SELECT id, "{column}" FROM {table} WHERE id > %s AND "{column}" <> \'\''  # noqa: S608 – our own names
                f' AND NOT starts_with("{column}", %s) ORDER BY id LIMIT {BATCH}',
                [last, SEALED],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            cursor.execute(
                f'UPDATE {table} t SET "{column}" = x.said'  # noqa: S608
                " FROM unnest(%s::bigint[], %s::text[]) AS x(id, said) WHERE t.id = x.id",
                [[row[0] for row in rows], [words_sealed(row[1], place=place) for row in rows]],
            )
