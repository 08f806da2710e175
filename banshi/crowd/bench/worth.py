"""What waits told were worth, and whether that is within what is promised: as far as so few of them can tell.

Waits of one day share its line, so whole days are what chance draws: sampling errors are those of sums by day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from banshi.crowd.bench.waits import Told, bias, kept

HELD, OFF = (0.88, 0.95), 0.1
FEW = 30  # told to wait; of fewer not even the sampling error is known
ERRORS = 2.0  # sampling errors by which a part may lie outside


def worth(told: Sequence[Told]) -> dict[str, Any]:
    """Counts and ratios. `waiting`: who was told to wait at all – that somebody called at once waits not too long says nothing.
    `*_error`: of sampling."""
    waiting = [each for each in told if each.likely > 0]
    found: dict[str, Any] = {"n": len(told), "at_most": round(kept(told), 4), "waiting": len(waiting)}
    if waiting:
        held = kept(waiting)
        found["held"] = round(held, 4)
        error = _error(waiting, lambda t: (t.actual <= t.at_most) - held, len(waiting))
        # Where all held by chance, the sum by days knows no error: at least that of tosses of which nine in ten hold.
        found["held_error"] = round(max(error, math.sqrt(0.9 * 0.1 / len(waiting))), 4)
    truth = sum(each.actual for each in told)
    if truth > 0:
        share = bias(told)
        found["likely_off"] = round(share - 1, 4)
        found["likely_error"] = round(_error(told, lambda t: t.likely - share * t.actual, truth), 4)
    return found


def _error(told: Iterable[Told], residue: Callable[[Told], float], total: float) -> float:
    days: dict[int, float] = {}
    for each in told:
        days[each.day] = days.get(each.day, 0.0) + residue(each)
    return math.sqrt(sum(day**2 for day in days.values())) / total


def within(found: dict[str, Any]) -> bool:
    """“At most” held for enough of all, for enough and not too many of those told to wait; “about” was about right."""
    if found["waiting"] < FEW or "likely_off" not in found:
        return True
    least, most = HELD
    slack = ERRORS * found["held_error"]
    if not least - slack <= found["held"] <= most + slack or found["at_most"] < least - slack:
        return False
    return bool(abs(found["likely_off"]) <= OFF + ERRORS * found["likely_error"])


def by(told: Sequence[Told], part: Callable[[Told], str]) -> dict[str, Any]:
    parts: dict[str, list[Told]] = {}
    for each in told:
        parts.setdefault(part(each), []).append(each)
    return {name: worth(parts[name]) for name in sorted(parts) if sum(each.actual for each in parts[name]) > 0}
