"""Large files that come in parts (断点续传): what may come next, and how many may be under way. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from banshi.kernel.refusals import Refusal
from banshi.rooms.library.rules import size_refusal
from banshi.rooms.library.rules.chunks import CHUNK

PART = CHUNK  # bytes: a part is kept as one sealed piece
MOST_AT_ONCE = 4 * PART  # bytes in one request
PLACES = 5  # files of one sender under way at once
IDLE = timedelta(hours=1)  # without a part: its place goes to the next, where one is needed
KEPT = timedelta(hours=24)  # without a part: forgotten
FULL_S = 600  # when to come again where the room for parts is full

_SHA256 = re.compile(r"[0-9a-f]{64}")


def start_refusal(size: int, sha256: str) -> Refusal | None:
    """Why a file is not begun, or None. :param sha256: of the whole, "" where it is not known."""
    if sha256 and not _SHA256.fullmatch(sha256):
        reason = {"zh": "SHA-256 是 64 位小写十六进制", "en": "A SHA-256 is 64 small hexadecimal digits"}
        return Refusal("invalid", {"field": "sha256", "reason": reason})
    return size_refusal(size)


def come_before(*, offset: int, length: int, received: int) -> bool:
    """Whether all of a part has come before: whoever did not hear the answer sends it again."""
    return length > 0 and offset + length <= received


def part_refusal(*, offset: int, length: int, received: int, size: int) -> Refusal | None:
    """Why a part is not taken, or None: parts follow each other, whole ones but for the file's last."""
    if offset != received:
        return Refusal("wrong-offset", {"offset": received})
    if 0 < length <= MOST_AT_ONCE and (offset + length == size or (offset + length < size and length % PART == 0)):
        return None
    reason = {
        "zh": f"每段是 {PART} 字节的整倍数，不超过 {MOST_AT_ONCE} 字节；最后一段到文件末尾为止",
        "en": f"A part is a multiple of {PART} bytes, {MOST_AT_ONCE} at most; the last one ends where the file ends",
    }
    return Refusal("invalid", {"field": "body", "reason": reason})


def place_for(under_way: dict[int, datetime], *, now: datetime) -> tuple[int | None, datetime]:
    """A place for one more file of a sender: a free one, else the one that has been idle longest, if for `IDLE`.

    :param under_way: place → when its last part came.
    :returns: the place, or None with the moment at which one is given up.
    """
    for place in range(1, PLACES + 1):
        if place not in under_way:
            return place, now
    place, since = min(under_way.items(), key=lambda each: each[1])
    return (place, now) if since + IDLE <= now else (None, since + IDLE)


def matches(content: bytes, sha256: str) -> bool:
    """Whether the whole is what was announced."""
    return not sha256 or hashlib.sha256(content).hexdigest() == sha256
