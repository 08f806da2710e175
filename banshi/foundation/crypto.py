"""Personal data at rest: AEAD-encrypted text columns and blind indexes.

Stored form: `v1:<alg>:<key id>:<base64url nonce+ciphertext>`; the associated data is `table.column`, so a value moved to
another column no longer opens. A blind index is HMAC-SHA256 of the normalised value under its own key: unique look-ups
without reading. Keys: settings.BANSHI_DATA_KEYS = {key id: 32 bytes}, newest first; BANSHI_INDEX_KEY = 32 bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

SEALED = "v1:aesgcm:"  # how every sealed value begins


class Unreadable(Exception):
    """The value was stored under a key this installation does not have, or was tampered with."""


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt(text: str, *, place: str) -> str:
    """Encrypt under the newest key. :param place: `table.column`, bound as associated data."""
    key_id, key = next(iter(settings.BANSHI_DATA_KEYS.items()))
    nonce = os.urandom(12)
    sealed = nonce + _cipher(key).encrypt(nonce, text.encode(), place.encode())
    return f"v1:aesgcm:{key_id}:{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt(stored: str, *, place: str) -> str:
    """:raises Unreadable: unknown key, wrong place or tampered text."""
    try:
        version, algorithm, key_id, body = stored.split(":", 3)
        if (version, algorithm) != ("v1", "aesgcm"):
            raise Unreadable(f"unknown form {version}:{algorithm}")
        sealed = base64.urlsafe_b64decode(body)
        return _cipher(settings.BANSHI_DATA_KEYS[key_id]).decrypt(sealed[:12], sealed[12:], place.encode()).decode()
    except (ValueError, KeyError, InvalidTag) as trouble:
        raise Unreadable(place) from trouble


def blind_index(value: str, *, purpose: str) -> str:
    """HMAC-SHA256 of a normalised value, hex. Same value and purpose → same index; not reversible without the key."""
    return hmac.digest(settings.BANSHI_INDEX_KEY, f"{purpose}\0{value}".encode(), "sha256").hex()


def sign(text: str, *, purpose: str, length: int = 12) -> str:
    """Short signature for codes printed on paper and QR; base32, upper case, without padding."""
    digest = hmac.new(settings.BANSHI_INDEX_KEY, f"sign\0{purpose}\0{text}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:length]


def signed_ok(text: str, signature: str, *, purpose: str) -> bool:
    """Constant-time check of `sign`."""
    return (
        signature.isascii()
        and hmac.compare_digest(sign(text, purpose=purpose, length=len(signature) or 1), signature)
        and len(signature) >= 12
    )


LIVE_BOOKING = "live-booking"  # signs an appointment's code for the stream of its page


def link_key(code: str, turn: int = 0) -> str:
    """The `k` of an appointment's link: whoever holds it acts without signing in.

    :param turn: how often the appointment has changed hands; the links of before open nothing any more.
    """
    return sign(turned(code, turn), purpose="link")


def link_key_ok(code: str, key: str, turn: int = 0) -> bool:
    """Whether somebody holds the link as it was sent to whoever has the appointment now."""
    return signed_ok(turned(code, turn), key, purpose="link")


def clients_key(code: str, turn: int, phone_index: str) -> str:
    """The `k` of the link a client has to what an agent booked for them: of their telephone, and of no later one.

    :param phone_index: blind index of the number the link goes to.
    """
    return sign(f"{turned(code, turn)}@{phone_index}", purpose="link")


def clients_key_ok(code: str, key: str, turn: int, phone_index: str) -> bool:
    """Whether somebody holds the client's link as it was sent to this telephone."""
    return signed_ok(f"{turned(code, turn)}@{phone_index}", key, purpose="link")


def turned(code: str, turn: int) -> str:
    """What is signed of an appointment that has changed hands `turn` times."""
    return f"{code}#{turn}" if turn else code


def rating_key(ref: str) -> str:
    """What opens the rating of a number: on the slip and in messages, never where staff work, who see its ref."""
    return sign(ref, purpose="rating", length=16)


def rating_key_ok(ref: str, key: str) -> bool:
    """Whether somebody holds the slip or the message of a number."""
    return len(key) == len(rating_key(ref)) and signed_ok(ref, key, purpose="rating")


class EncryptedText(models.TextField):  # type: ignore[type-arg]
    """Text that only the application can read. Not searchable: pair it with a blind index."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(str(value), place=self.place)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value, place=self.place)


class FreeText(EncryptedText):
    """What somebody wrote in their own words – a reason, a note, an answer – and may name anybody in.

    Nothing written stays nothing. What stands there in clear is read as it stands: SQL may put a public text there, such as
    the reason of a closure.

    :param place: what the value is bound to, where SQL copies it from column to column; else its own column.
    """

    def __init__(self, *args: Any, place: str = "", **options: Any) -> None:
        self._place = place
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, **({"place": self._place} if self._place else {})}

    @property
    def place(self) -> str:
        return self._place or super().place

    def get_prep_value(self, value: Any) -> str | None:
        return value if value is None else words_sealed(str(value), place=self.place)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else words_opened(value, place=self.place)


def words_sealed(text: str, *, place: str) -> str:
    """As `FreeText` stores it."""
    return encrypt(text, place=place) if text else ""


def words_opened(stored: str, *, place: str) -> str:
    """:raises Unreadable: see `decrypt`."""
    return decrypt(stored, place=place) if stored.startswith(SEALED) else stored
