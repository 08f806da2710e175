"""What the cases room needs from outside: somebody who sets official papers (文书), and a record of bad credit.

The adapters are named by the settings `BANSHI_TYPESETTER` and `BANSHI_CREDIT` (dotted paths): the room knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class CannotSet(Exception):
    """A paper that could not be set. The words name no person: they may stand in a log.

    :ivar signs: characters that no font has, as `U+20BB7`.
    """

    def __init__(self, kind: str, why: str, signs: tuple[str, ...] = ()) -> None:
        super().__init__(f"{kind}: {why}{' ' if signs else ''}{' '.join(signs)}")
        self.kind, self.signs = kind, signs


class Typesetter(Protocol):
    """Sets papers as PDF/A. The same data are the same bytes, whenever and wherever they are set."""

    def compose(self, kind: str, data: Mapping[str, Any]) -> bytes:
        """:param data: what `rules.papers.sheet` or `rules.copies.copy_sheet` made.

        :raises CannotSet: a kind or a shape it does not know, or a character that no font has.
        """
        ...

    def mark(self, content: bytes, data: Mapping[str, Any]) -> bytes:
        """A PDF that we made ourselves, with what it is for over each page. The same from the same.

        :param data: what `rules.copies.mark` made. :raises CannotSet: a character that no font has.
        """


class Outdated(OSError):
    """What the record has is too old to go by."""


class CreditRecord(Protocol):
    """Knows whom a record of bad credit names: papers of theirs do not follow later (容缺受理). `BANSHI_CREDIT`."""

    def barred(self, *, kind: str, number: str) -> bool:
        """:param kind: of the document by which they are known, or `uscc` of an organisation.
        :raises OSError: no answer. :raises Outdated: none that is new enough."""
        ...
