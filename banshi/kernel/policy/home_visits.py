"""Visits at home and for key projects (上门服务): whom a hall goes to, how many a half day, and how the way is reckoned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banshi.kernel.policy.section import Section

Reason = Literal["moves_badly", "bedridden", "disabled", "aged", "pregnant", "carer"]


class HomeVisitPolicy(Section):
    # [unsure: halls differ] The report [C] says that halls go to people and to key projects; it names no numbers.
    most_per_half_day: Annotated[int, Field(ge=0, le=200)] = 6  # of the hall; 0: nobody goes anywhere
    days_ahead: Annotated[int, Field(ge=1, le=120)] = 30  # how far off the wished day may be
    reasons: tuple[Reason, ...] = ("moves_badly", "bedridden", "disabled", "aged", "pregnant", "carer")
    projects: bool = True  # 重点项目: goes to firms, too
    stay_minutes: Annotated[int, Field(ge=10, le=240)] = 40  # what one visit is reckoned at
    km_per_hour: Annotated[int, Field(ge=3, le=80)] = 25  # in a straight line, roads and lights included
