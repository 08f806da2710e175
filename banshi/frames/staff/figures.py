"""Numbers as tables and their files write them."""

from __future__ import annotations


def percent(share: float | None) -> str:
    """0.99936 → “99.9%”; “–” for None. Never rounds up to 100."""
    if share is None:
        return "–"
    shown = round(share * 100, 1)
    if share < 1 and shown >= 100:
        shown = 99.9
    return f"{shown:g}%"


def minutes_above(seconds: float) -> float:
    """The first tenth of a minute above, at least one minute."""
    return max(1.0, (seconds // 6 + 1) / 10)
