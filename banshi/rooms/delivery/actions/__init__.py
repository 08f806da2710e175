"""Writes on deliveries and cabinets."""

from banshi.rooms.delivery.actions.cabinets import (
    broken,
    give_up,
    hold_cell,
    install,
    open_door,
    opening,
    take_out,
    try_another,
)
from banshi.rooms.delivery.actions.handing import forget_code, hand_over, make_ready, moved

__all__ = [
    "broken",
    "forget_code",
    "give_up",
    "hand_over",
    "hold_cell",
    "install",
    "make_ready",
    "moved",
    "open_door",
    "opening",
    "take_out",
    "try_another",
]
