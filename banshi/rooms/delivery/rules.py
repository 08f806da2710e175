"""送达: how a result reaches whom it is for, and what opens it."""

from __future__ import annotations

from typing import Final

from banshi.kernel.transitions import Step, Table

HOW = ("counter", "electronic", "courier", "cabinet", "kiosk")
CODE_DIGITS: Final = 8
TRIES: Final = 5  # wrong codes until only the card helps

DELIVERY = Table(
    "delivery",
    states=["ready", "delivered"],
    ends=["delivered"],
    steps={"hand_over": Step("ready", to="delivered")},
)
