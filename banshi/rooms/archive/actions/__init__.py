"""What is done in the archive."""

from __future__ import annotations

from banshi.rooms.archive.actions.holding import lift_hold, place_hold, set_retention
from banshi.rooms.archive.actions.keeping import archive, archive_due, take_out, verify
from banshi.rooms.archive.actions.purging import confirm, destroy_confirmed, drop, propose
from banshi.rooms.archive.actions.unsent import forget_unsent

__all__ = [
    "archive",
    "archive_due",
    "confirm",
    "destroy_confirmed",
    "drop",
    "forget_unsent",
    "lift_hold",
    "place_hold",
    "propose",
    "set_retention",
    "take_out",
    "verify",
]
