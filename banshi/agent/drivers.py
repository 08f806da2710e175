"""What a machine has: a driver for each part, real or simulated. One answers within seconds, or raises `Trouble`.

A driver does what it is told once and tries nothing again: it cannot know whether something came out. `health` is asked every few
seconds beside the work, from another thread, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Health = Literal["ok", "low", "out", "jam", "broken", "left"]


class Trouble(Exception):
    """Nothing came out, nothing opened. `why`: one of `WHYS` (kernel/machine_orders.py)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Unsure(Exception):
    """Something may have come out, and the driver cannot tell. `why`: as above."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Card:
    """What a chip said: never kept, never logged."""

    number: str
    name: str
    kind: str


class Part(Protocol):
    def health(self) -> Health: ...


class ReceiptPrinter(Part, Protocol):
    def print_slip(self, slip: Mapping[str, Any]) -> None:
        """A slip in words (kernel/machine_orders.py), cut. :raises Trouble, Unsure."""


class PagePrinter(Part, Protocol):
    def print_pages(self, pdf: bytes) -> None:
        """A document, A4 or on licence paper. :raises Trouble, Unsure."""


class CardReader(Part, Protocol):
    def read(self) -> Card | None:
        """The identity card that lies there; None: none. :raises Trouble: half_read – it was taken away in the middle."""

    def lies(self) -> bool:
        """Whether any card lies there, without reading it; asked as `health` is."""


class Scanner(Part, Protocol):
    def read(self) -> str | None:
        """The code that is held before it; None: none."""


class Camera(Part, Protocol):
    def picture(self) -> bytes:
        """What stands before it now, as JPEG. Also the document camera's page."""


class Cabinet(Part, Protocol):
    def open_cell(self, cell: int) -> None:
        """:raises Trouble: stuck – it is shut as before."""


class Door(Part, Protocol):
    def open_door(self) -> None:
        """:raises Trouble: stuck. Leaving needs no order: from inside it opens by itself."""


class Evaluator(Part, Protocol):
    def stars(self) -> int | None:
        """1 to 5 as pressed since it was asked last; None: nothing."""


class Screen(Part, Protocol):
    def show(self, lines: Sequence[str]) -> None:
        """Lines of a LED screen, instead of those before."""


Parts = Mapping[str, Any]  # name, one of `PARTS`, → driver
