"""Of several bookings on one document: which are its person's, as far as can be told from what they are in.

Pure functions. A booking is the person's own where it carries evidence or was made by the account proven to be theirs; one
that was only declared may be anybody's, and the name on the card says more than who was first.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

_TYPED = "typed"


def typed_holder() -> str:
    """Holder of a number for which a document was only typed. Anybody can type it: each time it is a holder of its own."""
    return f"{_TYPED}:{secrets.token_hex(8)}"


def is_typed(holder: str) -> bool:
    return holder == _TYPED or holder.startswith(f"{_TYPED}:")


def tells_the_person(holder: str) -> bool:
    """Whether a booking that gives no telephone is told to the person it is for. One made for somebody behind a key (an app, a
    machine) only names a document: nothing is sent to its holder because of that.

    :param holder: of the booking ("" = the person, by evidence).
    """
    return not holder.startswith("key:")


def shows_more(holder: str, *, than: str) -> bool:
    """The person by evidence, before whoever booked, before a typed number."""

    def rank(one: str) -> int:
        return 0 if not one else 2 if is_typed(one) else 1

    return rank(holder) < rank(than)


class Fit(IntEnum):
    """How well a booking fits the person who is here, best first."""

    OWN = 0  # with evidence, or by the account that is theirs
    NAMED = 1  # declared, in the name on the card
    UNKNOWN = 2  # declared, and no name to compare
    STRANGE = 3  # declared, in another name


@dataclass(frozen=True)
class OnDocument:
    """A booking: its matter, who made it ("" = the person, by evidence) and the blind index of the name it is in."""

    item: int
    holder: str
    name: str


def fit(booking: OnDocument, *, card: str) -> Fit:
    """:param card: blind index of the name on the card; "" where none was read."""
    if not booking.holder:
        return Fit.OWN
    if not card or not booking.name:
        return Fit.UNKNOWN
    return Fit.NAMED if booking.name == card else Fit.STRANGE


def unclear(bookings: Sequence[OnDocument], *, card: str) -> bool:
    """Whether only the person can say which of these, that fit equally well, is theirs."""
    if any(fit(each, card=card) == Fit.OWN for each in bookings):
        return False
    return len({each.item for each in bookings}) > 1 and len({each.holder for each in bookings}) > 1


def falls_free(double: OnDocument, *, used: OnDocument, card: str) -> bool:
    """Whether a booking that is not used is a double of the one used: the same matter, or plainly a stranger's."""
    one, other = fit(used, card=card), fit(double, card=card)
    if other == Fit.OWN or one > other:
        return False
    return double.item == used.item or (other == Fit.STRANGE and one < Fit.STRANGE)
