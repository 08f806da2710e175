"""Shapes of what stands now, of figures, and of demo installations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.schemas.base import Code, Grows, In, Moment, Out

# ---- live, figures, demo ----


class LiveWindow(Grows):
    code: str
    name: str
    state: str


class LiveCategory(Grows):
    code: str
    name: str
    waiting: int
    longest_wait_s: int
    stopped: bool = Field(False, description="A closure has stopped its line; no wait is said then.")


class LiveOut(Grows):
    version: int
    waiting: int
    serving: int
    windows: list[LiveWindow]
    categories: list[LiveCategory]


class TimesOut(Out):
    """Seconds; null where nothing was measured. p50 and p90 are told in steps of at most a twentieth of the time, rounded up."""

    mean: int | None
    p50: int | None
    p90: int | None


class VisitsOut(Out):
    """One row of figures. Counts come from facts, so the rows add up to the total exactly."""

    code: str = Field(description="Code of the hall, category, item, window or channel; or the day.")
    name: str
    name_en: str
    visits: int
    persons: int = Field(description="Who came on these visits: as many as the booking was for, else one.")
    visits_served: int
    tickets: int
    booked: int
    walk_in: int
    served: int
    missed: int = Field(description="Tickets whose holder did not come when called.")
    done: int = Field(description="Served with the outcome `done`.")
    paper_missing: int
    advice_only: int
    refused: int
    held: int = Field(description="Served in part and put aside when the day ended; counted as served.")
    wasted: int = Field(description="Visits that were served and left with papers missing or refused.")
    one_stop: int = Field(description="Visits in which everything was done without being passed on.")
    left: int
    closed: int = Field(description="Tickets not served by the end of the day.")
    redirected: int = Field(description="Tickets sent on to another hall.")
    open: int
    appointments: int
    checked_in: int
    no_shows: int
    cancelled: int
    wait: TimesOut = Field(description="Present and waiting, from the number or the appointment's time to the call.")
    way_mean_s: int | None = Field(description="From the call to the start of the service.")
    handling: TimesOut
    ratings: int
    stars_1: int
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int
    rating_mean: float | None
    satisfied_share: float | None = Field(description="Three stars and up, of the ratings given: 0 to 1.")
    rated_share: float | None = Field(description="Of the visits served: 0 to 1.")


class CasesOut(Out):
    """One row of figures of cases. Each thing counts on the day it happened; rows add up to the total exactly."""

    code: str = Field(description="Code of the hall, department, item or channel; or the day.")
    name: str
    name_en: str
    received: int
    second_notices: int = Field(
        description="Of those received: given a further notice of what is missing, until today."
    )
    accepted: int = Field(description="Also what counts as accepted, on the day of receipt.")
    decided: int
    granted: int
    due: int = Field(description="Decided, and had a promised day.")
    on_time: int = Field(description="Decided on the promised day or before; stops and an extension move that day.")
    completed: int = Field(
        description="Handed over or refused, and closed. Withdrawn, lapsed or terminated is not completed."
    )
    one_stop: int = Field(description="Completed without any notice of what is missing and with one trip at most.")
    trips: int = Field(description="Days on which somebody came for those completed.")
    ratings: int = Field(description="Stars given to those completed.")
    stars_1: int
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int
    prepared: int = Field(description="Received at a window in a visit that was served, sent in beforehand.")
    prepared_s: int = Field(
        description="Seconds of those at the window; shared by all that were received in the same visit."
    )
    unprepared: int
    unprepared_s: int
    completion_share: float | None = Field(
        description="Completed by accepted of the same days: may be above 1, as what is completed may have been accepted before."
    )
    on_time_share: float | None = Field(description="On time, of those due: 0 to 1.")
    saved_p50: float | None = Field(
        description="Working days of the statutory limit that were not needed; half saved as many or more. Negative: took longer."
    )
    second_notice_share: float | None = Field(description="Of those received: 0 to 1.")
    one_stop_share: float | None = Field(description="Of those completed: 0 to 1.")
    trips_mean: float | None = Field(description="Trips of one completed.")
    rating_mean: float | None
    satisfied_share: float | None = Field(description="Three stars and up, of the ratings given: 0 to 1.")
    rated_share: float | None = Field(description="Ratings, of those completed: 0 to 1.")
    prepared_mean_s: int | None = Field(description="Seconds at the window of one that was sent in beforehand.")
    unprepared_mean_s: int | None
    seconds_saved: int | None = Field(description="By having sent it in beforehand: unprepared less prepared.")


class CasesFigures(Out):
    data: list[CasesOut]
    total: CasesOut
    next: str | None = Field(description="Cursor of the next page, or null.")


class SelfServiceOut(Out):
    """One row of what machines did. For every split uses, matters and visits add up to the total exactly."""

    code: str = Field(
        description="Code of the machine, item, deed or hall; the day or the hour. `none`: no matter named."
    )
    name: str
    name_en: str
    uses: int = Field(description="All that machines did, numbers for a window and entries to an area among it.")
    matters: int = Field(
        description="Of these the matters: what a machine did of one case on one day is one; numbers and entries are none."
    )
    visits_served: int | None = Field(description="At windows, as in `/stats/visits`; null by machine and by deed.")
    share: float | None = Field(description="Matters of machines, of these and the visits served at windows: 0 to 1.")


class SelfServiceFigures(Out):
    data: list[SelfServiceOut]
    total: SelfServiceOut
    next: str | None = Field(description="Cursor of the next page, or null.")


class VisitsPage(Out):
    data: list[VisitsOut]
    total: VisitsOut
    next: str | None = Field(description="Cursor of the next page, or null.")


class NoticeOut(Out):
    channel: str
    text: str
    at: datetime
    status: str


class ClockIn(In):
    now: Moment | None = None
    speed: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False, strict=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _number(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("speed"), (bool, str)):
            raise PydanticCustomError("float_type", "{en}", {"zh": "speed 应为数字", "en": "speed is a number"})
        return data


class ClockOut(Out):
    now: datetime
    speed: float


class CrowdIn(In):
    on: bool
    halls: Annotated[list[Code], Field(max_length=200)] | None = None


class CrowdOut(Out):
    on: bool
    halls: list[str] = Field(description="Halls that the crowd keeps alive.")
