"""When whoever has booked is reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

from banshi.kernel.policy import HallPolicy, MessagePolicy

_DAY = timedelta(days=1)


def reminders_at(place: str, policy: HallPolicy, starts_at: datetime, now: datetime) -> dict[str, datetime]:
    """As `reminder_times`. By video nobody leaves the house: who was not reminded the day before is when the lobby opens."""
    if place == "window":
        return reminder_times(policy.messages, starts_at, now)
    found = reminder_times(
        policy.messages.model_copy(update={"leave_before": policy.video.lobby_minutes}), starts_at, now
    )
    at = found.get("reminder") or found.get("leave")
    return {"reminder": at} if at is not None else {}


def reminder_times(policy: MessagePolicy, starts_at: datetime, now: datetime) -> dict[str, datetime]:
    """When to remind: `reminder` the day before, `leave` when it is time to go.

    What would add nothing is left out: what is already over, what would follow the confirmation (`now`) within
    `reminder_gap` minutes, and a reminder that "time to leave" would follow so soon.

    :param starts_at: in the hall's zone.
    """
    found: dict[str, datetime] = {}
    if policy.day_before_at is not None:
        found["reminder"] = datetime.combine(starts_at.date() - _DAY, policy.day_before_at, starts_at.tzinfo)
    if policy.leave_before is not None:
        found["leave"] = starts_at - timedelta(minutes=policy.leave_before)
    gap = timedelta(minutes=policy.reminder_gap)
    found = {key: at for key, at in found.items() if at > now and at - now >= gap}
    if "reminder" in found and "leave" in found and found["leave"] - found["reminder"] < gap:
        del found["reminder"]
    return found
