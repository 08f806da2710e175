"""The seat's hand on a machine's screen, as values: what stands on it, in words, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from banshi.frames import remote_hand
from banshi.frames.remote_hand import Done, Shown
from banshi.kernel.refusals import Refused
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession

KINDS = {
    "point": pgettext_lazy("hand", "Point at"), "fill": pgettext_lazy("hand", "Write"),
    "press": pgettext_lazy("hand", "Press"), "print": pgettext_lazy("hand", "Print"),
    "open": pgettext_lazy("hand", "Open"),
}  # fmt: skip
STATES = {
    "asked": pgettext_lazy("hand", "Asked"), "allowed": pgettext_lazy("hand", "Allowed"),
    "declined": pgettext_lazy("hand", "Declined"), "done": pgettext_lazy("hand", "Done"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """An act, in words. `tone` of its tag."""

    act: Done
    kind: Any
    state: Any
    tone: str


@dataclass(frozen=True)
class Hand:
    """`allowed`: the screen may be seen. `screen` None: nothing was told of it yet. `key`: of the next act asked for."""

    allowed: bool
    screen: Shown | None
    acts: tuple[Line, ...]
    key: str
    refused: Refused | None = None


_TONES = {"asked": "wait", "allowed": "info", "declined": "", "done": "ok"}


def hand_of(session: RemoteSession, *, refused: Refused | None = None) -> Hand | None:
    """None: the caller stands at no machine, or it is over."""
    if session.origin != "kiosk" or session.state != "talking":
        return None
    acts = [
        Line(each, KINDS[each.kind], STATES[each.state], _TONES[each.state])
        for each in remote_hand.done_so_far(session)
    ]
    allowed = "screen" in queries.consents_of(session)
    screen = remote_hand.shown(session) if allowed else None
    return Hand(allowed, screen, tuple(acts), remote_hand.key(), refused)
