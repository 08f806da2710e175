"""Rate limits: a token bucket per key in one UPSERT, on machine time."""

from __future__ import annotations

import math

from django.db import connection

from banshi.foundation import clock
from banshi.kernel.refusals import Refused

TAKE_SQL = """
INSERT INTO foundation_rate_bucket AS b (key, tokens, at) VALUES (%(key)s, %(burst)s - 1, %(at)s)
ON CONFLICT (key) DO UPDATE SET
  tokens = GREATEST(-1, LEAST(%(burst)s, b.tokens + EXTRACT(EPOCH FROM %(at)s - b.at) * %(rate)s) - 1), at = %(at)s
RETURNING tokens
"""


def take(*, key: str, per_minute: float, burst: float) -> None:
    """Take one token or refuse.

    :param key: what is limited, e.g. `code:<blind index>`; never personal data in clear.
    :raises Refused: rate-limited, with `wait_s`.
    """
    rate = per_minute / 60
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, {"key": key[:120], "burst": float(burst), "at": clock.wall(), "rate": rate})
        tokens = float(cursor.fetchone()[0])
    if tokens < 0:
        raise Refused("rate-limited", facts={"wait_s": max(1, math.ceil(-tokens / rate))})
