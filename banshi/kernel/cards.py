"""What a chip reader says, told apart from what anybody can type: `BC1|seconds|number|name|kind|signature`.

The reader's driver makes its key from the machine's pairing secret (SHA-256 of `reader:` and the secret, as hex) and signs
everything before the last bar with it (HMAC-SHA-256, hex). The kind may be left empty; seconds are since 1970.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from banshi.kernel.documents import type_named

MARK = "BC1"
_SIGNED = 5  # parts behind the mark where it is signed
_PARTS = re.compile(r"[,;|\t，；]")
FRESH_S = 300  # a machine's clock may be a little off; what was read earlier is no card on the reader now


def sign(said: str, *, key: str) -> str:
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()


def number_in(text: str) -> str:
    """The document's number in what a reader types – `BC1|number|name|` as it lies there, or the signed line –, nothing checked;
    anything else as it is.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    mark, _, rest = said.partition("|")
    if mark.upper() != MARK:
        return text
    parts = [each.strip() for each in rest.split("|")]
    if len(parts) == _SIGNED and parts[0].isdigit():
        parts = parts[1:]
    return next((each for each in parts if any(c.isdigit() for c in each)), "")


def card_of(text: str, *, key: str, now: datetime) -> str | None:
    """`number|name|kind` of what a reader signed; None where it did not, or not now.

    :param now: machine time.
    """
    said, bar, signature = text.strip().rpartition("|")
    mark, _, rest = said.partition("|")
    seconds, _, card = rest.partition("|")
    if not (key and bar and mark == MARK and seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return None
    if not hmac.compare_digest(sign(said, key=key).encode(), signature.lower().encode()):
        return None
    return card if abs(now.timestamp() - int(seconds)) <= FRESH_S else None


@dataclass(frozen=True)
class Card:
    """What a document says, nothing checked; "" where it does not. `kind`: of document, one of `documents.IdType`."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    kind: str


def on_reader(text: str, *, key: str, now: datetime, demo: bool) -> Card | None:
    """The card on a machine's reader, as the reader signed it; None where it did not, or not now.

    :param now: machine time. :param demo: a machine without a reader takes `BC1|number|name` as a card laid on it.
    """
    said = card_of(text, key=key, now=now)
    if said is None and demo and not key:
        said = text.removeprefix(f"{MARK}|")
    return None if said is None else taken_apart(parts_of(said))


def parts_of(text: str) -> list[str]:
    """What was read or typed, at its bars, commas and tabs."""
    return [part.strip() for part in _PARTS.split(unicodedata.normalize("NFKC", text)) if part.strip()]


def taken_apart(parts: Sequence[str]) -> Card:
    """Number, name and perhaps the kind of document, in any order."""
    kind = next((found.value for found in map(type_named, parts) if found is not None), "")
    rest = [part for part in parts if type_named(part) is None]
    number = next((part for part in rest if any(c.isdigit() for c in part)), "")
    name = next((part for part in rest if part != number and not any(c.isdigit() for c in part)), "")
    return Card(number, name, kind)
