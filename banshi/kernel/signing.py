"""Whether what another machine tells us is its own word: the till's, the carrier's."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

SIGNED_FOR: Final = timedelta(minutes=10)  # machine time; an older word is not taken


def signature(secret: str, *, at: str, body: bytes) -> str:
    """HMAC-SHA256 of `<at>.<body>` in hex, as whoever shares the secret signs. :param at: seconds since 1970, as digits."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed(secret: str, *, at: str, body: bytes, said: str, now: datetime) -> bool:
    """Whether a word is its sender's own, and fresh. :param now: machine time."""
    if not secret or not at.isascii() or not at.isdigit() or len(at) > 12:
        return False
    fresh = abs(now.timestamp() - int(at)) <= SIGNED_FOR.total_seconds()
    return fresh and hmac.compare_digest(signature(secret, at=at, body=body).encode(), said.encode())
