"""When a seal that failed is tried again, and when somebody is told."""

from __future__ import annotations

from typing import Final

AGAIN_S: Final = (5, 15, 60, 300, 600)
TELL_AFTER: Final = 3  # tries in vain: a restart of the signer is nobody's trouble


def again_after(tries: int) -> int:
    """Seconds from the last of so many tries in vain."""
    return AGAIN_S[min(tries, len(AGAIN_S)) - 1]
