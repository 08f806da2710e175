"""Open an order, give it to a line, reply, return, join, remind; ring the caller up, close, rate."""

from banshi.rooms.hotline.actions.ending import close, forget_words, rate, revisit
from banshi.rooms.hotline.actions.lines import answer, assign, became, give_back, remind, reply
from banshi.rooms.hotline.actions.taking import Opening, join, open_order

__all__ = [
    "Opening",
    "answer",
    "assign",
    "became",
    "close",
    "forget_words",
    "give_back",
    "join",
    "open_order",
    "rate",
    "remind",
    "reply",
    "revisit",
]
