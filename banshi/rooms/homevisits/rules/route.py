"""The order in which a team makes its visits of a day: by wished half day and by distance as the crow flies.

Planned visits keep their time; what is only asked for goes into the gaps, the nearest first. It is a suggestion: streets, ferries
and lunch are known to who plans.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

Point = tuple[float, float]  # latitude, longitude in degrees
Span = tuple[int, int]  # minutes since midnight

EARTH_KM: Final = 6371.0
BETWEEN: Final = 5  # minutes at least from one door to the next
UNKNOWN: Final = 20  # minutes where one of the two places is not known


@dataclass(frozen=True)
class Stop:
    """One visit. `at`: None where nobody knows; `starts`: minutes since midnight where it is planned already."""

    no: str
    half: str  # am | pm
    minutes: int
    at: Point | None = None
    starts: int | None = None


@dataclass(frozen=True)
class Leg:
    """A stop with its time. `way`: minutes from the one before it; `km`: None where a place is not known."""

    no: str
    starts: int
    ends: int
    way: int
    km: float | None


@dataclass(frozen=True)
class Route:
    legs: tuple[Leg, ...]
    left: tuple[str, ...]  # what does not fit into its half day


def distance(one: Point, other: Point) -> float:
    """Kilometres along the great circle (haversine)."""
    (lat, lon), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    chord = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def way(one: Point | None, other: Point | None, *, km_per_hour: int) -> int:
    """Minutes from one place to another."""
    if one is None or other is None:
        return UNKNOWN
    return max(BETWEEN, ceil(distance(one, other) / km_per_hour * 60))


def suggest(stops: Collection[Stop], *, base: Point | None, hours: Mapping[str, Span], km_per_hour: int) -> Route:
    """
    :param base: where the team sets out. :param hours: of each half day, "am" and "pm". :param km_per_hour: in a straight line.
    """
    legs: list[Leg] = []
    left: list[str] = []
    here = base
    for half in ("am", "pm"):
        mine = [stop for stop in stops if stop.half == half]
        walk = _Walk(here, hours[half], km_per_hour)
        for stop in sorted((each for each in mine if each.starts is not None), key=lambda each: (each.starts, each.no)):
            walk.until(stop)
        left += walk.fill([stop for stop in mine if stop.starts is None])
        legs += walk.legs()
        here = walk.ends_at()
    return Route(tuple(legs), tuple(left))


class _Walk:
    """One half day: stops with their start, by time."""

    def __init__(self, base: Point | None, hours: Span, km_per_hour: int) -> None:
        self.base, self.hours, self.speed = base, hours, km_per_hour
        self.taken: list[tuple[int, Stop]] = []

    def until(self, stop: Stop) -> None:
        self.taken.append((stop.starts or 0, stop))

    def fill(self, free: Sequence[Stop]) -> list[str]:
        """Put what is not planned into the gaps. :returns: what fits nowhere."""
        waits = {stop.no: stop for stop in free}
        gap = 0
        while waits and gap <= len(self.taken):
            found = self._nearest(gap, waits.values())
            if found is not None:
                self.taken.insert(gap, found)
                del waits[found[1].no]
            gap += 1
        return sorted(waits)

    def _nearest(self, gap: int, stops: Collection[Stop]) -> tuple[int, Stop] | None:
        """What fits before the next one, nearest to the one before."""
        here, from_ = self._before(gap)
        fits = []
        for stop in stops:
            go = self._way(here, stop.at)
            starts = max(self.hours[0], from_) + go
            if starts + stop.minutes <= self._latest(gap, stop):
                fits.append((go, stop.no, starts, stop))
        if not fits:
            return None
        _, _, starts, stop = min(fits, key=lambda each: each[:2])
        return starts, stop

    def _before(self, gap: int) -> tuple[Point | None, int]:
        if gap == 0:
            return self.base, self.hours[0]
        starts, stop = self.taken[gap - 1]
        return stop.at, starts + stop.minutes

    def _latest(self, gap: int, stop: Stop) -> int:
        if gap == len(self.taken):
            return self.hours[1]
        starts, after = self.taken[gap]
        return min(self.hours[1], starts - self._way(stop.at, after.at))

    def _way(self, one: Point | None, other: Point | None) -> int:
        return way(one, other, km_per_hour=self.speed)

    def legs(self) -> list[Leg]:
        found, here = [], self.base
        for starts, stop in self.taken:
            km = None if here is None or stop.at is None else round(distance(here, stop.at), 1)
            found.append(Leg(stop.no, starts, starts + stop.minutes, self._way(here, stop.at), km))
            here = stop.at
        return found

    def ends_at(self) -> Point | None:
        return self.taken[-1][1].at if self.taken else self.base
