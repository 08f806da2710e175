"""Numbers people read aloud and type: ticket numbers, references with a check character, moments on the wire."""

from __future__ import annotations

import re
import unicodedata

# --- Ticket numbers (票号) -------------------------------------------------------------------------------------

_TICKET = re.compile(r"([A-Z]{1,2})([0-9]{3,})")


def ticket_number(prefix: str, sequence: int) -> str:
    """The number on the slip: letter and at least three digits, ("A", 12) → "A012", ("A", 1000) → "A1000".

    :raises ValueError: when the prefix is not one or two capital letters, or the sequence not positive.
    """
    if not re.fullmatch(r"[A-Z]{1,2}", prefix):
        raise ValueError(f"a ticket's prefix is one or two capital letters, not {prefix!r}")
    if sequence < 1:
        raise ValueError(f"tickets are counted from 1, not {sequence}")
    return f"{prefix}{sequence:03d}"


# --- References (预约号, 取件码) ---------------------------------------------------------------------------------

# Crockford's base 32: no I, L, O, U, so nothing is misread and no word is spelt.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD = 0b100101  # x⁵ + x² + 1, primitive: doubling walks through all 31 non-zero values before it repeats


class InvalidCode(ValueError):
    """The reference was mistyped: a character does not fit the others."""


def code_from(random_bytes: bytes) -> str:
    """A reference of one character for each random byte, plus a check character.

    Each character carries 5 bits: with 8 bytes about 10¹² references. The caller brings the randomness.

    :raises ValueError: when there are no bytes, or more than 30: beyond that two swapped characters go unnoticed.
    """
    if not 1 <= len(random_bytes) <= 30:
        raise ValueError(f"a reference is made from 1 to 30 bytes, not {len(random_bytes)}")
    body = "".join(ALPHABET[byte & 31] for byte in random_bytes)
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes one wrong character, or any two swapped, show.

    Weighted sum over GF(32) with the weights 2, 4, 8 … from the right.

    :raises KeyError: when `body` holds a character outside `ALPHABET`.
    """
    total = 0
    for character in body:
        total = _double(total ^ _VALUES[character])
    return ALPHABET[total]


def normalise_code(text: str) -> str:
    """The stored spelling of a reference as typed: capitals, no spaces or dashes, O read as 0, I and L as 1.

    :raises InvalidCode: when a character is foreign or the check character does not fit.
    """
    code = unicodedata.normalize("NFKC", text).upper().translate(_MISREAD)
    code = re.sub(r"[\s\-‐‑–—−]", "", code)
    if len(code) < 2 or any(character not in _VALUES for character in code):
        raise InvalidCode(f"{text!r} is not a reference")
    if check_character(code[:-1]) != code[-1]:
        raise InvalidCode(f"{text!r} is mistyped: its last character does not fit the others")
    return code


def grouped(code: str, *, size: int = 4) -> str:
    """A reference as printed, in groups that are easy to read aloud: "K7Q29M4XA" → "K7Q2-9M4X-A"."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def _double(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value
