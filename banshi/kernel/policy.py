"""A hall's policy: every rule two halls may differ in, as one validated, versioned document.

Numbers are defaults; presets/halls/*/policy.yaml states what each real hall does and cites the report.
The halves of a policy are read by the room of the same name (booking, tickets, messages, …).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Days = Annotated[int, Field(ge=0, le=366)]
Places = Annotated[int, Field(ge=0, le=10_000)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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


class TicketPolicy(Section):
    check_in_opens: Minutes = 15  # minutes before the period starts
    check_in_closes: Literal["period_end", "period_start"] = "period_end"
    check_in_grace: Minutes = 0  # minutes added to `check_in_closes`
    late: Literal["walk_in", "refuse"] = "walk_in"
    walk_ins: bool = True
    numbers_before_opening: Minutes = 0  # numbers are given so long before the windows open [Nancheng: doors at 8:15]
    last_number: Literal["warn", "refuse", "off"] = "warn"  # a number that will probably not be served today
    booked_first: bool = True
    missed: Literal["behind_all", "reissue"] = "behind_all"  # policy A [Nancheng], policy B [Dongcheng]
    reissue_limit: Annotated[int, Field(ge=0, le=20)] = 2  # how often a missed ticket may come back
    reissue_within: Minutes = 120
    undo_minutes: Annotated[int, Field(ge=0, le=5)] = 3  # finish, missed, start may be taken back so long
    recall_limit: Annotated[int, Field(ge=0, le=20)] = 3
    # Minutes people need back to the waiting place: "you can walk off until …" on the phone; None = never said.
    way_back: Minutes | None = 10
    # "I am late" of a waiting number: it steps aside and keeps its rank, or lets `late_behind` numbers go first.
    late_number: Literal["park", "behind", "off"] = "park"
    late_behind: Annotated[int, Field(ge=1, le=50)] = 3
    priority_lanes: tuple[str, ...] = ("elderly", "disabled", "pregnant", "serviceman")
    elderly_from: Annotated[int, Field(ge=0, le=150)] = 65
    daily_limit: Annotated[int, Field(ge=0, le=100_000)] | None = None  # walk-in tickets a day, whole hall
    daily_limits: dict[str, Annotated[int, Field(ge=0, le=100_000)]] = {}  # by category code
    weights: dict[str, Annotated[int, Field(ge=1, le=100)]] = {}  # by category code; weighted calling (2 A : 1 B)
    finally_call_after: Minutes | None = None  # a walk-in waiting longer is called before booked ones
    call_within: Literal["hall", "zone"] = "hall"  # "zone": windows call people of their own zone first
    spill_over_after: Minutes = 10  # with "zone": who has waited so many minutes is called to other zones, too
    redirect_to: tuple[str, ...] = ()  # codes of halls people may be sent on to; empty = those of the same city
    identity_required: bool = False  # a walk-in must show an ID document
    start_without_identity: bool = True  # False: start needs the identity match (real-name, mission §1.8)
    auto_call: bool = False  # an arriving ticket is called at once where a window waits idle
    one_ticket_per_person_and_category: bool = True

    def checks_in_before(self, *, starts_at: datetime, ends_at: datetime) -> datetime:
        """Until when, exclusive, an appointment of this period may check in on time."""
        closes = ends_at if self.check_in_closes == "period_end" else starts_at
        return closes + timedelta(minutes=self.check_in_grace)

    def check_in_window(self, *, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """From when until when, exclusive, an appointment of this period may check in on time."""
        opens = starts_at - timedelta(minutes=self.check_in_opens)
        return opens, self.checks_in_before(starts_at=starts_at, ends_at=ends_at)


class ScreenPolicy(Section):
    silent: bool = True
    chime: bool = False
    voice: bool = False
    names: Literal["none", "masked"] = "masked"  # beside a called number, where evidence stands behind the name
    notices_zh: tuple[str, ...] = ()
    notices_en: tuple[str, ...] = ()


class MessagePolicy(Section):
    channels: tuple[Literal["sms", "wechat", "email"], ...] = ("sms", "wechat")
    day_before_at: time | None = time(18, 0)
    leave_before: Minutes | None = 60  # "time to leave" so many minutes before the period
    reminder_gap: Minutes = 120  # nobody is reminded sooner after the last message about the same visit
    # Confirmations, moves and cancellations to one telephone in 24 hours: its holder asked, or somebody else typed it.
    a_day_proven: Annotated[int, Field(ge=1, le=500)] = 40
    a_day_typed: Annotated[int, Field(ge=1, le=500)] = 5
    ahead: Annotated[int, Field(ge=0, le=50)] = 3  # "n ahead of you"
    on_call: bool = True
    day_sheet_at: time | None = time(7, 30)  # the day's bookings go to the hall on paper; None = never
    day_sheet_to: tuple[Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s]{2,}$")], ...] = ()
    day_sheet_names: Literal["masked", "whole"] = "masked"


class RatingPolicy(Section):
    within_days: Days = 7
    bad_from_below: Annotated[int, Field(ge=1, le=5)] = 3  # stars below this open a task
    answer_working_days: Annotated[int, Field(ge=1, le=60)] = 1  # call back in 1 working day (local rule)
    settle_working_days: Annotated[int, Field(ge=1, le=60)] = 15


class HallPolicy(Section):
    booking: BookingPolicy = BookingPolicy()
    tickets: TicketPolicy = TicketPolicy()
    screens: ScreenPolicy = ScreenPolicy()
    messages: MessagePolicy = MessagePolicy()
    rating: RatingPolicy = RatingPolicy()

    @model_validator(mode="after")
    def _consistent(self) -> HallPolicy:
        if self.screens.silent and self.screens.voice:
            raise ValueError("silent calling and voice calling exclude each other: choose one")
        return self
