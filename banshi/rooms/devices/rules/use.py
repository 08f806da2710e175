"""What machines did for people (使用): its kinds, and which of them are matters."""

from __future__ import annotations

from typing import Final

DEEDS: Final = (
    "ticket", "print", "apply", "decided", "drop", "pickup", "payment", "contact", "entry", "other",
)  # fmt: skip
NO_MATTERS: Final = frozenset({"ticket", "entry"})  # a number is for a window, and a door is no matter


def is_matter(deed: str) -> bool:
    """Whether this is a matter, and not only the way to one."""
    return deed not in NO_MATTERS
