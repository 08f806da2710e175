"""Lists as people read them."""

from __future__ import annotations

from collections.abc import Iterable

MARKS = {"zh": "、", "en": ", "}


def each_once(lists: Iterable[str], *, tongue: str) -> str:
    """Several written lists as one: each thing once, in the order in which it comes."""
    mark = MARKS[tongue]
    return mark.join(dict.fromkeys(thing for one in lists for thing in one.split(mark) if thing))
