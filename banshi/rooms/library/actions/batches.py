"""A list of an authority that comes by the API: each row is committed alone, with its line of the report.

So nobody waits for a list, but for a row of it at most: a window that opens a case for one of its holders, or another
authority's list. What is cut off – the machine stops, the database does not answer – goes on where it was as the same list comes
again, and its report is the whole one. The same list twice at once is done by both, and each row by one of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.rooms.catalogue.rules.handling import Element
from banshi.rooms.library.actions.importing import Reported, Row, known_elements, take_row
from banshi.rooms.library.models import ImportBatch, ImportedRow

RESUMED: Final = timedelta(
    hours=1
)  # a list that comes later is one of its own: much may have happened to its rows since
KEPT: Final = timedelta(days=1)
MINE_SQL = """
INSERT INTO library_imported_row (batch_id, no, told) VALUES (%s, %s, '')
ON CONFLICT ON CONSTRAINT a_row_of_a_list_is_taken_once DO NOTHING RETURNING id
"""


def import_batch(rows: Sequence[Row], *, source: str, by: Actor, now: datetime) -> tuple[int, list[Reported]]:
    """Take a list, in no transaction of the caller's.

    :returns: its batch, for `import_told`, and a line a row.
    """
    batch, elements = _begun(rows, source=source, by=by, now=now), known_elements()
    done = set(ImportedRow.objects.filter(batch=batch).values_list("no", flat=True))
    for no, row in enumerate(rows, start=1):
        if no not in done:
            _take(batch, no, row, elements, source=source, by=by, now=now)
    lines = ImportedRow.objects.filter(batch=batch).order_by("no")
    return batch.pk, [Reported.of_json(json.loads(each.told)) for each in lines]


def import_told(batch: int, *, now: datetime) -> None:
    """Its report goes out, so that the same list again is a new one. In the transaction that keeps the answer."""
    ImportBatch.objects.filter(pk=batch, told_at=None).update(told_at=now)


def forget_imports(*, now: datetime, most: int) -> int:
    """Delete what is remembered of lists for a day. :returns: how many."""
    old = list(ImportBatch.objects.filter(begun_at__lt=now - KEPT).order_by("id").values_list("id", flat=True)[:most])
    ImportBatch.objects.filter(id__in=old).delete()
    return len(old)


def _begun(rows: Sequence[Row], *, source: str, by: Actor, now: datetime) -> ImportBatch:
    """The same list of the same sender, where it is under way."""
    said = json.dumps([source, *([kind, dict(row)] for kind, row in rows)], ensure_ascii=False, sort_keys=True)
    digest = blind_index(said, purpose="library-import")
    under_way = ImportBatch.objects.filter(by=str(by), digest=digest, told_at=None)
    under_way.filter(begun_at__lt=now - RESUMED).update(told_at=now)
    batch, _ = under_way.get_or_create(by=str(by), digest=digest, told_at=None, defaults={"begun_at": now})
    return batch


def _take(
    batch: ImportBatch, no: int, row: Row, elements: Mapping[str, Element], *, source: str, by: Actor, now: datetime
) -> None:
    """The row and its line. Who has the same list waits at the line for as long as the row takes, and then it is done."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(MINE_SQL, [batch.pk, no])
            mine = cursor.fetchone()
        if mine is not None:
            told = take_row(no, row, elements, source=source, by=by, now=now)
            line = json.dumps(told.as_json(), ensure_ascii=False)
            ImportedRow(pk=mine[0], batch=batch, no=no, told=line).save(update_fields=["told"])
