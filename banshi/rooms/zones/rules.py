"""Who a self-service area lets in, and when; how long they stay; when its lights burn. Leaving has no rule: nobody is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

from banshi.kernel.refusals import Refusal

Asks = Literal["card", "card-or-code", "nobody"]
Mode = Literal["closed", "free", "card", "card-or-code"]
Lights = Literal["day", "night", "always"]

MOST_TOGETHER: Final = 6  # people behind one card: a parent and children, somebody who is helped
CODE_LASTS: Final = timedelta(minutes=10)
SWEPT_AFTER: Final = timedelta(minutes=30)  # behind the end of a stay: whoever left without a word has left by then
NAMED_FOR: Final = timedelta(days=30)  # whose card it was
CODES_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class ZonePolicy:
    """`limit`: people at once, None = nobody counts; `nights`: local times, past midnight where the second is the smaller."""

    asks: Asks
    all_hours: bool
    free_by_day: bool
    limit: int | None
    stay: timedelta
    nights: tuple[time, time]
    lights: Lights


def is_night(policy: ZonePolicy, local: datetime) -> bool:
    """:param local: in the hall's zone. The first minute belongs to the night, the last to the day."""
    begins, ends = policy.nights
    at = local.timetz().replace(tzinfo=None)
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def mode(policy: ZonePolicy, *, local: datetime, hall_open: bool, closed: bool) -> Mode:
    """What the door does now: stays shut, stands open, or asks.

    :param hall_open: the hall serves people at this moment; :param closed: the keeper closed the area, or everybody is to
        leave the hall.
    """
    if closed or not (policy.all_hours or hall_open):
        return "closed"
    if policy.asks == "nobody" or (policy.free_by_day and hall_open and not is_night(policy, local)):
        return "free"
    return policy.asks


def full(*, limit: int | None, inside: int, more: int) -> bool:
    return limit is not None and inside + more > limit


def refusal(*, mode: Mode, by_code: bool, opens_at: datetime | None) -> Refusal | None:
    """Why nobody comes in this way now; None where they do. How many are inside is another question (`full`)."""
    if mode == "closed":
        return Refusal("zone-closed", {"opens": opens_at} if opens_at else {}, opens_at)
    if by_code and mode == "card":
        return Refusal("zone-needs-card")
    return None


def day_begins(policy: ZonePolicy, local: datetime) -> datetime:
    """When the day after this one's night begins: until then “closed for today” lasts.

    :param local: in the hall's zone. In a night that began yesterday it is this morning.
    """
    morning = local.replace(hour=policy.nights[1].hour, minute=policy.nights[1].minute, second=0, microsecond=0)
    return morning if local < morning else morning + timedelta(days=1)


def lights(policy: ZonePolicy, local: datetime, inside: int, *, evacuated: bool = False) -> bool:
    """Whether they burn. Nobody is left in the dark: while somebody is inside they do, and while everybody is to leave."""
    if policy.lights == "always" or inside or evacuated:
        return True
    return is_night(policy, local) == (policy.lights == "night")


def too_long(*, stay_until: datetime, now: datetime) -> bool:
    return now > stay_until
