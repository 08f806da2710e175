"""What is done to night zones (24 小时自助区): in, out, help, closed for today."""

from banshi.rooms.zones.actions.closing import close_for_today, open_again
from banshi.rooms.zones.actions.entering import (
    draw_code,
    enter,
    enter_by_code,
    forget_old,
    is_opening,
    left,
    left_by_card,
    noted_out,
    opened_by_hand,
    settle,
    sweep,
    why_shut,
)
from banshi.rooms.zones.actions.helping import answer_help, call_for_help, end_help, tell_of_help

__all__ = [
    "answer_help", "call_for_help", "close_for_today", "draw_code", "end_help", "enter", "enter_by_code", "forget_old",
    "is_opening", "left", "left_by_card", "noted_out", "open_again", "opened_by_hand", "settle", "sweep", "tell_of_help",
    "why_shut",
]  # fmt: skip
