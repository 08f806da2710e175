"""缴费: what a charge may become, and what a payment that comes in means."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table

CHARGE = Table(
    "charge",
    states=["due", "paid", "waived", "released"],
    ends=["released"],
    steps={
        "pay": Step("due", to="paid"),
        "waive": Step("due", to="waived"),
        "release": Step("due", "paid", "waived", to="released"),  # the case ended: it owes nothing
    },
)
PAYMENT = Table(
    "payment",
    states=["started", "paid", "failed", "closed"],
    ends=["paid"],
    steps={
        "fail": Step("started", to="failed"),
        "close": Step("started", to="closed"),
        "pay": Step("started", "failed", "closed", to="paid"),  # money that comes late is kept, never lost
    },
)
WAYS: Final = ("window", "qr", "kiosk")
MEANS: Final = (
    "",
    "cash",
    "card",
    "qr",
)  # at a window: what the clerk took; "qr": scanned with the window's own machine
WHYS: Final = ("double", "wrong", "ended", "less")  # why money goes back
TAKES_FOR: Final = timedelta(minutes=15)  # so long an address of the till takes money
ASK_AFTER: Final = timedelta(seconds=30)  # a till that said nothing is asked
ASK_EVERY: Final = timedelta(minutes=1)
CLOSED_AFTER: Final = timedelta(hours=1)  # nothing came: no longer asked; a word that comes later still counts
AGAIN_AFTER: Final = timedelta(minutes=5)  # a refund that the till could not do


def settled(state: str) -> Refusal | None:
    """Why nothing can be paid or let off. :param state: of the charge."""
    return None if state == "due" else Refusal("fee-settled", {"state": state})


def means(*, state: str, due: int, came: int) -> Literal["", "double", "wrong", "ended"]:
    """What money that came in means: "" – it settles the charge; else why it goes back.

    :param state: of the charge. :param due: fen that are owed. :param came: fen that came.
    """
    if state == "released":
        return "ended"
    if state != "due":
        return "double"
    return "" if came == due else "wrong"
