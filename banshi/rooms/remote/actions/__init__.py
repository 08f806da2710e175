"""What happens in the video service. Every action takes `now`, hall time, and says no with a reason."""

from __future__ import annotations

from banshi.rooms.remote.actions.asking import Asking, ask, call_back, close_due, is_for, leave, named, rate
from banshi.rooms.remote.actions.calls import answer, assign, decline, end, not_answered, transfer
from banshi.rooms.remote.actions.ground import SEATS, TOPIC
from banshi.rooms.remote.actions.hand import act_done, answer_act, ask_act, show_screen
from banshi.rooms.remote.actions.recording import (
    answer_recording,
    ask_recording,
    close_silent,
    delete_recordings,
    keep_chunk,
    look_at,
    stop_recording,
)
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
    "answer_recording",
    "ask",
    "ask_act",
    "ask_recording",
    "assign",
    "away",
    "call_back",
    "close_due",
    "close_silent",
    "consent",
    "decline",
    "delete_recordings",
    "end",
    "forget_signals",
    "forget_words",
    "is_for",
    "keep_chunk",
    "leave",
    "look_at",
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
    "stop_recording",
    "take_back",
    "tell_near",
    "transfer",
]
