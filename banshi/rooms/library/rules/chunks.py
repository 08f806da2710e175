"""Files sealed piece by piece (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015): what is written and read never stands whole
in clear twice, and no piece can be changed, left out, put elsewhere or taken from another file.

Each blob has a key and a prefix of its own, from HKDF-SHA256 over the installation's key with a random salt. The nonce of a
piece is `prefix (7) | number (4) | 1 for the last, else 0`; the associated data is the blob's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 256 * 1024  # bytes in clear; 16 more when sealed
SALT = 32
_KEY, _PREFIX = 32, 7


class Sealer:
    """Seals and opens the pieces of one blob.

    :param key: the installation's, 32 bytes. :param salt: the blob's, `SALT` random bytes. :param blob: its name.
    """

    def __init__(self, key: bytes, *, salt: bytes, blob: str) -> None:
        self._name = blob.encode()
        made = HKDF(SHA256(), _KEY + _PREFIX, salt, b"banshi blob v1\0" + self._name).derive(key)
        self._aead, self._prefix = AESGCM(made[:_KEY]), made[_KEY:]

    def seal(self, no: int, piece: memoryview, *, last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(no, last), piece, self._name)

    def open(self, no: int, sealed: bytes, *, last: bool) -> bytes:
        """:raises cryptography.exceptions.InvalidTag: it is not this piece of this blob."""
        return self._aead.decrypt(self._nonce(no, last), sealed, self._name)

    def _nonce(self, no: int, last: bool) -> bytes:
        return self._prefix + no.to_bytes(4, "big") + bytes([last])


def count(size: int) -> int:
    """How many pieces so many bytes make; nothing is one piece too."""
    return max(1, -(-size // CHUNK))


def pieces(content: bytes) -> Iterator[memoryview]:
    """The content, cut, without a copy."""
    whole = memoryview(content)
    for no in range(count(len(content))):
        yield whole[no * CHUNK : (no + 1) * CHUNK]
