"""The story of a case as a chain: each event's hash covers what it says and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


def chained(
    earlier: str,
    *,
    case_no: str,
    seq: int,
    verb: str,
    actor: str,
    at: datetime,
    before: str,
    after: str,
    facts: Mapping[str, Any],
    why: str,
) -> str:
    """SHA-256 in hex of the event as canonical JSON after the hash of the one before it.

    :param why: in clear; the row keeps it sealed.
    """
    said = [case_no, seq, verb, actor, at.astimezone(UTC).isoformat(), before, after, facts, why]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{earlier}\n{text}".encode()).hexdigest()
