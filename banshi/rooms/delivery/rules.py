"""送达: how a result reaches whom it is for, and what opens it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from banshi.kernel.transitions import Step, Table

HOW = ("counter", "electronic", "courier", "cabinet", "kiosk")
CODE_DIGITS: Final = 8
TRIES: Final = 5  # wrong codes until only the card helps
KINDS = ("drop", "result")  # what lies in a cell
OUT_BY = ("applicant", "staff", "moved")  # moved: its door did not open, it lies in another cell
LIES_FOR: Final = timedelta(hours=72)  # a result in a cell; then it goes to the issue window
WRONG_CODES: Final = 5  # at one cabinet, one after the other, until it waits

DELIVERY = Table(
    "delivery",
    states=["ready", "delivered"],
    ends=["delivered"],
    steps={"hand_over": Step("ready", to="delivered")},
)
