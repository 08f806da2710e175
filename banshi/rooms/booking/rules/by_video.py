"""Where a booked time is kept: at a window of the hall, or by video (视频预约). Times by video have places of their own, shared
by all matters: a seat, not a window, keeps them."""

from __future__ import annotations

from typing import Final

from banshi.kernel.policy import BookingPolicy, HallPolicy, VideoPolicy
from banshi.rooms.booking.rules.facts import VIDEO, ItemFacts

PLACES: Final = ("window", "video")


def place_of(business: str) -> str:
    """`window` or `video`, of a slot or an appointment."""
    return "video" if business == VIDEO else "window"


def lines_of(item: ItemFacts, place: str = "window") -> list[str]:
    """The businesses whose places may be for a matter at this place."""
    return [VIDEO] if place == "video" else [f"item:{item.code}", f"cat:{item.category}", "hall"]


def rules_at(policy: HallPolicy, place: str) -> BookingPolicy:
    """The rules of booking at this place: times by video may open by a rule of their own."""
    days = policy.video.release_days
    if place == "window" or days is None:
        return policy.booking
    return policy.booking.model_copy(update={"release": "rolling_days", "release_days": days})


def video_places(policy: VideoPolicy, minutes: float) -> int:
    """Places of a period of so many minutes: what the seats can serve in the share of their time that is given out, rounded
    down."""
    return int(policy.booked_seats * minutes * policy.booked_percent // (100 * policy.talk_minutes))
