"""What the room needs from outside: something that opens the door of a cell, a carrier that takes parcels.

The adapters are named by the settings `BANSHI_CABINETS` and `BANSHI_COURIER` (dotted paths): the room knows none. How a parcel
goes is believed to a signed word of the carrier alone (`kernel.signing`), or to what it answers when it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class DoorStuck(Exception):
    """The door did not open, or the cabinet does not answer."""


class Doors(Protocol):
    """Opens one door within a few seconds, or raises `DoorStuck`. Opening an open door changes nothing."""

    def __call__(self, cabinet: str, cell: int) -> None: ...


class CourierDown(Exception):
    """The carrier does not answer, or cannot do it now: ask again later."""


@dataclass(frozen=True)
class Consignment:
    """What is to be carried, and who is asked for the money. `reference`: ours."""

    reference: str
    sender: str
    sender_address: str
    name: str
    phone: str  # E.164
    address: str
    payer: str  # receiver | hall


@dataclass(frozen=True)
class Told:
    """One thing that happened to a parcel, as the carrier says. `event`: the carrier's own id of it; `status`: one of
    `rules.WORDS`; `signer`: who signed, of `delivered`."""

    event: str
    status: str
    at: datetime
    signer: str = ""


class Courier(Protocol):
    """Each call answers within seconds, or raises `CourierDown`. Again with the same reference does nothing again."""

    def order(self, consignment: Consignment) -> str:
        """:returns: the number of the waybill (运单号)."""
        ...

    def trace(self, waybill: str) -> Sequence[Told]:
        """Everything that happened to it so far."""
        ...
