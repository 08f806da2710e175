"""Lists as people read them."""

from __future__ import annotations

from collections.abc import Iterable

MARKS = {"zh": "、", "en": ", "}
BETWEEN_PAPERS = {"zh": "；", "en": "; "}  # as they are kept: their names have 、 and commas of their own


def each_once(lists: Iterable[str], *, tongue: str) -> str:
    """Several written lists of papers as one: each once, in the order in which it comes."""
    mark = BETWEEN_PAPERS[tongue]
    return mark.join(dict.fromkeys(thing for one in lists for thing in one.split(mark) if thing))
