"""The chain: each entry's hash covers its content and the hash before it, under a key that the database does not know."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64  # what the first entry follows
OWN_WORDS = frozenset({"why", "answer", "note", "text"})  # facts that somebody wrote themselves: sealed, `looked` apart
FACTS_PLACE = "audit_entry.facts"
PLAIN, KEYED = 1, 2  # how a seal's entries are hashed; a chain goes from plain to keyed once, and never back


def chained(
    before: str,
    *,
    version: int,
    key: bytes,
    no: int,
    id: int,
    at: datetime,
    actor: str,
    hall: str,
    action: str,
    subject: str,
    facts: Mapping[str, Any],
) -> str:
    """Hex of the entry as canonical JSON after the hash before it: SHA-256, or (KEYED) HMAC-SHA256 under the key."""
    content = [no, id, at.astimezone(UTC).isoformat(), actor, hall, action, subject, facts]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    said = f"{before}\n{text}".encode()
    if version == PLAIN:
        return hashlib.sha256(said).hexdigest()
    return hmac.new(key, b"audit\0" + said, hashlib.sha256).hexdigest()
