"""What the seals need from outside: somebody who holds the keys and signs, and somebody who looks at strangers' signatures.

Named by the settings `BANSHI_SIGNER` (a dotted path, "" = papers are sealed by nobody here) and `BANSHI_SIGNATURES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class CannotSeal(Exception):
    """It was not signed. The words name no person: they may stand in a log and in the office."""


class SignerDown(CannotSeal):
    """Nor will anything else be for now: it does not answer."""


class Rejected(Exception):
    """A file whose signatures nobody can look at: `heavy` | `unreadable`."""


class Busy(Exception):
    """Many are being looked at; later."""


@dataclass(frozen=True)
class SealOf:
    """What a signer must know of a seal. `key`: by which it finds its key; `words`: what stands on it."""

    key: str
    words: str
    hall: str


@dataclass(frozen=True)
class Seen:
    """What a signature in a PDF says of itself and of the file; `signatures` = 0: nothing.

    :ivar intact: what was signed is what stands there. :ivar whole: and nothing was added since.
    :ivar trusted: one of our authorities vouches for its certificate, then. :ivar in_time: the certificate held then.
    :ivar certificate: SHA-256, in hexadecimal. :ivar name: whom the certificate names.
    """

    signatures: int
    intact: bool = False
    whole: bool = False
    trusted: bool = False
    in_time: bool = False
    signed_at: datetime | None = None
    certificate: str = ""
    name: str = ""


class Signer(Protocol):
    """Holds the keys of seals."""

    def enrol(self, seal: SealOf, *, at: datetime) -> str:
        """The certificate of a seal, and those that vouch for it, in PEM; its key is made where it is not there yet.

        :raises CannotSeal: there is none.
        """
        ...

    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        """A PDF, signed and sealed. The bytes that were there stay; a revision is added. Slow to begin: the worker's alone.

        :param beside: words on the paper that the seal's picture is set on. :param at: hall time, said in the signature.
        :raises CannotSeal: this one; SignerDown: nothing at present.
        """
        ...

    def picture(self, seal: SealOf) -> bytes:
        """What it looks like, as SVG. :raises CannotSeal: it cannot be drawn."""
        ...


class Signatures(Protocol):
    """Looks at a PDF that a stranger sent: in a process of its own, bounded."""

    def __call__(self, content: bytes, *, roots: Sequence[str]) -> Seen:
        """:param roots: certificates in PEM that are trusted. :raises Rejected: why. :raises Busy: no turn within a while."""
        ...
