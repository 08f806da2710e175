"""What hooks do.

keeping: who wants to hear · gathering: what there is to tell · sending: telling it · forgetting: what was told long ago.
"""

from __future__ import annotations

from banshi.rooms.hooks.actions.forgetting import forget_old
from banshi.rooms.hooks.actions.gathering import gather
from banshi.rooms.hooks.actions.keeping import change_secret, end, ping, register, replay, turn_off, turn_on
from banshi.rooms.hooks.actions.sending import post, send_due

__all__ = [
    "change_secret",
    "end",
    "forget_old",
    "gather",
    "ping",
    "post",
    "register",
    "replay",
    "send_due",
    "turn_off",
    "turn_on",
]
