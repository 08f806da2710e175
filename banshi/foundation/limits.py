"""Limits on machine time, one UPSERT each: a token bucket per key, and tries that cost more time the more of them fail."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from banshi.foundation import clock
from banshi.kernel.refusals import Refused

A_DAY_S = 86_400
TAKE_SQL = """
INSERT INTO foundation_rate_bucket AS b (key, tokens, at) VALUES (%(key)s, %(burst)s - 1, %(at)s)
ON CONFLICT (key) DO UPDATE SET
  tokens = LEAST(%(burst)s, b.tokens + EXTRACT(EPOCH FROM %(at)s - b.at) * %(rate)s) - 1, at = %(at)s
  WHERE LEAST(%(burst)s, b.tokens + EXTRACT(EPOCH FROM %(at)s - b.at) * %(rate)s) >= 0.999999
RETURNING tokens
"""
LACKS_SQL = """
SELECT 1 - LEAST(%(burst)s, b.tokens + EXTRACT(EPOCH FROM %(at)s - b.at) * %(rate)s)
FROM foundation_rate_bucket b WHERE key = %(key)s
"""


def take(*, key: str, per_minute: float, burst: float) -> None:
    """Take one token or refuse. A refused one costs nothing: who asks too often waits no longer for having asked.

    :param key: what is limited, e.g. `code:<blind index>`; never personal data in clear.
    :raises Refused: rate-limited, with `wait_s`.
    """
    if burst < 1:
        raise Refused("rate-limited", facts={"wait_s": A_DAY_S})  # an operator's zero: none at all
    rate = per_minute / 60
    values: dict[str, Any] = {"key": key[:120], "burst": float(burst), "at": clock.wall(), "rate": rate}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, values)
        if cursor.fetchone() is None:
            cursor.execute(LACKS_SQL, values)
            row = cursor.fetchone()
            raise Refused("rate-limited", facts={"wait_s": max(1, math.ceil(float(row[0]) / rate)) if row else 1})


TRY_SQL = """
INSERT INTO foundation_rate_bucket AS b (key, tokens, at) VALUES (%(key)s, 1, %(at)s)
ON CONFLICT (key) DO UPDATE SET
  tokens = LEAST(1000, b.tokens * power(0.5, EXTRACT(EPOCH FROM %(at)s - b.at) / %(half_life)s) + 1), at = %(at)s
WHERE %(at)s >= b.at + make_interval(secs => CASE WHEN round(b.tokens) < %(free)s THEN 0
  ELSE LEAST(%(most)s, power(2, LEAST(20, round(b.tokens) - %(free)s))) END)
RETURNING tokens
"""
WAIT_SQL = """
SELECT EXTRACT(EPOCH FROM b.at - %(at)s) + LEAST(%(most)s, power(2, LEAST(20, round(b.tokens) - %(free)s)))
FROM foundation_rate_bucket b WHERE key = %(key)s
"""
HALF_LIFE_S = 1800  # half of what failed is forgotten after this long


FORGET_SQL = """
DELETE FROM foundation_rate_bucket WHERE key IN
  (SELECT key FROM foundation_rate_bucket WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def forget_old(*, before: datetime, most: int = 5000) -> int:
    """Delete what nobody touched since: every bucket is full again after a day. :returns: how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, [before, most])
        return int(cursor.rowcount)


@dataclass(frozen=True)
class Tries:
    """`free` tries, then each waits twice as long as the one before, `most_s` seconds at most."""

    key: str
    free: int
    most_s: int

    def one(self) -> None:
        """Count one more, before it is known whether it succeeds: those who arrive together do not slip through.

        :raises Refused: rate-limited, with `wait_s`; it is not counted then.
        """
        values: dict[str, Any] = {
            "key": self.key[:120], "at": clock.wall(), "free": self.free, "most": self.most_s, "half_life": HALF_LIFE_S,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(TRY_SQL, values)
            if cursor.fetchone() is None:
                cursor.execute(WAIT_SQL, values)
                row = cursor.fetchone()
                raise Refused("rate-limited", facts={"wait_s": max(1, math.ceil(row[0])) if row else 1})

    def forgive(self) -> None:
        """The one who tries is who they say: begin anew."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM foundation_rate_bucket WHERE key = %s", [self.key[:120]])

    def take_back(self) -> None:
        """A try that succeeded was none."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE foundation_rate_bucket SET tokens = GREATEST(0, tokens - 1) WHERE key = %s", [self.key[:120]]
            )


LEFT_SQL = """
SELECT key, LEAST(%(burst)s, tokens + EXTRACT(EPOCH FROM %(at)s - at) * %(rate)s) FROM foundation_rate_bucket
WHERE key = ANY (%(keys)s)
"""


def left(keys: Iterable[str], *, per_minute: float, burst: float) -> dict[str, float]:
    """Tokens left of each key as `take` counts them; a key never taken from is full and not named."""
    values: dict[str, Any] = {
        "keys": [key[:120] for key in keys], "burst": float(burst), "at": clock.wall(), "rate": per_minute / 60,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LEFT_SQL, values)
        return {key: float(tokens) for key, tokens in cursor.fetchall()}
