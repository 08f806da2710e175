"""Statistics of the bench: percentiles of what was measured, medians over repetitions. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile: the smallest value that at least `share` of the values do not exceed.

    :param share: 0 < share ≤ 1; 0.99 is p99.
    :raises ValueError: without values.
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values and a share within (0, 1]")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number the mean of the middle two.

    :raises ValueError: without values.
    """
    if not values:
        raise ValueError("a median needs values")
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def ms(seconds: float) -> float:
    """Milliseconds, to a tenth."""
    return round(seconds * 1000, 1)


def ratio(part: float, whole: float) -> float:
    """part ÷ whole to two decimals; 0 where there is no whole."""
    return round(part / whole, 2) if whole else 0.0
