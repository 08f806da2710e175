"""What the library needs from outside: something that opens strangers' files where they can do no harm, and something that
knows viruses.

The adapters are named by the settings `BANSHI_INTAKE` and `BANSHI_SCANNER` (dotted paths; the scanner may be "" = none).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Cleaned:
    """A file as it may be kept and shown: a picture drawn anew, or a PDF in which nothing runs.

    :param mime: image/jpeg or application/pdf.
    """

    content: bytes
    mime: str
    pages: int


class Rejected(Exception):
    """The file is not taken; `why` is a key of `rules.REASONS`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Busy(Exception):
    """Too many files are being opened just now."""


class Intake(Protocol):
    """Opens a file apart from this process, with bounds on memory and time."""

    def __call__(self, content: bytes) -> Cleaned:
        """:raises Rejected: with why. :raises Busy: try again in some seconds."""
        ...


class Scanner(Protocol):
    """Looks for viruses."""

    def __call__(self, content: bytes) -> str | None:
        """What was found, None for nothing.

        :raises OSError: it does not answer.
        """
        ...
