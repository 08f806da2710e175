"""What a folder saves at the window: like is compared with like, matter by matter."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5  # visits of each kind, below which nothing is said


@dataclass(frozen=True)
class Mean:
    count: int
    seconds: float


@dataclass(frozen=True)
class Compared:
    """Counts of the visits compared; means and what a visit saves in seconds, None below `LEAST` of either."""

    with_folder: int
    without: int
    with_mean_s: float | None
    without_mean_s: float | None
    saved_s: float | None


def saved(having: Iterable[tuple[Hashable, Mean]], lacking: Iterable[tuple[Hashable, Mean]]) -> Compared:
    """Visits with a folder against those without, of the same hall and matter. A matter of which only one kind came says
    nothing; those without weigh as much as those with it, so that a slow matter is not taken for a slow window.
    """
    others = dict(lacking)
    both = [(mine, others[key]) for key, mine in having if key in others]
    n, without = sum(mine.count for mine, _ in both), sum(other.count for _, other in both)
    if n < LEAST or without < LEAST:
        return Compared(n, without, None, None, None)
    mean = sum(mine.seconds * mine.count for mine, _ in both) / n
    other_mean = sum(other.seconds * mine.count for mine, other in both) / n
    return Compared(n, without, round(mean, 1), round(other_mean, 1), round(other_mean - mean, 1))
