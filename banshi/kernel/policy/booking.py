"""Booking: which days open when, how many places, who may have how many, what a no-show leads to."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from banshi.kernel.policy.section import Days, Minutes, Places, Section

Channel = Literal["web", "wechat", "app", "kiosk", "phone", "video", "staff", "api"]


class Quota(Section):
    """Places per period (放号数) for one target; the most specific target wins: item, then category, then hall."""

    target: Literal["hall", "category", "item"] = "category"
    code: str = "*"  # a category or item code; "*" = each category has its own
    public: Places = 10
    internal: Places = 0  # kept for staff to give


class Credit(Section):
    """No-shows (失约), cancellations and what follows (mission §1.7). `scope`: whose strikes count together."""

    no_shows: Annotated[int, Field(ge=1, le=100)] | None = 3  # the n-th no-show suspends; None = never
    no_show_days: Days = 30
    cancels_per_month: Annotated[int, Field(ge=0, le=1000)] | None = 3  # more than n in a calendar month suspends
    cancel_days: Days = 30
    uses_strikes_up: bool = True
    scope: Literal["hall", "region"] = "hall"
    appeal_days: Days = 15  # natural days in which the person may appeal


class BookingPolicy(Section):
    release: Literal["week_release", "rolling_working_days", "rolling_days"] = "rolling_working_days"
    release_days: Annotated[int, Field(ge=1, le=120)] = 10  # for the rolling kinds, counted from tomorrow
    release_at: time | None = None  # the newest day opens at this local time of day; None = midnight
    same_day: bool = False
    same_day_lead: Minutes = 30  # with same_day: minutes before the period starts
    half_day_limit: bool = True  # one live appointment per person, half day and business; items may be exempt
    live_limit: Annotated[int, Field(ge=1, le=100)] | None = None
    # Caps of one citizen's account: visits to come and in one period of the hall (each person counts), people, people new
    # on a day.
    account_live: Annotated[int, Field(ge=1, le=1000)] = 6
    account_per_period: Annotated[int, Field(ge=1, le=1000)] = 2
    account_people: Annotated[int, Field(ge=1, le=1000)] = 6
    account_new_people: Annotated[int, Field(ge=1, le=1000)] = 3
    # A suspension bars these ways of booking; the telephone and the hall's staff remain.
    suspension_bars: tuple[Channel, ...] = ("web", "wechat", "app", "kiosk", "video", "api")
    matters_per_visit: Annotated[int, Field(ge=1, le=10)] = 3
    cancel_until: Literal["period_end", "period_start"] = "period_end"
    move_limit: Annotated[int, Field(ge=0, le=100)] | None = None
    come_early: Minutes = 15  # what the confirmation asks for
    hold: Minutes = 10  # minutes a signed-in person's hold lasts
    withhold_cancelled: Minutes = 0  # minutes a cancelled place stays back, against scalpers
    overbook_percent: Annotated[int, Field(ge=0, le=100)] = 0
    waiting_list: bool = True
    waiting_offer: Minutes = 30  # minutes an offered place waits for its person
    waiting_from: time = time(8, 0)  # offers are made between these hours of the hall's day
    waiting_until: time = time(21, 0)
    waiting_come: Minutes = 60  # an offer ends so long before the period: enough time to come
    waiting_lapse: Literal["keep", "drop"] = "keep"  # who does not answer keeps the place in line (three times), or not
    kept: Literal["serve", "forgive"] = "serve"  # kept although the hall closes: let in and served, or only no strike
    quotas: tuple[Quota, ...] = (Quota(),)
    credit: Credit = Credit()
