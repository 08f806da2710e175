"""Signs of life of what runs without being asked, in machine time."""

from __future__ import annotations

from banshi.foundation import clock
from banshi.foundation.models import Heartbeat


def beat(name: str) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.wall()})


def age_s(name: str) -> float | None:
    """Machine seconds since the last beat; None before the first."""
    at = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    return None if at is None else (clock.wall() - at).total_seconds()
