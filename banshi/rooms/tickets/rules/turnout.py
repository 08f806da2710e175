"""Who booked and comes (到场), learned: which part of them, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Seconds after the beginning of one's period at which the share that has come is kept. The two around a quarter of an hour
# before it are close: many come the moment check-in opens.
BY_S = (-1830.0, -930.0, -870.0, -600.0, -300.0, 0.0, 600.0)
PRIOR_COMES = 0.85  # part of booked people who come, before anything was seen
PRIOR_BY = (0.0, 0.0, 0.05, 0.3, 0.55, 0.85, 0.95)
PRIOR_WEIGHT = 50.0  # people that the prior counts for: one odd day does not make a hall's habit
REMEMBERED = 2000.0  # people after whom an old one counts 1/e: some weeks of a busy hall
_NEARLY_NOBODY, _MOST_SURE = 0.02, 0.99


@dataclass(frozen=True)
class Turnout:
    """Of a hall's booked people: decayed count, the part that comes, and of those the share that has come by each of BY_S."""

    weight: float = 0.0
    comes: float = PRIOR_COMES
    by: tuple[float, ...] = PRIOR_BY

    @property
    def opens_s(self) -> float:
        """How long before their period the first ones come."""
        return -max(
            after for after, share in zip(BY_S, self.by, strict=True) if share <= _NEARLY_NOBODY or after == BY_S[0]
        )

    def curve(self, in_s: float, until_s: float) -> list[tuple[float, float]]:
        """By when which share of those who come has come, of a period that runs from–until so many seconds from now."""
        points = [(in_s + after, share) for after, share in zip(BY_S, self.by, strict=True) if after < until_s - in_s]
        points[0] = (points[0][0], 0.0)
        return [*points, (max(until_s, points[-1][0] + 1), 1.0)]

    def likely(self, gone: float) -> float:
        """That somebody comes who is not among this share that has."""
        comes = min(self.comes, _MOST_SURE)
        return comes * (1 - gone) / (1 - comes * gone)


def learn_turnout(known: Turnout, came: Sequence[float | None]) -> Turnout:
    """The turnout after a day's booked people.

    :param came: of each, seconds after the beginning of their period; None: they did not come.
    """
    weight, comes, by = known.weight, known.comes, list(known.by)
    for after in came:
        weight = weight * (1 - 1 / REMEMBERED) + 1
        comes += ((after is not None) - comes) / (weight + PRIOR_WEIGHT)
        if after is not None:
            part = 1 / (weight * comes + PRIOR_WEIGHT)
            by = [share + ((after <= point) - share) * part for share, point in zip(by, BY_S, strict=True)]
    return Turnout(weight, comes, tuple(by))
