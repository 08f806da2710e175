"""Chance, seeded: the same seed makes the same people, visits and handling times. Pure functions on a `Random`."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


def dice(*parts: object) -> random.Random:
    """A generator that depends on nothing but its parts (seed, hall, day, what for)."""
    return random.Random("/".join(str(part) for part in parts))  # noqa: S311 – a crowd, no secret


def lognormal(chance: random.Random, mean: float, variation: float) -> float:
    """A positive length with this mean and coefficient of variation."""
    if variation <= 0:
        return mean
    sigma = math.sqrt(math.log(1 + variation * variation))
    return chance.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)


def weighted(chance: random.Random, weights: Mapping[T, float]) -> T:
    """A key of `weights`, as likely as its weight.

    :raises ValueError: when nothing has weight.
    """
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("nothing has weight")
    left = chance.random() * total
    for key, weight in weights.items():
        left -= weight
        if left < 0:
            return key
    return key


def moments(chance: random.Random, pieces: Sequence[tuple[datetime, datetime, float]], how_many: int) -> list[datetime]:
    """`how_many` moments, in order, spread over pieces (from, until, weight per minute)."""
    weights = {n: (until - start).total_seconds() * weight for n, (start, until, weight) in enumerate(pieces)}
    if not weights or sum(weights.values()) <= 0:
        return []
    found = []
    for _ in range(how_many):
        start, until, _weight = pieces[weighted(chance, weights)]
        found.append(start + timedelta(seconds=chance.random() * (until - start).total_seconds()))
    return sorted(found)
