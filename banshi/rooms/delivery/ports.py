"""What the room needs from outside: something that opens the door of a cell.

The adapter is named by the setting `BANSHI_CABINETS` (a dotted path): the room knows none.
"""

from __future__ import annotations

from typing import Protocol


class DoorStuck(Exception):
    """The door did not open, or the cabinet does not answer."""


class Doors(Protocol):
    """Opens one door within a few seconds, or raises `DoorStuck`. Opening an open door changes nothing."""

    def __call__(self, cabinet: str, cell: int) -> None: ...
