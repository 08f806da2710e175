"""How sure we are of who somebody is (docs/decisions/0009-evidence.md)."""

from __future__ import annotations

from enum import IntEnum


class Evidence(IntEnum):
    """What stands behind a name on a document, weakest first; stored with the fact, its time and its source."""

    DECLARED = 0  # typed by somebody: changes nothing for anybody else
    VOUCHED = 1  # given by a channel whose key vouches for real names (a province's real-name app)
    CHIP = 2  # read from the card at a kiosk, gate or desk
    WINDOW = 3  # a clerk compared person and card

    @property
    def rank(self) -> int:
        """Chip and window weigh the same."""
        return min(int(self), int(Evidence.CHIP))

    @property
    def proves(self) -> bool:
        """Whether it says anything about the person at all."""
        return self > Evidence.DECLARED
