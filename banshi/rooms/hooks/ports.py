"""What the room needs from outside: somebody who posts a body to an address and says what came back.

The adapter is named by the setting `BANSHI_HOOKS` (a dotted path): the room knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from banshi.rooms.hooks.rules import Reach


@dataclass(frozen=True)
class Answered:
    """What a receiver said. :param status: None where nothing came back. :param said: first words, raw."""

    status: int | None
    said: str = ""

    @property
    def heard(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Post(Protocol):
    """Posts within ten seconds in all, to an address that `reach` allows after it was resolved, follows nothing, and never
    raises: what went wrong is said."""

    def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes, reach: Reach) -> Answered: ...
