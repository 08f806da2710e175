"""What messaging does.

writing: into the outbox · claiming: what is due, and by which channel · minding: whether it still holds · wording:
what it says · sending: out of the outbox · reaching: addresses of channels · forgetting: what was said long ago.
"""

from __future__ import annotations

from banshi.rooms.messaging.actions.capping import who_asked
from banshi.rooms.messaging.actions.forgetting import forget_old
from banshi.rooms.messaging.actions.minding import ask
from banshi.rooms.messaging.actions.reaching import bind, deliver
from banshi.rooms.messaging.actions.sending import drain, requeue_stuck, send_again
from banshi.rooms.messaging.actions.wording import reset_template, set_template
from banshi.rooms.messaging.actions.writing import (
    bring_back,
    drop,
    phone_index,
    row,
    send_elsewhere,
    unsay,
    write,
    write_rows,
)

__all__ = [
    "ask",
    "bind",
    "bring_back",
    "deliver",
    "drain",
    "drop",
    "forget_old",
    "phone_index",
    "requeue_stuck",
    "reset_template",
    "row",
    "send_again",
    "send_elsewhere",
    "set_template",
    "unsay",
    "who_asked",
    "write",
    "write_rows",
]
