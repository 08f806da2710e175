"""Locks of the whole database, by name: what only one process may do at a time, where no row could be locked for it.

PostgreSQL knows these locks by number alone. The numbers are written here and nowhere else, so that no two jobs wait for each
other by accident. Whoever takes several takes them in the order in which they stand here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection


@dataclass(frozen=True)
class Lock:
    """One lock, or with `of_each` one for every key (`hold_each`). Different keys share one where their hashes are the same."""

    number: int
    of_each: bool = False


MIGRATING: Final = Lock(716000)
DUTIES: Final = Lock(716006)
PRESETS: Final = Lock(716005)
ITEM_STORE: Final = Lock(716022, of_each=True)
CLOCK: Final = Lock(716001)
DOCUMENTS: Final = Lock(716021, of_each=True)
AGENT_PHONE: Final = Lock(716003, of_each=True)
FAULTS: Final = Lock(716004)
CREDIT: Final = Lock(716002, of_each=True)
HOLDER: Final = Lock(716023, of_each=True)
SEALING: Final = Lock(716007)
HOOKS: Final = Lock(716011)
SETTLED_HALL: Final = Lock(716009, of_each=True)
ENQUIRIES: Final = Lock(716010, of_each=True)
EXCHANGE: Final = Lock(716012)
UPLOADS: Final = Lock(716020, of_each=True)
HOME_VISITS: Final = Lock(716024, of_each=True)
SETTLED_DAY: Final = Lock(716008, of_each=True)  # held shared by triggers (insight's migration 0002)

HOLD_EACH_SQL = """
SELECT pg_advisory_xact_lock(%s, k) FROM (
  SELECT DISTINCT hashtext(key) AS k FROM unnest(%s::text[]) AS key ORDER BY 1
) keys
"""


def hold(lock: Lock, *, shared: bool = False) -> None:
    """Wait for the lock and keep it until the transaction ends.

    :param shared: along with others who hold it shared; whoever holds it unshared holds it alone.
    """
    _ask(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", lock)


def hold_each(lock: Lock, keys: Iterable[str]) -> None:
    """Wait for the lock of every key and keep them until the transaction ends; in one order for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_EACH_SQL, [lock.number, list(keys)])


def hold_if_free(lock: Lock, key: int) -> bool:
    """Keep the lock of this key until the transaction ends, without waiting: whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [lock.number, key])
        return bool(cursor.fetchone()[0])


def held_shared(lock: Lock, key: str) -> str:
    """SQL, for a trigger: wait for the lock of `key`, an SQL integer, and keep it with others until the transaction ends."""
    return f"pg_advisory_xact_lock_shared({lock.number}, {key})"


def take(lock: Lock) -> None:
    """Wait for the lock and keep it until `give_back`, over any number of transactions, or until the connection ends."""
    _ask("SELECT pg_advisory_lock(%s)", lock)


def take_if_free(lock: Lock) -> bool:
    """Like `take`, without waiting: whether it was free."""
    return bool(_ask("SELECT pg_try_advisory_lock(%s)", lock))


def give_back(lock: Lock) -> None:
    _ask("SELECT pg_advisory_unlock(%s)", lock)


def _ask(sql: str, lock: Lock) -> object:
    if lock.of_each:
        raise ValueError("of this lock there is one for each key")
    with connection.cursor() as cursor:
        cursor.execute(sql, [lock.number])
        return cursor.fetchone()[0]
