"""Writes on charges, payments, refunds and waivers."""

from banshi.rooms.fees.actions.charging import Line, lessen, lock, lock_all, raise_charge, release, waive
from banshi.rooms.fees.actions.paying import (
    Came,
    ask_till,
    begin,
    came,
    close,
    fail,
    lead_to_till,
    take_at_window,
)
from banshi.rooms.fees.actions.refunding import give_back, given_by_hand

__all__ = [
    "Came",
    "Line",
    "ask_till",
    "begin",
    "came",
    "close",
    "fail",
    "give_back",
    "given_by_hand",
    "lead_to_till",
    "lessen",
    "lock",
    "lock_all",
    "raise_charge",
    "release",
    "take_at_window",
    "waive",
]
