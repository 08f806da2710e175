"""What to bring, in a message: how many papers, and the first of them as far as there is room; the rest is behind the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from banshi.kernel.lists import BETWEEN_PAPERS, MARKS
from banshi.rooms.messaging.rules.templates import language_of, parts, render
from banshi.rooms.messaging.rules.values import MOST_THINGS

MOST_PARTS = 3  # text messages that one message should take, its link among them
LEAST_NAMED = 2


def papers(params: Mapping[str, Any], *, language: str) -> tuple[str, ...]:
    """The papers of one appointment or several, by name; none where a message speaks of none, or lists what else is to bring."""
    said = params.get(f"bring_{language_of(language)}")
    if isinstance(said, str):
        return tuple(each for each in said.split(BETWEEN_PAPERS[language_of(language)]) if each)
    return ()


def papers_said(names: Sequence[str], *, language: str, named: int) -> str:
    """How many papers there are, and the first so many of them: `身份证、户口簿等 6 样`, `6 papers: ID card and 5 more`."""
    count, tongue = len(names), language_of(language)
    mark = BETWEEN_PAPERS[tongue] if any(MARKS[tongue].strip() in each for each in names[:named]) else MARKS[tongue]
    listed = mark.join(names[:named])
    if count <= 1:
        return listed
    if tongue == "en":
        return f"{count} papers: {listed}" + (f" and {count - named} more" if named < count else "")
    return f"{listed}等 {count} 样" if named < count else f"{listed}（共 {count} 样）"


def fitted(template: str, said: Mapping[str, str], names: Sequence[str], *, language: str) -> dict[str, str]:
    """The values of a message, with as many papers named as it has room for."""
    values = dict(said)
    for named in range(min(len(names), MOST_THINGS), 0, -1):
        values["bring"] = papers_said(names, language=language, named=named)
        if named <= LEAST_NAMED or parts(render(template, values)) <= MOST_PARTS:
            break
    return values
