"""What the audit room needs from outside: a place beyond the database where the head of the chain is kept.

The adapter is named by the setting `BANSHI_ANCHORS` (a dotted path; "" = none): the room knows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Anchor:
    """The head of the chain at a moment (machine time). `restored`: a backup was put back; later heads are of the past."""

    no: int
    hash: str
    at: datetime
    restored: bool = False


class Anchors(Protocol):
    """Appended to, never changed; survives whoever may write the database."""

    def keep(self, anchor: Anchor) -> None:
        """On the disk, or elsewhere, when it returns.

        :raises OSError: it could not be kept.
        """
        ...

    def kept(self) -> Sequence[Anchor]:
        """All that are known, in the order they were kept."""
        ...
