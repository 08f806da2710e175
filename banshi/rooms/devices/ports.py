"""What the devices room needs from outside: something that prints a slip.

The adapter is named by the setting `BANSHI_PRINTER` (a dotted path, like Django's e-mail backend): the room knows none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Slip:
    """A ticket's slip (号票), in the words that are to stand on it; the adapter only lays it out.

    `lines`: label and value, in order. `qr`: the address the holder's phone opens; "" = none.
    """

    hall: str
    kind: str
    number: str
    lines: tuple[tuple[str, str], ...]
    qr: str
    qr_says: str
    foot: tuple[str, ...]


Why = Literal["not_set", "offline", "no_paper", "wrong_address"]


class PrinterTrouble(Exception):
    """The slip did not come out. `why`: not_set | offline | no_paper | wrong_address."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why: Why = why
        super().__init__(detail or why)


class Printer(Protocol):
    """Prints one slip within a few seconds, or raises `PrinterTrouble`; prints nothing twice by itself."""

    def __call__(self, address: str, slip: Slip) -> None: ...


class PagePrinter(Protocol):
    """Prints one document, or raises `PrinterTrouble`; the adapter is named by `BANSHI_PAGE_PRINTER`."""

    def __call__(self, address: str, pdf: bytes) -> None: ...


class NoFace(Exception):
    """Nothing was compared: no camera, nobody before it, no light."""


class FaceCheck(Protocol):
    """Has a machine compare who stands before it with the picture in the card, there; nothing but yes or no leaves it.

    :param device: code of the machine. :param session: which check it is. :raises NoFace: it could not. The adapter is named by
        `BANSHI_FACE_CHECK`; "" = there is none, and the other ways lead on.
    """

    def __call__(self, device: str, session: str) -> bool: ...
