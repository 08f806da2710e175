"""Messages: which channel, when, how many a day."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from banshi.kernel.policy.section import Minutes, Section


class MessagePolicy(Section):
    channels: tuple[Literal["sms", "wechat", "email"], ...] = ("sms", "wechat")
    day_before_at: time | None = time(18, 0)
    leave_before: Minutes | None = 60  # "time to leave" so many minutes before the period
    reminder_gap: Minutes = 120  # nobody is reminded sooner after the last message about the same visit
    season_ends_before: Annotated[int, Field(ge=0, le=60)] = (
        7  # days: whoever has an unsent draft hears of it; 0 = never
    )
    # Confirmations, moves and cancellations to one telephone in 24 hours: its holder asked, or somebody else typed it.
    a_day_proven: Annotated[int, Field(ge=1, le=500)] = 40
    a_day_typed: Annotated[int, Field(ge=1, le=500)] = 5
    ahead: Annotated[int, Field(ge=0, le=50)] = 3  # "n ahead of you"
    on_call: bool = True
    day_sheet_at: time | None = time(7, 30)  # the day's bookings go to the hall on paper; None = never
    day_sheet_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s]{2,}$")], ...] = ()
    day_sheet_names: Literal["masked", "whole"] = "masked"
