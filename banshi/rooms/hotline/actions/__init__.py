"""Open an order, give it to a line, reply, return, join, remind; ring the caller up, close, rate."""

from banshi.rooms.hotline.actions.ending import close, forget_words, rate, revisit
from banshi.rooms.hotline.actions.lines import answer, assign, became, give_back, remind, reply
from banshi.rooms.hotline.actions.phoning import Event, hang_up, heard, ring_up, settle, take_call, taken_down
from banshi.rooms.hotline.actions.taking import Opening, join, open_order

__all__ = [
    "Event",
    "Opening",
    "answer",
    "assign",
    "became",
    "close",
    "forget_words",
    "give_back",
    "hang_up",
    "heard",
    "join",
    "open_order",
    "rate",
    "remind",
    "reply",
    "revisit",
    "ring_up",
    "settle",
    "take_call",
    "taken_down",
]
