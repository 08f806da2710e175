"""How far somebody who stands at a machine has shown who they are, and by which way. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from banshi.kernel.evidence import Evidence

Level = Literal["card", "shown"]
LEVELS: Final[tuple[Level, ...]] = ("card", "shown")  # a card was read; and one of the ways besides
CODE, FACE, CLERK = WAYS = (
    "code",
    "face",
    "clerk",
)  # in the order they are offered: a face is never first, and never alone
MISSES: Final = 3  # of one way, then another one leads on
NUMBER_COUNTS_AFTER: Final = timedelta(days=1)


def reaches(level: str, needed: str) -> bool:
    """:param needed: of LEVELS, or "none"."""
    order = ("none", *LEVELS)
    return order.index(level) >= order.index(needed)


def confirmed_earlier(evidence: int, at: datetime | None, *, now: datetime) -> bool:
    """Whether a code to a telephone says more than the card that is in the machine. A number that was proven with nothing but
    that card says so from the next day on: whoever found the card does not prove their own telephone and then by it who they are.
    """
    if at is None or not evidence:
        return False
    return evidence == Evidence.WINDOW or now - at >= NUMBER_COUNTS_AFTER


def ways(*, number: bool, face: bool) -> tuple[str, ...]:
    """Ways that lead on for this person at this machine. A face only where something else does, too; a clerk always."""
    return (*((CODE,) if number else ()), CLERK, *((FACE,) if face else ()))
