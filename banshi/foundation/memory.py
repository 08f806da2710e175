"""What a process remembers between requests, emptied in one place.

Whatever outlives a request says here how it is forgotten; a house test looks for who does not. `forget_everything` gives
each test fresh ground, whatever ran before it and however long ago.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[[], object])
_forgetters: list[Callable[[], object]] = []


def forgettable(forget: F) -> F:
    """Register how something is forgotten: `@forgettable` on a function, or `forgettable(known.cache_clear)`."""
    _forgetters.append(forget)
    return forget


def forget_everything() -> None:
    """Every process-wide memory is as after start-up."""
    for forget in _forgetters:
        forget()
