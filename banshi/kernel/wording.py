"""What staff write for other people to read – reasons, answers, advice –, on pages and in messages."""

from __future__ import annotations

from banshi.kernel.names import hidden
from banshi.kernel.refusals import Refused

UNSEEN = {
    "zh": "里面有看不见的字符，删掉后重新输入",
    "en": "There are characters in it that cannot be seen: type it again",
}


def is_legible(text: str) -> bool:
    return not hidden(text.replace("\n", " ").replace("\t", " "))


def legible(text: str, *, field: str = "why") -> str:
    """The text without spaces at its ends; lines may break, and nothing in it is unseen or turns it round.

    :raises Refused: invalid, naming the field.
    """
    kept = text.replace("\r\n", "\n").strip()
    if not is_legible(kept):
        raise Refused("invalid", facts={"field": field, "reason": UNSEEN})
    return kept
