"""The demo's crowd switch: which halls the simulated crowd keeps alive. Refused in production."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from banshi.foundation.clock import ClockRefused
from banshi.foundation.models import DemoSwitch


def crowd_halls() -> list[str]:
    """Hall codes the crowd uses; empty = it stands still."""
    row = DemoSwitch.objects.filter(id=1).first()
    return list(row.crowd_halls) if row else []


def set_crowd_halls(halls: Iterable[str]) -> None:
    """:raises ClockRefused: in production settings."""
    if not settings.BANSHI_VIRTUAL_CLOCK:
        raise ClockRefused("there is no crowd in production")
    DemoSwitch.objects.update_or_create(id=1, defaults={"crowd_halls": sorted(set(halls))})
