"""Rules of the exchange with the national platform: rows, their ids, what changed. Pure."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

TABLES: Final = ("up_pro_accept", "up_pro_process", "up_pro_specialprocedure", "up_pro_result", "up_pro_material")
SILENT: Final = "silent"  # the trouble of a batch for which nobody answered
AGAIN_MIN: Final = (0, 30, 120, 360)
TELL_AFTER: Final = 3  # tries in vain: a restart is nobody's trouble
INSERT, UPDATE, DELETE = OPERATIONS = ("I", "U", "D")
_SPACE: Final = uuid.UUID("6d0f2d1c-6f3f-5d0e-9a53-8a9f0f0c1b27")
Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A row as it was sent last. `digest` is of its content, without batch and operation."""

    table: str
    guid: str
    digest: str
    gone: bool


@dataclass(frozen=True)
class Change:
    """What is told of a row: I, U, or D. `row` is {} of one that is gone."""

    table: str
    guid: str
    operation: str
    digest: str
    row: Row


def guid(table: str, *key: object) -> str:
    """The id of a row: the same for the same thing, in every batch."""
    return uuid.uuid5(_SPACE, "\n".join(map(str, (table, *key)))).hex


def digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(row)).hexdigest()


def canonical(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def changes(now: Mapping[tuple[str, str], Row], sent: Mapping[tuple[str, str], Sent]) -> list[Change]:
    """What is new, other than it was, or no longer there; in the order of the tables, then by id.

    :param now: (table, guid) → row. :param sent: what was told of these cases last.
    """
    found = []
    for key in sorted({*now, *sent}, key=lambda each: (TABLES.index(each[0]), each[1])):
        row, before = now.get(key), sent.get(key)
        if row is None:
            if before is not None and not before.gone:
                found.append(Change(*key, DELETE, before.digest, {}))
            continue
        mark = digest(row)
        if before is None or before.gone:
            found.append(Change(*key, INSERT, mark, row))
        elif before.digest != mark:
            found.append(Change(*key, UPDATE, mark, row))
    return found


def document(batch: str, told: list[Change]) -> bytes:
    """A batch as it travels: every table with its rows, each with its batch, operation and id."""
    tables: dict[str, list[Row]] = {table: [] for table in TABLES}
    for each in told:
        marks = {"row_guid": each.guid, "cd_batch": batch, "cd_operation": each.operation}
        tables[each.table].append({**each.row, **marks})
    return canonical({"STATUS": {"CODE": "00", "TEXT": ""}, "CUSTOM": tables})


def again_after(tries: int) -> int:
    """Minutes from the last of so many tries in vain; 0: with the worker's next round."""
    return AGAIN_MIN[min(tries, len(AGAIN_MIN)) - 1]
