"""Comparing a face with the picture in a card, at the machine: a demo's, which has no camera. It says yes, unless a setting of
the process says otherwise. A real one asks the machine's own program and hears yes or no; no picture leaves the machine.
"""

from __future__ import annotations

import os

from banshi.rooms.devices.ports import NoFace


def stand_in(device: str, session: str) -> bool:
    """:raises NoFace: where `BANSHI_FACES` says `away`: nobody before the camera. `no`: another face."""
    said = os.environ.get("BANSHI_FACES", "yes")
    if said == "away":
        raise NoFace
    return said != "no"
