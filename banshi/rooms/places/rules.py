"""Where halls lie: how far apart, how long the way takes, and to which one people may be sent on."""

from __future__ import annotations

import math
from collections.abc import Collection

EARTH_KM = 6371.0
KM_AN_HOUR = 20.0  # through a town, straight line, door to door
SET_OUT_MINUTES = 5

Point = tuple[float, float]  # latitude, longitude in degrees


def km_between(one: Point, other: Point) -> float:
    """As the crow flies."""
    north, there = math.radians(one[0]), math.radians(other[0])
    d_lat, d_lon = there - north, math.radians(other[1] - one[1])
    a = math.sin(d_lat / 2) ** 2 + math.cos(north) * math.cos(there) * math.sin(d_lon / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def travel_s(km: float) -> float:
    """About how long the way takes, in seconds."""
    return km / KM_AN_HOUR * 3600


def minutes_away(km: float) -> int:
    """About how long it takes whoever sets out now, in whole minutes."""
    return SET_OUT_MINUTES + round(travel_s(km) / 60)


def sent_on_to(there: str, *, path: str, from_path: str, listed: Collection[str]) -> bool:
    """Whether people of one hall may be sent on to another, by its code: one that the policy lists, else any of the same city.

    :param path: of the other hall's region (`/440000/441900/…`); :param from_path: of one's own.
    """
    if listed:
        return there in listed
    return path.split("/")[:3] == from_path.split("/")[:3]
