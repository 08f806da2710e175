"""What the room needs from outside: a till (收银台) that takes money on a telephone, and gives it back.

The adapter is named by the setting `BANSHI_TILL` (a dotted path): the room knows none. Whether something was paid is believed
to a signed word of the till alone (`rules.signed`), or to what it answers when it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


class TillDown(Exception):
    """The till does not answer, or cannot do it now: ask again later."""


@dataclass(frozen=True)
class Told:
    """How a payment stands, as the till says. `fen`: what came, 0 before; `number`: the till's own."""

    state: Literal["open", "paid", "failed"]
    fen: int = 0
    number: str = ""


class Till(Protocol):
    """Each call answers within seconds, or raises `TillDown`. Again with the same reference does nothing again."""

    def start(self, *, reference: str, fen: int, subject: str, until: datetime, back: str) -> str:
        """Where a person pays it: an address, also shown as a QR code. No later than `until`.

        :param subject: what it is for, in a few words without names. :param back: where the till leads who has paid.
        """
        ...

    def ask(self, reference: str) -> Told: ...

    def refund(self, *, reference: str, refund: str, fen: int) -> str:
        """Give money back the way it came. :param refund: our reference of it. :returns: the till's number of it."""
        ...
