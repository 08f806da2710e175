"""Writes on deliveries, cabinets and parcels."""

from banshi.rooms.delivery.actions.cabinets import (
    broken,
    give_up,
    hold_cell,
    install,
    look_into,
    open_door,
    opened,
    opening,
    stayed_shut,
    take_out,
    try_another,
    works_again,
)
from banshi.rooms.delivery.actions.handing import Fetching, end, forget_code, hand_over, hand_paper, make_ready, moved
from banshi.rooms.delivery.actions.parcels import arrive, ask_waybill, come_back, hear, make_parcel, post, traced, void
from banshi.rooms.delivery.actions.printing import claim_copy, end_copy, printable_of
from banshi.rooms.delivery.actions.sending_in import announce, call_off, came
from banshi.rooms.delivery.actions.wishing import Receiver, forget_address, wish

__all__ = [
    "Fetching",
    "Receiver",
    "announce",
    "arrive",
    "ask_waybill",
    "broken",
    "call_off",
    "came",
    "claim_copy",
    "come_back",
    "end",
    "end_copy",
    "forget_address",
    "forget_code",
    "give_up",
    "hand_over",
    "hand_paper",
    "hear",
    "hold_cell",
    "install",
    "look_into",
    "make_parcel",
    "make_ready",
    "moved",
    "open_door",
    "opened",
    "opening",
    "post",
    "printable_of",
    "stayed_shut",
    "take_out",
    "traced",
    "try_another",
    "void",
    "wish",
    "works_again",
]
