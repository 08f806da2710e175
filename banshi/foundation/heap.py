"""Garbage, and what is none: all that a process has loaded by the time it begins to serve stays until it ends.

A full collection looks through everything that lives, while nobody is answered: with all rooms and pages loaded that takes a
tenth of a second, in the middle of whatever request made the last object.
"""

from __future__ import annotations

import gc

# Objects made before the young are looked through; as a batch for a whole hall makes tens of thousands, and nearly all of
# them go by themselves.
YOUNG, OLDER, OLD = 10_000, 10, 10


def settle() -> None:
    """Never look again through what is there now, and less often through what is made from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLD)
