"""Who has a number in hand: what the hall, its clerks and the phones know about a person of the crowd."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from banshi.crowd import plan


@dataclass
class Guest:
    """Somebody of the crowd with a number in hand."""

    citizen: plan.Citizen
    issued_at: datetime
    booked: bool
    misses: bool
    promise: tuple[int, int] | None = None  # about, at most, as told when taking it; None once it is settled
    category: str = ""
    waited: bool = False  # the wait until the first start is known
    pieces: list[float] = field(default_factory=list)  # seconds served before a hold or transfer
    took_s: float = 0.0  # of this machine: the requests by which what is under way, wait or service, began
    errand: Callable[[str], Awaitable[None]] | None = None  # what is done at the window, whose code it gets
    heard_at: float | None = None  # machine time at which the phone said "called"
