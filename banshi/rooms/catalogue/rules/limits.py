"""Limits compared, and as the days that lists show."""

from __future__ import annotations

import math

from banshi.rooms.catalogue.rules.handling import Limit

# Of whatever is compared: how long at most, in minutes of natural time. Five working days take a week.
_LENGTH = {"minute": 1.0, "hour": 60.0, "day": 1440.0, "working_day": 1440.0 * 7 / 5}


def length(limit: Limit) -> float:
    return limit.value * _LENGTH[limit.unit]


def in_working_days(limit: Limit, *, up: bool) -> int:
    """At least one where there is a limit. :param up: begun days count whole; else they do not."""
    if limit.unit == "working_day" or not limit.value:
        return limit.value
    days = length(limit) / _LENGTH["working_day"]
    return max(1, math.ceil(days) if up else math.floor(days))
