"""Proof of work (altcha): asked where load or pattern calls for it, solved by the browser itself, taken once (ADR 13).

A challenge is signed, names its purpose and who asked, and ends after some minutes. What was tried is counted in the rate
buckets, each count halving every ten minutes; codes for one telephone every half hour.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import altcha
from django.conf import settings
from django.db import connection

from banshi.foundation import clock
from banshi.foundation.crypto import blind_index
from banshi.kernel.addresses import network_of
from banshi.kernel.proof import Tries, Usual, effort
from banshi.kernel.refusals import Refused

FIELD = "proof"  # of a form; scripts send it so, or in the header X-Proof
ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 5000  # of the key derivation, for each number tried
LASTS = timedelta(minutes=10)
HALF_LIFE_S = 600
NUMBER_HALF_LIFE_S = 1800  # whose codes a stranger uses up wants them within the hour
MOST_CHARACTERS = 4000
NUMBER = "proof:number:"
SPENT = "proof"  # owner of the rows that tell which challenges were used; housekeeping clears them after a day

COUNT_SQL = """
INSERT INTO foundation_rate_bucket AS b (key, tokens, at)
SELECT key, n, %(at)s FROM unnest(%(keys)s::text[], %(n)s::float8[]) AS a(key, n) ORDER BY key
ON CONFLICT (key) DO UPDATE SET at = EXCLUDED.at, tokens = LEAST(1e6,
  b.tokens * power(0.5, LEAST(1000, GREATEST(0, EXTRACT(EPOCH FROM EXCLUDED.at - b.at))
    / CASE WHEN b.key LIKE %(slow)s THEN %(slow_half_life)s ELSE %(half_life)s END)) + EXCLUDED.tokens)
RETURNING key, tokens
"""
SPEND_SQL = """
INSERT INTO foundation_idempotency_key (owner, key, body_hash, status, created_at) VALUES (%s, %s, '', 0, %s)
ON CONFLICT ON CONSTRAINT one_answer_per_owner_and_key DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Asks:
    """Somebody who is about to cost the hall something.

    :param purpose: what for: code, people, hold, book, wait.
    :param who: whose challenge it is: `account:5`, or "" for whoever is not signed in.
    :param place: the period or day it is for; "" = none.
    :param number: blind index of the telephone a code is asked for; "" = none, or its owner's own browser asks.
    """

    purpose: str
    address: str
    who: str = ""
    place: str = ""
    number: str = ""

    @property
    def from_key(self) -> str:
        return f"proof:{self.purpose}:from:{_index(network_of(self.address))}"

    @property
    def failed_key(self) -> str:
        return f"proof:failed:{_index(network_of(self.address))}"

    @property
    def who_key(self) -> str:
        return f"proof:{self.purpose}:by:{_index(self.who)}" if self.who else ""

    @property
    def place_key(self) -> str:
        return f"proof:{self.purpose}:at:{_index(self.place)}" if self.place else ""

    @property
    def number_key(self) -> str:
        return f"{NUMBER}{_index(self.number)}" if self.number else ""


def admit(asks: Asks, *, given: str) -> None:
    """Count one try; where there were many, take the proof given, or ask for one.

    :raises Refused: proof-of-work-needed, with the challenge.
    """
    work = effort(_counted(asks), usual())
    if work and not taken(given, purpose=asks.purpose, who=asks.who):
        raise Refused("proof-of-work-needed", facts=challenge(asks.purpose, who=asks.who, work=work))


def failed(asks: Asks) -> None:
    """What was tried came to nothing."""
    _count({asks.failed_key: 1.0})


def usual() -> Usual:
    return Usual(**settings.BANSHI_PROOF_USUAL)


def challenge(purpose: str, *, who: str = "", work: int = 1, now: datetime | None = None) -> Mapping[str, Any]:
    """A challenge as altcha's v2 clients read it, and until when it may be answered.

    :param work: times the usual effort (`BANSHI_PROOF_EFFORT` derivations).
    """
    ends = (now or clock.wall()) + LASTS
    least = settings.BANSHI_PROOF_EFFORT * work
    made = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=least // 2 + secrets.randbelow(least),  # nobody has bad luck: at most half as much again
        expires_at=int(ends.timestamp()),
        data={"purpose": purpose, "who": _index(who)},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    return {"purpose": purpose, "challenge": made.to_dict(), "expires": ends}


def taken(given: str, *, purpose: str, who: str = "") -> bool:
    """Whether this answers a challenge of ours, for this purpose and whoever asked, in time, for the first time."""
    payload = _read(given)
    if payload is None or payload.challenge.parameters.data != {"purpose": purpose, "who": _index(who)}:
        return False
    ends = payload.challenge.parameters.expires_at
    if not isinstance(ends, int) or ends < clock.wall().timestamp():
        return False
    found = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("key"))
    return found.verified and _spend(payload.challenge.parameters.nonce)


def _read(given: str) -> altcha.Payload | None:
    if not given or len(given) > MOST_CHARACTERS or not given.isascii():
        return None
    try:
        return altcha.Payload.from_base64(given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _spend(nonce: str) -> bool:
    """Use a challenge up: of those who come with the same one, the first."""
    with connection.cursor() as cursor:
        cursor.execute(SPEND_SQL, [SPENT, blind_index(nonce, purpose="proof"), clock.wall()])
        return cursor.fetchone() is not None


def _counted(asks: Asks) -> Tries:
    keys = {asks.from_key: 1.0, asks.who_key: 1.0, asks.place_key: 1.0, asks.number_key: 1.0, asks.failed_key: 0.0}
    found = _count({key: n for key, n in keys.items() if key})
    return Tries(
        address=found[asks.from_key],
        failed=found[asks.failed_key],
        account=found.get(asks.who_key),
        place=found.get(asks.place_key),
        number=found.get(asks.number_key),
    )


def _count(keys: Mapping[str, float]) -> dict[str, float]:
    ordered: Sequence[str] = sorted(keys)
    values: dict[str, Any] = {
        "keys": ordered,
        "n": [keys[key] for key in ordered],
        "at": clock.wall(),
        "half_life": HALF_LIFE_S,
        "slow": f"{NUMBER}%",
        "slow_half_life": NUMBER_HALF_LIFE_S,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, values)
        return {str(key): float(tokens) for key, tokens in cursor.fetchall()}


def _index(text: str) -> str:
    return blind_index(text, purpose="proof")[:32]


def _secret(what: str) -> str:
    return blind_index(what, purpose="proof-secret")


__all__ = ["FIELD", "Asks", "admit", "challenge", "failed", "taken", "usual"]
