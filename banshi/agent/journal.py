"""The journal (流水): what the machine was ordered, in a file that survives a power cut. Seen → begun → ended → told.

`begun` is on the disk before the deed and `ended` after it. So whatever was begun and has no end may have come out: it is
`unsure`, and never done again. What was seen and not begun is done, if its time is not over. Of what an order said nothing is
left once it was begun.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

NAME: Final = "journal.sqlite3"
KEPT: Final = timedelta(days=30)
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS orders (
  key TEXT PRIMARY KEY, id INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT,
  state TEXT NOT NULL CHECK (state IN ('seen', 'begun', 'done', 'failed', 'unsure')), why TEXT NOT NULL DEFAULT '',
  seen_at REAL NOT NULL, takes_s REAL NOT NULL, ended_at REAL, told INTEGER NOT NULL DEFAULT 0,
  CHECK (body IS NULL OR state = 'seen'), CHECK (told = 0 OR ended_at IS NOT NULL)
)
"""
# Numbers in hand for an hour without the line, and those that were given (agent/numbers.py).
_NUMBERS: Final = (
    """
CREATE TABLE IF NOT EXISTS ahead (
  letter TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, category TEXT NOT NULL, name TEXT NOT NULL,
  name_en TEXT NOT NULL, spans TEXT NOT NULL, PRIMARY KEY (letter, first)
)
""",
    """
CREATE TABLE IF NOT EXISTS given (
  letter TEXT NOT NULL, seq INTEGER NOT NULL, press TEXT NOT NULL UNIQUE, category TEXT NOT NULL, language TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'unsure')), at REAL NOT NULL, told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (letter, seq)
)
""",
    "CREATE TABLE IF NOT EXISTS hall (one INTEGER PRIMARY KEY CHECK (one = 1), said TEXT NOT NULL)",
)


class Taken(Exception):
    """Another program of this machine has the journal open."""


@dataclass(frozen=True)
class Entry:
    key: str
    kind: str
    body: dict[str, Any]
    seen_at: float  # seconds since 1970
    takes_s: float


@dataclass(frozen=True)
class Ended:
    key: str
    id: int  # as the server knows it
    state: str  # done | failed | unsure
    why: str


class Journal:
    """One program at a time holds it; several of its threads may use it."""

    def __init__(self, folder: Path) -> None:
        """:raises Taken: another program holds it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / NAME
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        try:
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")  # held until it is closed
            self._file.execute(
                "PRAGMA synchronous = EXTRA"
            )  # on the disk, the folder's entry too, before a write is over
            self._file.execute("PRAGMA secure_delete = ON")
            self._file.execute("PRAGMA journal_size_limit = 0")  # what stood on a page before stands nowhere after it
            self._file.execute("BEGIN EXCLUSIVE")
            for table in (_TABLE, *_NUMBERS):
                self._file.execute(table)
            self._file.execute("COMMIT")
        except sqlite3.OperationalError as busy:
            self._file.close()
            raise Taken(f"another program uses {path}") from busy

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def after_a_stop(self, *, at: datetime) -> int:
        """What was begun when the program ended: it may have come out. :returns: how many."""
        return self.do(
            "UPDATE orders SET state = 'unsure', why = 'restarted', ended_at = ? WHERE state = 'begun'", at.timestamp()
        )

    def see(self, order: int, *, key: str, kind: str, body: dict[str, Any], takes_s: float, at: datetime) -> None:
        """An order came in. One that is known – of a server that was restored from its backup, say – is not done a second time,
        but told again.
        """
        self.do(
            "INSERT INTO orders (key, id, kind, body, state, seen_at, takes_s) VALUES (?, ?, ?, ?, 'seen', ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET id = excluded.id, told = 0",
            key, order, kind, json.dumps(body), at.timestamp(), takes_s,
        )  # fmt: skip

    def waiting(self) -> list[Entry]:
        """Seen and not begun, in turn."""
        rows = self.rows("SELECT key, kind, body, seen_at, takes_s FROM orders WHERE state = 'seen' ORDER BY id")
        return [Entry(key, kind, json.loads(body), seen_at, takes_s) for key, kind, body, seen_at, takes_s in rows]

    def begin(self, key: str) -> bool:
        """True for the one who may do it now. What it said is left in memory alone."""
        return self.do("UPDATE orders SET state = 'begun', body = NULL WHERE key = ? AND state = 'seen'", key) == 1

    def end(self, key: str, *, state: str, why: str, at: datetime) -> None:
        """Once: what ended stays so."""
        self.do(
            "UPDATE orders SET state = ?, why = ?, body = NULL, ended_at = ?"
            " WHERE key = ? AND state IN ('seen', 'begun')",
            state, why, at.timestamp(), key,
        )  # fmt: skip

    def untold(self) -> list[Ended]:
        """Ended, and the server has not said that it knows."""
        rows = self.rows("SELECT key, id, state, why FROM orders WHERE ended_at IS NOT NULL AND told = 0 ORDER BY id")
        return [Ended(*row) for row in rows]

    def told(self, key: str) -> None:
        self.do("UPDATE orders SET told = 1 WHERE key = ? AND ended_at IS NOT NULL", key)

    def forget_old(self, *, at: datetime) -> int:
        """What the server knows for long. :returns: how many."""
        return self.do("DELETE FROM orders WHERE told = 1 AND ended_at < ?", (at - KEPT).timestamp())

    @contextmanager
    def together(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """Several statements, all of them or none."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield lambda statement, *values: self._file.execute(statement, values)
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def do(self, statement: str, *values: Any) -> int:
        with self._lock:
            return self._file.execute(statement, values).rowcount

    def rows(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._file.execute(statement, values).fetchall()
