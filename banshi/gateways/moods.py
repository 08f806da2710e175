"""How other people's machines misbehave in a demo: each fault of a stand-in, in so many of a hundred tries. The demo's page says
so, and each stand-in asks here.

In a file for each, as their memories are: the worker's processes and the web's ask the same. In tests there is no folder, and
nothing fails unless it is asked for.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

from banshi.gateways.stand_in import Memory

FAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "exchange": ("down", "refused", "checksum", "rows", "late", "crosswise"),
    "signer": ("down", "expired", "stamp", "half"),
    "credit": ("down", "old"),
    "scanner": ("down", "infected"),
    "till": ("down", "twice", "silent", "behind"),
}
ALWAYS: Final = 100


class Moods:
    """What the demo's page shows and sets."""

    def all(self) -> Mapping[str, Mapping[str, int]]:
        """Stand-in → fault → in how many of a hundred tries."""
        return {who: {fault: _chance(who, fault) for fault in faults} for who, faults in FAULTS.items()}

    def set(self, who: str, fault: str, chance: int) -> None:
        """Of a fault that there is; any other changes nothing."""
        if fault in FAULTS.get(who, ()) and settings.BANSHI_MOODS_FOLDER:
            _memory().keep(who, {**(_memory().known(who) or {}), fault: max(0, min(chance, ALWAYS))})


def strikes(who: str, fault: str) -> bool:
    """Whether it misbehaves so, this time."""
    chance = _chance(who, fault)
    return chance > 0 and secrets.randbelow(ALWAYS) < chance


def _chance(who: str, fault: str) -> int:
    if not settings.BANSHI_MOODS_FOLDER:
        return 0
    return int((_memory().known(who) or {}).get(fault, 0))


def _memory() -> Memory:
    return Memory(Path(settings.BANSHI_MOODS_FOLDER))
