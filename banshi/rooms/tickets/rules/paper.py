"""Paper numbers (纸质号): a letter of their own, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from string import ascii_uppercase

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Given:
    """Numbers first–last of a category, given between two moments. `left`: went without being served; `waiting`: still
    stand in line; the others were served."""

    category: str
    first: int
    last: int
    starts_at: datetime
    ends_at: datetime
    left: frozenset[int] = field(default=frozenset())
    waiting: frozenset[int] = field(default=frozenset())

    def each(self) -> Iterator[tuple[int, str, datetime]]:
        """(number, state, about when it was given): they are spread evenly, because nobody wrote the time down."""
        step = (self.ends_at - self.starts_at) / (self.last - self.first + 1)
        for n in range(self.first, self.last + 1):
            state = "left" if n in self.left else "waiting" if n in self.waiting else "finished"
            yield n, state, self.starts_at + step * (n - self.first)


def paper_letter(letter: str, taken: Collection[str]) -> str:
    """Two signs that begin no machine's number and no other category's paper: P and the letter, where that is free.

    :param taken: letters of the hall's categories and of its paper so far.
    """
    wanted = f"P{letter[:1]}"
    others = (a + b for a in "PQXYZ" + ascii_uppercase for b in "123456789" + ascii_uppercase)
    return wanted if wanted not in taken else next(each for each in others if each not in taken)
