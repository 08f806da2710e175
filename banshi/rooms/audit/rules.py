"""The chain: each entry's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64  # what the first entry follows


def chained(
    before: str,
    *,
    no: int,
    id: int,
    at: datetime,
    actor: str,
    hall: str,
    action: str,
    subject: str,
    facts: Mapping[str, Any],
) -> str:
    """SHA-256, hex, of the entry as canonical JSON after the hash before it."""
    content = [no, id, at.astimezone(UTC).isoformat(), actor, hall, action, subject, facts]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
