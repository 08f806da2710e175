"""Tickets: check-in, walk-ins, who is called when, what becomes of who misses a call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from banshi.kernel.policy.section import Minutes, Section


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
