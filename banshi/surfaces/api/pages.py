"""Lists, a page at a time, by opaque cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from banshi.surfaces.api.answers import invalid
from banshi.surfaces.api.schemas import Paged

FARTHEST = 1_000_000


def start_of(asked: Paged, *, farthest: int = FARTHEST) -> int:
    """Where the asked page starts. :raises Refused: invalid – not a cursor of ours."""
    if asked.cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(asked.cursor.encode("ascii") + b"=" * (-len(asked.cursor) % 4)).decode("ascii")
        prefix, number = text.split(":", 1)
        start = int(number) if number.isdecimal() and len(number) <= 18 else -1
    except (binascii.Error, UnicodeError, ValueError):
        prefix, start = "", -1
    if prefix != "o" or not 0 <= start <= farthest:
        raise invalid("cursor 不是上一页给出的 next", "cursor is not the `next` of a page")
    return start


def cursor_at(start: int) -> str:
    return base64.urlsafe_b64encode(f"o:{start}".encode()).decode().rstrip("=")


def page(rows: Sequence[Any], asked: Paged) -> dict[str, Any]:
    """The asked page of complete rows."""
    start = start_of(asked)
    end = start + asked.limit
    return {"data": list(rows[start:end]), "next": cursor_at(end) if len(rows) > end else None}


def page_of_more(rows: Sequence[Any], asked: Paged) -> dict[str, Any]:
    """A page from rows fetched from its start on, one more than its limit."""
    more = len(rows) > asked.limit
    return {"data": list(rows[: asked.limit]), "next": cursor_at(start_of(asked) + asked.limit) if more else None}
