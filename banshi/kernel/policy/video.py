"""Video service (视频办): when it is open, how long a seat rings, how many may wait, and when a window's clerk takes a call."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from banshi.kernel.policy.section import Section


class VideoPolicy(Section):
    # [unsure: halls differ] The report names no hours of the video service, and no limits.
    opens: time | None = None  # None, with `closes`: the hours of the hall
    closes: time | None = None
    ring_s: Annotated[int, Field(ge=5, le=120)] = 20  # then somebody else's turn
    most_waiting: Annotated[int, Field(ge=0, le=500)] = 30  # 0: no video here
    windows_take: Literal["none", "idle"] = "none"  # a window's clerk with a seat, while nobody is at the window
    idle_s: Annotated[int, Field(ge=0, le=3600)] = 60  # for how long nobody
    hall_waits_below: Annotated[int, Field(ge=0, le=500)] = 3  # and fewer than so many wait in the hall
    # Times booked by video (视频预约). [unsure: halls differ] The report names none of these.
    booked_seats: Annotated[int, Field(ge=0, le=200)] = 0  # seats whose time can be booked; 0: none is booked by video
    booked_percent: Annotated[int, Field(ge=1, le=100)] = (
        50  # share of it that is given out; the rest is for who just asks
    )
    talk_minutes: Annotated[int, Field(ge=1, le=120)] = 15  # what one call is reckoned at
    release_days: Annotated[int, Field(ge=1, le=120)] | None = None  # open so many days ahead; None: as at the window
    lobby_minutes: Annotated[int, Field(ge=0, le=120)] = 15  # so long before its time one may come in
    late_minutes: Annotated[int, Field(ge=0, le=120)] = 10  # who comes later takes their turn with the others
    no_show_counts: bool = True  # who does not come is counted as at the window
    # Recordings (录音录像). [unsure: halls differ] The report names none of these.
    recording_days: Annotated[int, Field(ge=0, le=365)] = (
        30  # kept so long after it closed; 0: nothing is recorded here
    )
    recording_minutes: Annotated[int, Field(ge=1, le=240)] = 60  # then it closes by itself
    recording_megabytes: Annotated[int, Field(ge=1, le=2000)] = 300  # also then

    def answers(self, starts: time, ends: time) -> bool:
        """Whether calls are taken from one local time to another, where the service has hours of its own."""
        return self.opens is None or self.closes is None or self.opens <= starts < ends <= self.closes

    @model_validator(mode="after")
    def _both_or_none(self) -> VideoPolicy:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("say both opens and closes, or neither")
        if self.opens is not None and self.closes is not None and self.opens >= self.closes:
            raise ValueError("closes comes after opens")
        return self
