"""A cabinet whose doors are not there: the demo's. Each opens, but for those it was told to jam.

`BANSHI_JAMMED` names cells that stay shut, separated by commas (`nancheng-cabinet-1:3`). A real lock board answers behind
the same port: `banshi.rooms.delivery.ports.Doors`.
"""

from __future__ import annotations

import structlog
from django.conf import settings

from banshi.rooms.delivery.ports import DoorStuck

log = structlog.get_logger("banshi.cabinets")


def opened(cabinet: str, cell: int) -> None:
    """:raises DoorStuck: a cell that is to jam."""
    if f"{cabinet}:{cell}" in settings.BANSHI_JAMMED:
        raise DoorStuck("jammed")
    log.info("door-opened", cabinet=cabinet, cell=cell)


def not_set(cabinet: str, cell: int) -> None:
    """Nobody said what opens doors here. :raises DoorStuck: always."""
    raise DoorStuck("not-set")
