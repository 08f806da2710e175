"""How waits and handling times are told where halves and nine in ten are asked for: in steps, so that days can be added up.

A time counts as the end of its step: 10 s wide up to ten minutes, 20 s up to half an hour, a minute up to two hours, five
minutes up to a day. Counts of steps are summed over days and halls, and halves found from the sum are the halves of the facts;
halves of halves would not be.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import chain

# Seconds: the last one of each step. Nothing is a step of its own; what lasts longer than a day counts as a day.
ENDS = (0, *chain(range(10, 600, 10), range(600, 1800, 20), range(1800, 7200, 60), range(7200, 86401, 300)))
_DIGITS = 8  # of a count in a packed number: up to 99,999,999 times in one step
_NONE = "0" * _DIGITS


def step_of(seconds: int) -> int:
    """The number of the step that a time falls into: index in ENDS."""
    return min(bisect_left(ENDS, seconds), len(ENDS) - 1)


def percentile(counts: Mapping[int, int], share: float, *, ends: Sequence[int] = ENDS) -> float | None:
    """The time that `share` (0–1) stay below, seconds; between two times in proportion, as PostgreSQL's percentile_cont.

    :param counts: how many fell into each step. :param ends: what each step counts as, rising.
    """
    n = sum(counts.values())
    if n == 0:
        return None
    place = share * (n - 1)
    below, above = int(place), min(int(place) + 1, n - 1)
    passed, low = 0, None
    for step in sorted(counts):
        passed += counts[step]
        if low is None and passed > below:
            low = ends[step]
        if passed > above:
            assert low is not None
            return low + (place - below) * (ends[step] - low)
    raise AssertionError("fewer than were counted")


def packed(counts: Mapping[int, int]) -> str:
    """All counts as the digits of one whole number, step 0 last: the database adds up days by adding these."""
    if not counts:
        return "0"
    if max(counts.values()) >= 10**_DIGITS:
        raise ValueError("too many in one step")
    digits, above = [], max(counts) + 1
    for step in sorted(counts, reverse=True):
        digits.append(_NONE * (above - step - 1) + f"{counts[step]:0{_DIGITS}d}")
        above = step
    return "".join(digits) + _NONE * above


def unpacked(number: str) -> dict[int, int]:
    """Counts by step, from `packed` or a sum of such."""
    width = -(-len(number) // _DIGITS) * _DIGITS
    text = number.zfill(width)
    return {
        step: int(digits)
        for step, at in enumerate(range(width - _DIGITS, -1, -_DIGITS))
        if (digits := text[at : at + _DIGITS]) != _NONE
    }
