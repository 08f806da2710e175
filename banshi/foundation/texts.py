"""What PostgreSQL's text can hold: valid Unicode without NUL and without halves of surrogate pairs."""

from __future__ import annotations

import orjson


def is_text(value: str | bytes) -> bool:
    """Whether it can be stored as text (bytes: as UTF-8)."""
    try:
        text = value.decode("utf-8") if isinstance(value, bytes) else value
        text.encode("utf-8")
    except UnicodeError:
        return False
    return "\0" not in text


def is_json(body: bytes) -> bool:
    """Whether every string in it can be stored; not whether it is JSON at all."""
    if b"\\u0000" in body:
        return False
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return b"\0" not in body and is_text(body) and b"\\u" not in body
    return True
