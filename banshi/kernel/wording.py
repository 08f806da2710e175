"""What staff write for other people to read – reasons, answers, advice –, on pages and in messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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


# English nouns that are counted in templates. One of them is said as one, also in words that a hall wrote itself.
COUNTED = {
    "appointments": "appointment", "days": "day", "hours": "hour", "minutes": "minute", "numbers": "number",
    "people": "person", "persons": "person", "places": "place", "seconds": "second", "times": "time", "visits": "visit",
    "windows": "window",
}  # fmt: skip
_COUNTED = re.compile(rf"\{{(\w+)\}} ({'|'.join(COUNTED)})\b")


def counted(template: str, values: Mapping[str, Any]) -> str:
    """The template, its nouns in the singular where there is one: “{minutes} minutes” → “{minutes} minute”."""

    def put(found: re.Match[str]) -> str:
        name, noun = found.groups()
        return f"{{{name}}} {COUNTED[noun] if str(values.get(name)) == '1' else noun}"

    return _COUNTED.sub(put, template)
