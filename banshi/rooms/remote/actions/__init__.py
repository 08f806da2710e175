"""What happens in the video service. Every action takes `now`, hall time, and says no with a reason."""

from __future__ import annotations

from banshi.rooms.remote.actions.asking import Asking, ask, call_back, close_due, is_for, leave, named, rate
from banshi.rooms.remote.actions.calls import answer, assign, decline, end, not_answered, transfer
from banshi.rooms.remote.actions.ground import SEATS, TOPIC
from banshi.rooms.remote.actions.hand import act_done, answer_act, ask_act, show_screen
from banshi.rooms.remote.actions.saying import (
    consent,
    forget_signals,
    forget_words,
    say,
    say_file,
    signal,
    take_back,
)
from banshi.rooms.remote.actions.seats import away, lose_silent, pause, ready, seen, set_up
from banshi.rooms.remote.actions.telling import tell_near

__all__ = [
    "SEATS",
    "TOPIC",
    "Asking",
    "act_done",
    "answer",
    "answer_act",
    "ask",
    "ask_act",
    "assign",
    "away",
    "call_back",
    "close_due",
    "consent",
    "decline",
    "end",
    "forget_signals",
    "forget_words",
    "is_for",
    "leave",
    "lose_silent",
    "named",
    "not_answered",
    "pause",
    "rate",
    "ready",
    "say",
    "say_file",
    "seen",
    "set_up",
    "show_screen",
    "signal",
    "take_back",
    "tell_near",
    "transfer",
]
