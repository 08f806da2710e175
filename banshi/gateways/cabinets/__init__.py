"""Cabinets whose doors are not there: the demo's. A door opens, unless it jams – told to by hand, or by itself: of so many doors
(`BANSHI_JAM_ONE_IN`) one does, on one of its first openings, always the same one; it stays shut until somebody mends it.

What a lock board knows of its doors lies in files, one a door (`BANSHI_CABINETS_FOLDER`, "" = it remembers nothing): it is
another's machine. `BANSHI_JAMMED` names cells that never open, separated by commas (`nancheng-cabinet-1:3`). A real lock board
answers behind the same port: `banshi.rooms.delivery.ports.Doors`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from django.conf import settings

from banshi.foundation import clock
from banshi.gateways.stand_in import LONGEST, Memory
from banshi.rooms.delivery.ports import DoorStuck

log = structlog.get_logger("banshi.cabinets")
OPEN_FOR: Final = timedelta(minutes=2)  # of the hall's clock: then whoever stood there has shut it
OPENINGS: Final = 3  # a door that jams by itself does so on one of so many first ones
PRESSES: Final = ("jam", "mend", "leave", "shut")
State = Literal["shut", "open", "left", "jammed"]


class StandIn:
    """See above; called, it opens a door."""

    def __call__(self, cabinet: str, cell: int) -> None:
        """:raises DoorStuck: it jams."""
        known = _known(cabinet, cell)
        times = known["times"] + 1
        jams = known["jammed"] or _jams_on(cabinet, cell) == times
        _keep(cabinet, cell, {**known, "times": times, "jammed": jams, "open": "" if jams else clock.now().isoformat()})
        if jams or f"{cabinet}:{cell}" in settings.BANSHI_JAMMED:
            raise DoorStuck("jammed")
        log.info("door-opened", cabinet=cabinet, cell=cell)

    # --- What its own page does ---------------------------------------------------------------------------------

    def look(self, cabinet: str, cell: int, *, now: datetime) -> State:
        """How a door stands: shut, open for a moment, left open, jammed."""
        known = _known(cabinet, cell)
        if known["jammed"] or f"{cabinet}:{cell}" in settings.BANSHI_JAMMED:
            return "jammed"
        if known["left"]:
            return "left"
        opened = datetime.fromisoformat(known["open"]) if known["open"] else None
        return "open" if opened is not None and opened <= now < opened + OPEN_FOR else "shut"

    def press(self, cabinet: str, cell: int, how: str) -> None:
        """Somebody at the door: jam | mend | leave (it is left open) | shut."""
        changes: dict[str, dict[str, Any]] = {
            "jam": {"jammed": True, "open": "", "left": False}, "mend": {"jammed": False},
            "leave": {"left": True}, "shut": {"open": "", "left": False},
        }  # fmt: skip
        known = _known(cabinet, cell)
        if how in PRESSES and not (how == "leave" and known["jammed"]):
            _keep(cabinet, cell, {**known, **changes[how]})


opened = StandIn()


def not_set(cabinet: str, cell: int) -> None:
    """Nobody said what opens doors here. :raises DoorStuck: always."""
    raise DoorStuck("not-set")


def _jams_on(cabinet: str, cell: int) -> int:
    """On which opening it jams by itself; 0: on none."""
    one_in = settings.BANSHI_JAM_ONE_IN
    kind = int(hashlib.sha256(f"{cabinet}:{cell}".encode()).hexdigest(), 16)
    return kind // one_in % OPENINGS + 1 if one_in and kind % one_in == 0 else 0


def _known(cabinet: str, cell: int) -> dict[str, Any]:
    found = _memory().known(_name(cabinet, cell)) if settings.BANSHI_CABINETS_FOLDER else None
    return {"times": 0, "jammed": False, "open": "", "left": False, **(found or {})}


def _keep(cabinet: str, cell: int, said: dict[str, Any]) -> None:
    if settings.BANSHI_CABINETS_FOLDER:
        _memory().keep(_name(cabinet, cell), said)


def _name(cabinet: str, cell: int) -> str:
    return hashlib.sha256(f"{cabinet}:{cell}".encode()).hexdigest()[:LONGEST]


def _memory() -> Memory:
    return Memory(Path(settings.BANSHI_CABINETS_FOLDER))
